import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { SocketFileWatch } from '../../../src/kernel/sockets/socket_file_watch.js';

// The watch does not keep a process alive; the test must, while it waits.
const alive = setInterval(() => {}, 1 << 30);
t.teardown(() => clearInterval(alive));

/** A watch, and what waits for its next notice. */
function watching(): { watch: SocketFileWatch; next: () => Promise<void>; count: () => number } {
  let [count, wake] = [0, (): void => {}];
  const watch = new SocketFileWatch(() => {
    count++;
    wake();
  });
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return { watch, next, count: () => count };
}

t.test('a file is created and removed, and so is its directory', async (t) => {
  const root = t.testdir({ run: { other: '' } });
  const path = `${root}/run/x/containerd.sock`;
  const { watch, next, count } = watching();
  t.teardown(() => watch.close());
  watch.follow([path]);
  let notice = next();
  mkdirSync(`${root}/run/x`);
  await notice;
  watch.follow([path]);
  for (const change of [
    () => writeFileSync(path, ''),
    () => rmSync(path),
    () => rmSync(`${root}/run/x`, { recursive: true }),
  ]) {
    notice = next();
    change();
    await notice;
    watch.follow([path]);
  }
  t.ok(count() >= 4);
});

t.test('other files are ignored, and everything after close', async (t) => {
  const root = t.testdir({});
  const { watch, next, count } = watching();
  watch.follow([`${root}/containerd.sock`]);
  writeFileSync(`${root}/other`, '');
  const notice = next();
  writeFileSync(`${root}/containerd.sock`, '');
  await notice;
  const before = count();
  watch.close();
  writeFileSync(`${root}/containerd.sock`, 'more');
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(count(), before);
  t.doesNotThrow(
    () => watch.follow([`${root}/a/b/c`, '/proc/1/fd/x']),
    'a directory that is absent or not to be watched',
  );
  watch.close();
});
