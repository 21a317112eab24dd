import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { inSlices } from '../../src/tui/in_slices.js';

t.test('each item has its turn, in order, and others have theirs in between', async (t) => {
  const items = Array.from({ length: 1_000 }, (_, at) => at);
  const done: number[] = [];
  inSlices(items, (item) => {
    done.push(item);
    const until = performance.now() + 0.1;
    while (performance.now() < until);
  });
  t.strictSame(done, [], 'nothing is done at once');
  let turns = 0;
  while (done.length < items.length) {
    turns += 1;
    await nextTurn();
  }
  t.strictSame(done, items);
  t.ok(turns > 3, `${turns} turns`);
});
