import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { startLab } from '../lab/lab.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';
import { inLab } from './node_terminal.js';

t.setTimeout(120_000);

const DEADLINE = 5;

/**
 * Runs the program where files of /proc are replaced by a pipe without a writer: opening it hangs for good, as with a process that
 * holds the lock of its own memory map. Without its deadline the program would not end.
 */
function withHanging(files: readonly string[], options: string): string[] {
  const hang = files.map((file) => `mount --bind "$pipe" ${file}`).join(' && ');
  const script = `pipe=$(mktemp -u) && mkfifo "$pipe" && ${hang} && exec "$0" "$1" --once --deadline ${DEADLINE} ${options}`;
  return ['unshare', '--mount', 'sh', '-c', script, process.execPath, CLI];
}

t.test('a process that hangs', async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const healthy = snapshotIn((await lab.exec([process.execPath, CLI, '--once', '--deadline', '60'])).stdout);
  t.equal(healthy.coverage.complete, true, 'a deadline that is not reached changes nothing');
  t.equal(healthy.summary.result, 'match');
  const pid = lab.processes.get('kubelet') ?? 0;
  const file = `/proc/${pid}/task/${pid}/cmdline`;

  await t.test('by eBPF: of it and its batch only the pids are known', async (t) => {
    const { code, stdout, stderr } = await lab.exec(withHanging([file], '--owners bpf'));
    t.strictSame([code, stderr], [3, '']);
    const document = snapshotIn(stdout);
    const owners = document.coverage.sources.find(({ name }) => name === 'owners');
    t.match(owners, { status: 'partial', error: /^\d+ of \d+ processes did not answer in time$/ });
    const verdicts = verdictsOf(document);
    t.equal(verdicts['kubelet 10250/tcp'], 'unverified');
    t.ok(Object.values(verdicts).filter((verdict) => verdict === 'ok').length >= 5, 'the others are known', verdicts);
    t.notOk(Object.values(verdicts).some((verdict) => verdict === 'missing' || verdict === 'wrong-owner'));
  });

  await t.test('by /proc: no owner is known', async (t) => {
    const { code, stdout } = await lab.exec(withHanging([file], '--owners proc'));
    t.equal(code, 3);
    const document = snapshotIn(stdout);
    const owners = document.coverage.sources.find(({ name }) => name === 'owners');
    t.match(owners, { status: 'failed', error: /^no answer within \d\.\d s$/ });
    t.ok(document.sockets.length > 20, 'the listeners are there');
    t.notOk(document.findings.some(({ verdict }) => verdict === 'missing' || verdict === 'wrong-owner'));
  });

  await t.test('the whole snapshot is written to a file', async (t) => {
    const output = `${t.testdir({})}/node.json`;
    const { code, stdout } = await lab.exec(withHanging([file], `--output ${output}`));
    t.strictSame([code, stdout], [3, '']);
    const { stdout: written } = await lab.exec(['cat', output]);
    t.equal(snapshotIn(written).coverage.complete, false);
  });
});

/** Binds one UDP socket after the other; prints a line after the first. */
const CHURN = `
import socket, time
keep = []
while True:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.bind(("127.0.0.1", 0)); keep.append(one)
    if len(keep) == 1: print("ready", flush=True)
    time.sleep(0.1)
`;

t.test('a second capture has time for the tables where a process hangs and sockets keep opening', async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'ipv4' });
  t.teardown(() => lab.stop());
  await lab.apply('scheduler-gone');
  const [command = '', ...rest] = inLab(lab, ['python3', '-c', CHURN]);
  const churn = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => churn.kill('SIGKILL'));
  await once(churn.stdout, 'data');
  const pid = lab.processes.get('kubelet') ?? 0;
  const { stdout } = await lab.exec(withHanging([`/proc/${pid}/task/${pid}/cmdline`], '--owners bpf'));
  const document = snapshotIn(stdout);
  const failed = document.coverage.sources.filter(({ status }) => status === 'failed');
  t.strictSame(failed, [], 'every source was read');
  t.ok(
    document.findings.some(({ verdict }) => verdict === 'missing'),
    'what is missing is reported',
  );
});

t.test('--follow ends with its signal while a read hangs', async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const pid = lab.processes.get('kubelet') ?? 0;
  // Opening the pipe for writing blocks until the program opens it for reading, and hangs.
  const script = `
    pipe=$(mktemp -u) && mkfifo "$pipe" && mount --bind "$pipe" /proc/${pid}/task/${pid}/cmdline || exit 99
    "$0" "$1" --follow & program=$!
    exec 3>"$pipe"
    rm "$pipe"
    kill -TERM $program
    wait $program`;
  const { code, stderr } = await lab.exec(['unshare', '--mount', 'sh', '-c', script, process.execPath, CLI]);
  t.strictSame([code, stderr], [0, '']);
});

t.test('the screen shows everything else while a read hangs, reading after reading, and q quits', async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const pid = lab.processes.get('kubelet') ?? 0;
  const script = `
    pipe=$(mktemp -u) && mkfifo "$pipe" && mount --bind "$pipe" /proc/${pid}/task/${pid}/cmdline && rm "$pipe" &&
    exec "$0" "$1"`;
  const argv = inLab(lab, ['unshare', '--mount', 'sh', '-c', script, process.execPath, CLI]);
  const terminal = await Terminal.start(argv, { width: 120, height: 40 });
  t.teardown(() => terminal.stop());
  await terminal.until((text) => text.includes('k8s-sockwatch'), 'the screen');
  const showsRest = (text: string): boolean => /\d+ unverified/.test(text) && / ok /.test(text);
  await terminal.until(showsRest, 'what could be seen, and the rest', 40_000);
  // More readings than libuv's pool has threads.
  for (let round = 0; round < 6; round += 1) {
    await lab.apply('unexpected-udp');
    await terminal.until((text) => /:161 /.test(text), 'a listener opened', 40_000);
    await lab.clear('unexpected-udp');
    await terminal.until((text) => !/\d+ unexpected/.test(text), 'and closed', 40_000);
  }
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
});
