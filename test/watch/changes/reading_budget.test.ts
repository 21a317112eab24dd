import t from 'tap';
import { ReadingBudget } from '../../../src/watch/changes/reading_budget.js';

t.test('a flock of readings goes through at once, a stream of them takes a tenth of the time', async (t) => {
  const budget = new ReadingBudget(0);
  for (let reading = 0; reading < 10; reading++) {
    t.equal(budget.restMs(0), 0, `reading ${reading}`);
    budget.spend(50, 0);
  }
  t.equal(budget.restMs(0), 0, 'nothing is left, and nothing owed');
  budget.spend(50, 0);
  t.equal(budget.restMs(0), 500);
  t.equal(budget.restMs(400), 100);
  let [now, readings] = [500, 0];
  for (const end = now + 60_000; now < end; readings++) {
    now += budget.restMs(now) + 50;
    budget.spend(50, now);
  }
  t.ok(readings >= 118 && readings <= 122, `${readings} readings of 50 ms in a minute`);
  t.equal(budget.restMs(now + 60_000), 0, 'and at rest it recovers');
});
