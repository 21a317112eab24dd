import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import t from 'tap';

/** Runs `writeStdout` in a child process, with its standard output redirected by a shell. */
async function stdoutInShell(bytes: number, redirection: string): Promise<{ stdout: string; stderr: string }> {
  const module = JSON.stringify(new URL('../../src/report/write_stdout.js', import.meta.url).href);
  const program = `import(${module}).then(({ writeStdout }) => writeStdout('x'.repeat(${bytes}) + 'end'))
    .then(() => console.error('written'), ({ code, message }) => console.error(code, message))`;
  const child = spawn('sh', ['-c', `"$0" -e "$1" ${redirection}`, process.execPath, program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr: stderr.trim() };
}

t.test('writes everything to standard output, and reports errors', async (t) => {
  const whole = await stdoutInShell(3_000_000, '| cat');
  t.equal(whole.stdout.length, 3_000_003);
  t.ok(whole.stdout.endsWith('end'));
  t.equal(whole.stderr, 'written');
  const full = await stdoutInShell(10, '> /dev/full');
  t.match(full.stderr, /^ERR_OUTPUT cannot write to standard output: .*ENOSPC/);
  const gone = await stdoutInShell(3_000_000, '| head -c 1');
  t.strictSame(gone, { stdout: 'x', stderr: 'written' }, 'a closed pipe is not an error');
  const closed = await stdoutInShell(10, '>&-');
  t.notMatch(closed.stderr, /at .*:\d+:\d+/, 'no stack if standard output is closed');
});
