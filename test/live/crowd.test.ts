import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { shortDirectory } from '../kernel/sockets/live.js';
import { CLI, snapshotIn } from './cli.js';

const CROWD = fileURLToPath(new URL('../../../test/live/crowd.py', import.meta.url));
const COUNT = 15_000;
/** Within it no machine is too slow; without bounds no machine is fast enough. */
const DEADLINE = 60;

/** Runs the program in a network namespace with the crowd. */
async function withCrowd(directory: string, options: string): Promise<{ code: number | null; stdout: string }> {
  const script = `ulimit -n 40000; ip link set lo up; mkfifo "$1/ready" "$1/end"
    python3 "$0" "$1" ${COUNT} 10248 <"$1/end" >"$1/ready" & exec 3>"$1/end"; read _ <"$1/ready"
    "$2" "$3" --once --role control-plane --deadline ${DEADLINE} ${options} 3>&-; code=$?; exec 3>&-; exit $code`;
  const argv = ['--net', 'bash', '-c', script, CROWD, directory, process.execPath, CLI];
  const child = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [stdout, [code]] = await Promise.all([buffer(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  return { code, stdout: stdout.toString() };
}

t.test('15,000 listeners on one port with names of 4,000 bytes', { timeout: 300_000 }, async (t) => {
  const { code, stdout } = await withCrowd(shortDirectory(t), '');
  t.equal(code, 1, 'an answer in time');
  t.ok(stdout.length < 64 * 1024 * 1024, `of ${stdout.length} bytes`);
  const { sockets, processes, findings } = snapshotIn(stdout);
  const crowd = sockets.filter(({ port }) => port === 10248);
  t.equal(crowd.length, COUNT);
  const [owner] = crowd[0]?.owners ?? [];
  const [names] = processes ?? [];
  t.match(owner, { argv0: null, exe: /^\/[^…]+…[^…]+\/crowd$/, exeLength: Number });
  t.equal(processes?.length, 1, 'the whole names once');
  t.match(names, { exe: /^\/[^…]{3500,}\/crowd$/ });
  const finding = findings.find(({ expected }) => expected?.port === 10248);
  t.match(finding?.message, / and 1\d{4} more/);
});

for (const format of ['table', 'line']) {
  t.test(`the same, --format ${format}`, { timeout: 300_000 }, async (t) => {
    const { code, stdout } = await withCrowd(shortDirectory(t), `--format ${format}`);
    t.equal(code, 1, 'an answer in time');
    t.ok(stdout.length < 1024 * 1024, `of ${stdout.length} bytes`);
    t.match(stdout, 'wrong-owner');
  });
}
