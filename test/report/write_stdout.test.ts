import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import t from 'tap';

/** Runs a program with the functions of write_stdout.ts in a child process, with its standard output redirected by a shell. */
async function stdoutOf(write: string, redirection: string): Promise<{ stdout: string; stderr: string }> {
  const module = JSON.stringify(new URL('../../src/report/write_stdout.js', import.meta.url).href);
  const program = `import(${module}).then(async ({ writeStdout, LineWriter }) => { ${write} })
    .then(() => console.error('written'), ({ code, message }) => console.error(code, message))`;
  const child = spawn('sh', ['-c', `"$0" -e "$1" ${redirection}`, process.execPath, program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr: stderr.trim() };
}

const stdoutInShell = (bytes: number, redirection: string): ReturnType<typeof stdoutOf> =>
  stdoutOf(`await writeStdout('x'.repeat(${bytes}) + 'end')`, redirection);

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

t.test(
  'lines are written in order, those that come together in one write, and errors reach the next one',
  async (t) => {
    const lines = `
    let writes = 0;
    const { write } = process.stdout;
    process.stdout.write = function (...args) { writes++; return write.apply(this, args); };
    const lines = new LineWriter();
    for (let at = 0; at < 20_000; at++) await lines.write(at + ' 6789\\n');
    await lines.end();
    await lines.write('last\\n');
    await lines.end();
    if (writes > 10) throw { code: writes + ' writes' };`;
    const whole = await stdoutOf(lines, '| cat');
    t.equal(whole.stderr, 'written');
    t.strictSame(whole.stdout.split('\n'), [...Array.from({ length: 20_000 }, (_, at) => `${at} 6789`), 'last', '']);
    const waiting = `const lines = new LineWriter(); await lines.write('line'); await new Promise((done) => setTimeout(done, 20));`;
    const full = await stdoutOf(`${waiting} await lines.write('another')`, '> /dev/full');
    t.match(full.stderr, /^ERR_OUTPUT cannot write to standard output: .*ENOSPC/);
    const ended = await stdoutOf(`${waiting} await lines.end()`, '> /dev/full');
    t.equal(ended.stderr, full.stderr);
  },
);
