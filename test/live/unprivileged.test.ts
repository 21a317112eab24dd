import { spawnSync } from 'node:child_process';
import t from 'tap';
import { type Lab, startLab } from '../lab/lab.js';
import { snapshotIn, verdictsOf } from './cli.js';
import { installPackage, removePackage } from './installed.js';

const NOBODY = 65534;

/** Without what the test runner adds to the environment of Node programs: it writes where this user may not. */
const CLEAN = ['-i', `PATH=${process.env['PATH'] ?? ''}`];

function onceAsNobody(lab: Lab): Promise<{ code: number; stdout: string; stderr: string }> {
  return lab.exec(['env', ...CLEAN, process.execPath, cli, '--once', '--role', 'control-plane'], { uid: NOBODY });
}

let cli = '';
t.before(async () => {
  cli = await installPackage();
});
t.teardown(() => removePackage(cli));

t.test(
  'without root it lists everything, says whom it cannot see, and blames nobody',
  { timeout: 120_000 },
  async (t) => {
    const lab = await startLab({ role: 'control-plane', family: 'dual' });
    t.teardown(() => lab.stop());

    const { code, stdout, stderr } = await onceAsNobody(lab);
    t.equal(stderr, '');
    t.equal(code, 3, 'incomplete, no drift');
    const document = snapshotIn(stdout);
    t.equal(document.summary.result, 'incomplete');
    const verdicts = Object.values(verdictsOf(document));
    t.notOk(
      verdicts.some((verdict) => ['missing', 'wrong-owner', 'exposed', 'unexpected'].includes(verdict)),
      'no fault is claimed',
    );
    t.equal(document.findings.filter(({ expected }) => expected !== null).length, 19, 'every row is answered');

    const asRoot = snapshotIn((await lab.exec([process.execPath, cli, '--once'])).stdout);
    const listeners = (from: typeof document): string[] => from.sockets.map(({ id }) => id).sort();
    t.strictSame(listeners(document), listeners(asRoot), 'the listeners are those that root sees');
    const owned = document.sockets.filter(({ owners }) => owners.length > 0);
    t.ok(
      owned.every(({ owners }) => owners[0]?.kind === 'kernel'),
      'only the kernel can be named',
    );
    t.ok(document.sockets.every(({ owners, ownersUnknown }) => owners.length > 0 || ownersUnknown === 'permission'));
    const source = document.coverage.sources.find(({ name }) => name === 'owners');
    t.match(source, { status: 'partial', error: /\d+ of \d+ processes could not be read \(permission denied\)/ });
    const kubelet = document.findings.find(({ expected }) => expected?.port === 10248);
    t.match(kubelet, { verdict: 'unverified', reason: /permission/ });
    t.match(kubelet?.message, 'it was created in snap.k8s.kubelet.service', 'the cgroup still names the service');
  },
);

t.test('without root drift that needs no owner is still seen', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({
    role: 'control-plane',
    family: 'dual',
    faults: ['scheduler-gone', 'healthz-on-wildcard'],
  });
  t.teardown(() => lab.stop());
  const { code, stdout } = await onceAsNobody(lab);
  t.equal(code, 1);
  const verdicts = verdictsOf(snapshotIn(stdout));
  t.equal(verdicts['kube-scheduler 10259/tcp'], 'missing');
  t.equal(verdicts['kubelet 10248/tcp'], 'exposed');
});

t.test('--netns without root says what is lacking', async (t) => {
  const command = [...CLEAN, process.execPath, cli, '--once', '--netns', '/proc/1/ns/net'];
  const { status, stderr } = spawnSync('env', command, { uid: NOBODY, gid: NOBODY, encoding: 'utf8' });
  t.equal(status, 2);
  t.match(stderr, /^k8s-sockwatch: cannot look into \/proc\/1\/ns\/net: [^\n]*permission[^\n]*root[^\n]*\n$/);
});
