import t from 'tap';
import { captureTables } from '../../../src/kernel/sockets/capture.js';
import { identitiesOf, TablePoller } from '../../../src/kernel/sockets/table_poller.js';
import { CLOSED_NETNS } from '../netns.js';
import { bindUdp, connectedTo, listenTcp, listenWithoutAccepting } from './live.js';

const OWN = { netns: null, allowModuleLoad: true };

async function hasChanged(poller: TablePoller): Promise<boolean> {
  return (await poller.poll(false)).hasChanged;
}

/** Other processes of this machine may open and close sockets as well, so that quiet is waited for. */
async function readAtRest(poller: TablePoller, withCounters = false): Promise<void> {
  do {
    const { tcp, udp, unix } = await captureTables(OWN);
    poller.compareWith(identitiesOf(tcp.columns, udp.columns, unix.columns));
  } while ((await poller.poll(withCounters)).hasChanged);
}

t.test('a UDP socket opens and closes', async (t) => {
  const poller = new TablePoller(OWN);
  t.equal(poller.costMs, 0);
  t.equal(await hasChanged(poller), false, 'there is nothing to compare with yet');
  t.ok(poller.costMs > 0);
  await readAtRest(poller);
  const { handle } = await bindUdp('127.0.0.1');
  t.equal(await hasChanged(poller), true, 'it came');
  t.equal(await hasChanged(poller), true, 'and the tables were not read yet');
  await readAtRest(poller);
  handle.close();
  t.equal(await hasChanged(poller), true, 'it went');
  await t.rejects(new TablePoller({ ...OWN, netns: CLOSED_NETNS }).poll(false), { code: 'EBADF' });
});

t.test('a UDP socket that was read opens and closes between two polls', async (t) => {
  const poller = new TablePoller(OWN);
  await readAtRest(poller);
  const { handle } = await bindUdp('127.0.0.1');
  await readAtRest(poller);
  handle.close();
  t.equal(await hasChanged(poller), true);
});

t.test('a TCP listener is looked at for its counters only', async (t) => {
  const poller = new TablePoller(OWN);
  await readAtRest(poller, true);
  const { handle } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  t.equal((await poller.poll(false)).counters, null);
  t.equal((await poller.poll(true)).hasChanged, true);
});

t.test('queues of listeners that accept nothing', async (t) => {
  const poller = new TablePoller(OWN);
  const { port, inode } = await listenWithoutAccepting(t, 3);
  const backlog = async () => (await poller.poll(true)).counters?.get(inode)?.backlog;
  t.strictSame(await backlog(), { current: 0, max: 3 });
  for (let count = 1; count <= 4; count++) {
    await connectedTo(t, port);
    t.strictSame(await backlog(), { current: count, max: 3 });
  }
});
