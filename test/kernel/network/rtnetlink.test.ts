import t from 'tap';
import { dumpRoutes } from '../../../src/kernel/network/rtnetlink.js';
import { CLOSED_NETNS } from '../netns.js';

t.test('live: the links, addresses and routes of our own namespace', async (t) => {
  const links = await dumpRoutes(null, 'links');
  t.ok(links.some(({ attributes }) => attributes.get(3)?.toString() === 'lo\0'));
  t.ok((await dumpRoutes(null, 'addresses')).every(({ header }) => header.length === 8));
  t.ok((await dumpRoutes(null, 'routes')).every(({ header }) => header.length === 12));
});

t.test('a namespace that was closed is never taken for our own', async (t) => {
  await t.rejects(dumpRoutes(CLOSED_NETNS, 'links'), { code: 'EBADF', syscall: 'setns' });
});
