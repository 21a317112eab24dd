import t from 'tap';
import { TablePulse } from '../../src/sockets/table_pulse.js';
import { bindUdp } from './live.js';

/** Other processes of this machine may open and close sockets as well, so that quiet is waited for. */
async function atRest(pulse: TablePulse): Promise<void> {
  while (await pulse.hasChanged());
}

t.test('a UDP socket that comes and goes', async (t) => {
  const pulse = new TablePulse(null);
  t.equal(pulse.costMs, 0);
  t.equal(await pulse.hasChanged(), false, 'there is nothing to compare with yet');
  t.ok(pulse.costMs > 0);
  await atRest(pulse);
  const { handle } = await bindUdp('127.0.0.1');
  t.equal(await pulse.hasChanged(), true, 'it came');
  await atRest(pulse);
  handle.close();
  t.equal(await pulse.hasChanged(), true, 'it went');
  await t.rejects(new TablePulse('/nowhere').hasChanged(), { code: 'ENOENT' });
});
