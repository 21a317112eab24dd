import t from 'tap';
import { ReadingBudget } from '../../src/watch/reading_budget.js';

t.test('a burst of readings is not delayed, a stream of them takes a twentieth of the time', async (t) => {
  const budget = new ReadingBudget(0);
  for (let reading = 0; reading < 10; reading++) {
    t.equal(budget.waitMs(0), 0, `reading ${reading}`);
    budget.spend(50, 0);
  }
  t.equal(budget.waitMs(0), 0, 'nothing is left, nothing overdrawn');
  budget.spend(50, 0);
  t.equal(budget.waitMs(0), 1_000);
  t.equal(budget.waitMs(900), 100);
  let [now, readings] = [1_000, 0];
  for (const end = now + 60_000; now < end; readings++) {
    now += budget.waitMs(now) + 50;
    budget.spend(50, now);
  }
  t.ok(readings >= 58 && readings <= 62, `${readings} readings of 50 ms in a minute`);
  t.equal(budget.waitMs(now + 60_000), 0, 'it recovers at rest');
});
