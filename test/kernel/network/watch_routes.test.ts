import { execFileSync } from 'node:child_process';
import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { CLOSED_NETNS, startNetns } from '../netns.js';
import { openDescriptors } from '../open_descriptors.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `network namespaces can be made by root only, and we are user ${uid}`;

t.test('changes of links, addresses and routes call back, until it is ended', { skip: notRoot }, async (t) => {
  const path = await startNetns(t, 'ip link set lo up');
  const ip = (...argv: string[]) => execFileSync('nsenter', [`--net=${path}`, 'ip', ...argv]);
  const netns = native().openNetns(path);
  let wake = (): void => {};
  let calls = 0;
  const close = native().watchRoutes(netns, () => {
    calls += 1;
    wake();
  });
  t.teardown(close);
  // The subscription stays after the namespace is closed.
  netns.close();
  for (const change of [
    ['link', 'add', 'one0', 'type', 'veth'],
    ['link', 'set', 'one0', 'up'],
    ['address', 'add', '192.0.2.1/24', 'dev', 'one0'],
    ['-6', 'address', 'add', 'fd00::1/64', 'dev', 'one0', 'nodad'],
    ['route', 'add', '198.51.100.0/24', 'dev', 'one0'],
    ['-6', 'route', 'add', 'fd01::/64', 'dev', 'one0'],
    ['link', 'delete', 'one0'],
  ]) {
    const before = calls;
    const called = new Promise<void>((resolve) => {
      wake = resolve;
    });
    ip(...change);
    await called;
    t.ok(calls > before, change.join(' '));
  }
  close();
  const before = calls;
  ip('link', 'add', 'two0', 'type', 'veth');
  await new Promise(setImmediate);
  t.equal(calls, before, 'no call once it is closed');
  close();
});

t.test('nothing stays open', async (t) => {
  const open = (): number => openDescriptors(/^socket:/);
  native().watchRoutes(null, () => {})();
  const before = open();
  for (let round = 0; round < 20; round++) native().watchRoutes(null, () => {})();
  t.equal(open(), before);
  t.throws(() => native().watchRoutes(CLOSED_NETNS, () => {}), { code: 'EBADF' });
  t.equal(open(), before);
});
