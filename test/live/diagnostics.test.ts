import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { type Lab, startLab } from '../lab/lab.js';
import { snapshotIn } from './cli.js';
import { installPackage, removePackage } from './installed.js';

// examples/diagnostics.mjs from the installed package, on a node with faults.

t.setTimeout(180_000);

const NOBODY = 65534;
const FAULTS = ['healthz-on-wildcard', 'foreign-on-10250', 'scheduler-gone', 'fan-device-on-8472', 'unexpected-tcp'];
/** The faults that can be seen without access to processes: an exposed listener and a kernel device. */
const SEEN_UNPRIVILEGED: readonly number[] = [10248, 8472];
/** Node options of the test runner would make the program write where other users cannot. */
const CLEAN = ['env', '-i', `PATH=${process.env['PATH'] ?? ''}`];

let program = '';
let command = '';
let directory = '';
let lab: Lab;
t.before(async () => {
  command = await installPackage();
  program = join(dirname(dirname(command)), 'k8s-sockwatch/examples/diagnostics.mjs');
  directory = await mkdtemp(join(tmpdir(), 'sockwatch-diagnostics-'));
  await chown(directory, NOBODY, NOBODY);
  lab = await startLab({ role: 'control-plane', family: 'dual', faults: FAULTS });
});
t.teardown(async () => {
  await lab?.stop();
  await removePackage(command);
  await rm(directory, { recursive: true, force: true });
});

for (const [name, uid, role] of [
  ['root', 0, 'control-plane'],
  // The role is inferred from the owners of listeners.
  ['an unprivileged user', NOBODY, 'unknown'],
] as const) {
  t.test(`as ${name} it lists the faults and writes a redacted snapshot`, async (t) => {
    const output = join(directory, `${uid}.json`);
    const argv = [...CLEAN, process.execPath, program, output, '20'];
    const { code, stdout, stderr } = await lab.exec(argv, { uid });
    t.strictSame([code, stderr], [0, '']);
    const [first, ...lines] = stdout.trimEnd().split('\n');
    const expected = lab
      .expectations()
      .filter(({ subject }) => uid === 0 || ('port' in subject && SEEN_UNPRIVILEGED.includes(subject.port)));
    t.equal(first, `${role} node: drift, ${expected.length} faults`);
    for (const { verdict, subject } of expected) {
      const place = subject.kind === 'unix-row' ? subject.path : `:${subject.port}`;
      const listed = lines.some((line) => line.startsWith(`- ${verdict}: `) && line.includes(place));
      t.ok(listed, `${verdict} ${place}`, { stdout });
    }
    const faults = lines.filter((line) => line.startsWith('- ')).length;
    t.equal(faults, expected.length, 'nothing else is listed');
    if (uid !== 0) t.match(stdout, /^\? owners: .* \(permission denied\)$/m, 'the missing permission is listed');
    const document = snapshotIn(await readFile(output, 'utf8'));
    t.ok(document.redacted, 'the file is a redacted snapshot');
    t.equal(JSON.stringify(document).includes(lab.addresses.ipv4), false);

    const again = await lab.exec(argv, { uid });
    t.strictSame([again.code, again.stdout], [2, ''], 'an existing file is not overwritten');
  });
}

/**
 * Runs the program while reads of /proc/PID/cmdline of a listening process hang, as they do while its mmap lock is held: the file is a
 * FIFO without data. `meanwhile` runs once the program has opened it.
 */
async function runWithHangingRead(output: string, seconds: number, meanwhile: string) {
  const pid = lab.processes.get('kubelet') ?? 0;
  const script = `
    pipe=$(mktemp -u) && mkfifo "$pipe" && mount --bind "$pipe" /proc/${pid}/task/${pid}/cmdline || exit 99
    "$0" "$@" & program=$!
    exec 3>"$pipe"
    rm "$pipe"
    ${meanwhile}
    wait $program`;
  const start = performance.now();
  const argv = [process.execPath, program, output, String(seconds)];
  const answer = await lab.exec(['unshare', '--mount', ...CLEAN, 'sh', '-c', script, ...argv]);
  return { ...answer, seconds: (performance.now() - start) / 1000 };
}

t.test('if a read hangs it ends by its deadline with partial results', async (t) => {
  const output = join(directory, 'late.json');
  const { code, stdout, stderr, seconds } = await runWithHangingRead(output, 3, ':');
  t.strictSame([code, stderr], [0, '']);
  t.match(stdout, /^\? owners: .*in time$/m);
  t.ok(seconds < 5, `${seconds} s`);
  t.equal(snapshotIn(await readFile(output, 'utf8')).coverage.complete, false);
});

t.test('if a read hangs Ctrl-C still ends it at once', async (t) => {
  const output = join(directory, 'stopped.json');
  const { code, stdout, stderr, seconds } = await runWithHangingRead(output, 600, 'kill -INT $program');
  t.strictSame([code, stdout, stderr], [2, '', 'stopped by SIGINT\n']);
  t.ok(seconds < 10, `${seconds} s`);
  await t.rejects(readFile(output), { code: 'ENOENT' }, 'no file is written');
});
