import t from 'tap';
import { Progress } from '../../src/report/progress.js';

/** What is written while one of ten steps is finished every 200 ms. */
function run(screen: { isTTY?: boolean; columns?: number }, note = 'files'): string[] {
  const written: string[] = [];
  let now = 0;
  const progress = new Progress({ ...screen, write: (text) => written.push(text) }, 10, () => now);
  for (let done = 0; done <= 10; done++) {
    now = done * 200;
    progress.update(done, note);
  }
  progress.clear();
  progress.clear();
  return written;
}

t.test('draws a bar on a terminal after half a second, and clears it once', (t) => {
  const written = run({ isTTY: true });
  t.equal(written[0], '\r\x1b[K[######..............] files');
  t.equal(written.at(-2), '\r\x1b[K[####################] files');
  t.equal(written.at(-1), '\r\x1b[K');
  t.equal(written.length, 9);
  t.end();
});

t.test('draws nothing anywhere else', (t) => {
  t.strictSame(run({}), []);
  t.strictSame(run({ isTTY: false }), []);
  t.end();
});

t.test('says what is waited for, until there is something else', async (t) => {
  const written: string[] = [];
  await new Promise<void>((resolve) => {
    const write = (text: string): void => {
      written.push(text);
      resolve();
    };
    const progress = new Progress({ isTTY: true, write }, 1);
    progress.wait(0, 'cleared');
    progress.clear();
    progress.wait(0, 'answered');
    progress.update(0, 'too early to be drawn');
    progress.wait(0, 'waiting for standard input');
    new Progress({ write }, 1).wait(0, 'no terminal');
    // The program does not wait for the line, but this test does.
    t.teardown(
      clearInterval.bind(
        null,
        setInterval(() => {}, 1000),
      ),
    );
  });
  t.strictSame(written, ['\r\x1b[K[....................] waiting for standard input']);
});

t.test('never wraps the line', (t) => {
  for (const text of run({ isTTY: true, columns: 30 }, 'x'.repeat(100))) t.ok(text.length <= '\r\x1b[K'.length + 29);
  t.match(run({ isTTY: true, columns: 0 }).join(''), /\[#+\.*\] files/, 'a console without a size');
  t.end();
});

t.test('limits redraws, and draws nothing for short work', (t) => {
  const written: string[] = [];
  let now = 0;
  const progress = new Progress({ isTTY: true, write: (text) => written.push(text) }, 1000, () => now);
  for (let done = 0; done <= 1000; done++) {
    now = done;
    progress.update(done, '');
  }
  t.equal(written.length, 6);
  const quick = new Progress({ isTTY: true, write: (text) => written.push(text) }, 2, () => 0);
  quick.update(2, '');
  quick.clear();
  t.equal(written.length, 6);
  t.end();
});
