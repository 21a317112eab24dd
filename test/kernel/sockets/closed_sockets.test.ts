import t from 'tap';
import { captureTables } from '../../../src/kernel/sockets/capture.js';
import { inodesOf, TablePulse } from '../../../src/kernel/sockets/closed_sockets.js';
import { bindUdp } from './live.js';

/** Other processes of this machine may open and close sockets as well, so that quiet is waited for. */
async function readAtRest(pulse: TablePulse): Promise<void> {
  do pulse.follow(inodesOf(await captureTables({ netns: null, allowModuleLoad: true })));
  while (await pulse.hasChanged());
}

t.test('a UDP socket that comes and goes', async (t) => {
  const pulse = new TablePulse(null);
  t.equal(pulse.costMs, 0);
  t.equal(await pulse.hasChanged(), false, 'there is nothing to compare with yet');
  t.ok(pulse.costMs > 0);
  await readAtRest(pulse);
  const { handle } = await bindUdp('127.0.0.1');
  t.equal(await pulse.hasChanged(), true, 'it came');
  t.equal(await pulse.hasChanged(), true, 'and the tables were not read yet');
  await readAtRest(pulse);
  handle.close();
  t.equal(await pulse.hasChanged(), true, 'it went');
  await t.rejects(new TablePulse('/nowhere').hasChanged(), { code: 'ENOENT' });
});

t.test('a UDP socket that was read, and came and went between two pulses', async (t) => {
  const pulse = new TablePulse(null);
  await readAtRest(pulse);
  const { handle } = await bindUdp('127.0.0.1');
  await readAtRest(pulse);
  handle.close();
  t.equal(await pulse.hasChanged(), true);
});
