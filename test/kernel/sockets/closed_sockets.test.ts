import t from 'tap';
import { captureTables } from '../../../src/kernel/sockets/capture.js';
import { ClosedSocketPoller, inodesOf } from '../../../src/kernel/sockets/closed_sockets.js';
import { CLOSED_NETNS } from '../netns.js';
import { bindUdp } from './live.js';

const OWN = { netns: null, allowModuleLoad: true };

/** Other processes of this machine may open and close sockets as well, so that quiet is waited for. */
async function readAtRest(poller: ClosedSocketPoller): Promise<void> {
  do poller.compareWith(inodesOf(await captureTables({ netns: null, allowModuleLoad: true })));
  while (await poller.hasChanged());
}

t.test('a UDP socket opens and closes', async (t) => {
  const poller = new ClosedSocketPoller(OWN);
  t.equal(poller.costMs, 0);
  t.equal(await poller.hasChanged(), false, 'there is nothing to compare with yet');
  t.ok(poller.costMs > 0);
  await readAtRest(poller);
  const { handle } = await bindUdp('127.0.0.1');
  t.equal(await poller.hasChanged(), true, 'it came');
  t.equal(await poller.hasChanged(), true, 'and the tables were not read yet');
  await readAtRest(poller);
  handle.close();
  t.equal(await poller.hasChanged(), true, 'it went');
  await t.rejects(new ClosedSocketPoller({ ...OWN, netns: CLOSED_NETNS }).hasChanged(), { code: 'EBADF' });
});

t.test('a UDP socket that was read opens and closes between two polls', async (t) => {
  const poller = new ClosedSocketPoller(OWN);
  await readAtRest(poller);
  const { handle } = await bindUdp('127.0.0.1');
  await readAtRest(poller);
  handle.close();
  t.equal(await poller.hasChanged(), true);
});
