import t from 'tap';
import { startLab } from '../lab/lab.js';
import { CLI } from './cli.js';

const CALLS = ['execve', 'execveat', 'fork', 'vfork', 'clone', 'clone3'];

t.test('no subprocess: every clone is a thread, and nothing is executed', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual', faults: ['hidden-owner'] });
  t.teardown(() => lab.stop());
  const traced = [process.execPath, CLI, '--once', '--format', 'json'];
  const { code, stderr } = await lab.exec(['strace', '-f', '-qq', '-e', `trace=${CALLS.join(',')}`, ...traced], {
    // The test runner puts itself into Node programs through this; what is tested is the program alone.
    env: { NODE_OPTIONS: '' },
  });
  t.equal(code, 3, 'it did its work');
  const lines = stderr.split('\n').filter((line) => CALLS.some((call) => line.includes(`${call}(`)));
  const [first, ...rest] = lines;
  t.match(first, /execve\(.*node/, 'strace starts it');
  t.ok(rest.length > 0, 'there are threads, so the trace does see clones');
  for (const line of rest) t.match(line, /CLONE_THREAD/, line);
});
