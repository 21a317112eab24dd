import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Scheduler, type Task } from '../../src/watch/scheduler.js';
import { FakeClock } from './fake_clock.js';

/** A scheduler and the tasks that it has handed out so far, as a watcher takes them. */
function start(t: Test) {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const tasks: (Task | null)[] = [];
  const ended = (async () => {
    do tasks.push(await scheduler.next());
    while (tasks.at(-1) !== null);
  })();
  t.teardown(() => scheduler.close());
  const taken = async (ms = 0): Promise<(Task | null)[]> => {
    clock.advance(ms);
    await setImmediate();
    return tasks.splice(0);
  };
  return { clock, scheduler, taken, ended };
}

t.test('tasks come in order, several of one kind as one', async (t) => {
  const { scheduler, taken } = start(t);
  for (const task of ['events', 'network', 'events', 'read'] as const) scheduler.add(task);
  t.strictSame(await taken(), ['events', 'network', 'read']);
  scheduler.add('events');
  t.strictSame(await taken(), ['events'], 'and again once it was taken');
});

t.test('a reading waits for the one before, other tasks do not', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.add('read');
  t.strictSame(await taken(), ['read']);
  for (const task of ['read', 'events', 'done'] as const) scheduler.add(task);
  t.strictSame(await taken(), ['events', 'done']);
  scheduler.readDone(0, false);
  t.strictSame(await taken(), ['read']);
});

t.test('changes within 40 ms are read once', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.readSoon();
  t.strictSame(await taken(39), []);
  scheduler.readSoon();
  t.strictSame(await taken(1), ['read']);
  t.strictSame(await taken(1_000), []);
});

t.test('while changes do not end, reading takes a twentieth of one core', async (t) => {
  const { scheduler, taken } = start(t);
  let readings = 0;
  for (let ms = 0; ms < 60_000; ms += 10) {
    scheduler.readSoon();
    if ((await taken(10)).length === 0) continue;
    readings += 1;
    scheduler.readDone(100, false);
  }
  t.ok(readings >= 31 && readings <= 36, `${readings} readings of 100 ms in a minute, 5 of them saved before`);
});

t.test(
  'at rest with kernel events, the tables are read every 30 s, or less often if that costs more than 0.25 %',
  async (t) => {
    const { scheduler, taken } = start(t);
    scheduler.readDone(20, false);
    t.strictSame(await taken(29_999), []);
    t.strictSame(await taken(1), ['read']);
    scheduler.readDone(500, false);
    t.strictSame(await taken(199_999), []);
    t.strictSame(await taken(1), ['read']);
  },
);

t.test('without kernel events, they are read at the interval', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.pollEvery(2_000);
  for (let reading = 0; reading < 3; reading++) {
    scheduler.readDone(20, false);
    t.strictSame(await taken(1_999), []);
    t.strictSame(await taken(1), ['read']);
  }
});

t.test('without kernel events, what must be confirmed does not wait longer than the interval', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.pollEvery(2_000);
  // More than the budget has saved for the next minute.
  scheduler.readDone(10_000, true);
  t.strictSame(await taken(1_999), []);
  t.strictSame(await taken(1), ['read']);
});

t.test('what is unsettled is read again at once', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.readDone(20, true);
  t.strictSame(await taken(40), ['read']);
});

t.test('closed sockets are checked every second, or less often if that costs more than 0.25 %', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.checkDone(1);
  t.strictSame(await taken(999), []);
  t.strictSame(await taken(1), ['check']);
  scheduler.checkDone(30);
  t.strictSame(await taken(11_999), []);
  t.strictSame(await taken(1), ['check']);
});

t.test('a look-up has a budget of its own, which the first reading does not use up', async (t) => {
  const { scheduler, taken } = start(t);
  scheduler.readDone(60_000, false);
  scheduler.lookupSoon();
  t.strictSame(await taken(), ['lookup']);
  t.equal(scheduler.mayLookUp, true);
  scheduler.lookupDone(600);
  t.equal(scheduler.mayLookUp, false);
  scheduler.lookupSoon();
  t.strictSame(await taken(1_999), []);
  t.strictSame(await taken(1), ['lookup'], 'to give up');
  t.equal(scheduler.mayLookUp, false);
});

t.test('after close nothing comes and no timer is left', async (t) => {
  const { clock, scheduler, taken, ended } = start(t);
  scheduler.readSoon();
  scheduler.checkDone(1);
  scheduler.close();
  await ended;
  t.strictSame(await taken(), [null]);
  scheduler.add('read');
  scheduler.readSoon();
  scheduler.readDone(1, true);
  scheduler.checkDone(1);
  t.equal(clock.timers, 0);
  t.equal(await scheduler.next(), null);
});
