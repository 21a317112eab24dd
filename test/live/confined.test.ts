import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn } from './cli.js';

const CONFINED = fileURLToPath(new URL('../../../test/live/confined.py', import.meta.url));

t.test('root that a security module keeps from reading other processes', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  const once = async (...options: string[]) => {
    const command = ['python3', CONFINED, process.execPath, CLI, '--once', ...options];
    const { code, stdout, stderr } = await lab.exec(command);
    t.equal(stderr, '');
    const document = snapshotIn(stdout);
    return { code, document, owners: document.coverage.sources.find(({ name }) => name === 'owners') };
  };

  const walk = await once('--owners', 'proc');
  t.equal(walk.code, 3);
  t.match(walk.owners, {
    status: 'partial',
    error: /a security module forbids reading other processes: run unconfined/,
  });
  t.ok(walk.owners?.errors.some(({ code }) => code === 'confined'));
  const kubelet = walk.document.findings.find(({ expected }) => expected?.port === 10248);
  t.match(kubelet, {
    verdict: 'unverified',
    reason: /security module/,
    advice: { text: /appArmorProfile/, commands: [] },
  });

  const iterated = await once('--owners', 'bpf');
  t.equal(iterated.code, 0, 'units identify services without their programs');
  t.match(iterated.owners, {
    status: 'ok',
    note: /programs of \d+ of \d+ processes could not be read.*security module/,
  });
});
