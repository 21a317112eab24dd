import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { shortDirectory } from '../kernel/sockets/live.js';
import { CLI, snapshotIn } from './cli.js';

const SERVER = fileURLToPath(new URL('../../../test/live/hung_files.py', import.meta.url));
const LIBRARY = new URL('../../src/index.js', import.meta.url).href;

/** A page with a socket on a file system that answers nothing, directly and by way of a link. */
function pageOn(directory: string): string {
  return `# Ports

## Unix sockets

| Service | Socket |
| --- | --- |
| containerd | unix://${directory}/hung/a/containerd.sock |
| k8sd | unix://${directory}/link/control.socket |
`;
}

/**
 * Runs a program in a mount namespace of its own, where the file system is mounted. A thread that asks it cannot be killed, so
 * without an answer from the program the test ends only with the file system.
 */
async function beside(
  t: Test,
  argv: readonly string[],
  page: string,
): Promise<{ code: number | null; stdout: string }> {
  const directory = shortDirectory(t);
  mkdirSync(`${directory}/hung`);
  symlinkSync('hung/a', `${directory}/link`);
  writeFileSync(`${directory}/page.md`, pageOn(directory));
  const script = `python3 "$0" "$1/hung" >"$1/ready" & echo $! >"$1/server"
    while ! [ -s "$1/ready" ]; do sleep 0.05; done; cd "$1"; shift; exec "$@"`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, SERVER, directory, ...argv, page], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => spawn('sh', ['-c', `kill -9 $(cat ${directory}/server)`]));
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  return { code, stdout };
}

/** Neither the machine's own listeners nor its role are what is tested. */
const ONCE = ['--once', '--fail-on', 'never', '--role', 'worker'];

t.test('a socket path on a file system that never answers', { timeout: 120_000 }, async (t) => {
  for (const deadline of [['--deadline', '20'], []]) {
    const { code, stdout } = await beside(t, [process.execPath, CLI, ...ONCE, ...deadline, '--spec'], 'page.md');
    t.equal(code, 3, `the program ends (${deadline.join(' ')})`);
    const { files, findings } = snapshotIn(stdout);
    t.strictSame(
      files.map(({ state }) => state),
      ['unreadable', 'unreadable'],
      'without asking it',
    );
    t.strictSame(
      findings.filter(({ expected }) => expected !== null).map(({ code }) => code),
      ['no-listener-file-unreadable', 'no-listener-file-unreadable'],
    );
  }
});

t.test('the same by the library, whose process ends by itself', { timeout: 60_000 }, async (t) => {
  const program = `const { loadSpec, snapshot } = await import(${JSON.stringify(LIBRARY)});
    const { files } = await snapshot({ spec: await loadSpec({ page: process.argv[1] }), deadlineMs: 20_000 });
    console.log(files.map(({ state }) => state).join())`;
  const argv = [process.execPath, '--input-type=module', '--eval', program];
  const { code, stdout } = await beside(t, argv, 'page.md');
  t.strictSame([code, stdout], [0, 'unreadable,unreadable\n']);
});

t.test('--follow starts, and ends with its signal', { timeout: 60_000 }, async (t) => {
  const script = `"$0" "$1" --follow --spec "$2" >follow & program=$!
    while ! grep -q '"started"' follow; do sleep 0.05; done
    kill -TERM $program; wait $program`;
  const { code } = await beside(t, ['sh', '-c', script, process.execPath, CLI], 'page.md');
  t.equal(code, 0);
});
