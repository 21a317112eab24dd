import t from 'tap';
import { Progress } from '../../src/report/progress.js';

/** What is written at each moment, in milliseconds, when one of ten steps is done every 200 of them. */
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

t.test('a bar on a terminal, from half a second on, cleared once at the end', (t) => {
  const written = run({ isTTY: true });
  t.equal(written[0], '\r\x1b[K[######..............] files');
  t.equal(written.at(-2), '\r\x1b[K[####################] files');
  t.equal(written.at(-1), '\r\x1b[K');
  t.equal(written.length, 9);
  t.end();
});

t.test('nothing anywhere else', (t) => {
  t.strictSame(run({}), []);
  t.strictSame(run({ isTTY: false }), []);
  t.end();
});

t.test('never so long that the line wraps', (t) => {
  for (const text of run({ isTTY: true, columns: 30 }, 'x'.repeat(100))) t.ok(text.length <= '\r\x1b[K'.length + 29);
  t.end();
});

t.test('not drawn more often than is seen, nor for work that is done at once', (t) => {
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
