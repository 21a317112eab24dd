import t from 'tap';
import { startLab } from '../lab/lab.js';
import { openDrill, SCREEN_DRILLS } from '../screens/drills.js';

const MAX_KEYS = 2;

t.test('the screen leads from its start to the culprit and the line to change', { timeout: 180_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane' });
  t.teardown(() => lab.stop());
  for (const drill of SCREEN_DRILLS) {
    await lab.apply(drill.fault);
    const terminal = await openDrill(lab, drill);
    await terminal.stop();
    t.ok(drill.keys.length <= MAX_KEYS, drill.fault);
    await lab.clear(drill.fault);
  }
});
