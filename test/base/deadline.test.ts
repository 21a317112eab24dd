import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { CoverageFault } from '../../src/base/coverage_codes.js';
import { Deadline, isInProgress, NO_DEADLINE } from '../../src/base/deadline.js';

const never = new Promise<string>(() => {});

t.test('a result in time is returned, for a late one the reason is', async (t) => {
  const deadline = new Deadline(30);
  t.equal(await deadline.within(Promise.resolve('in time'), () => 'late'), 'in time');
  t.strictSame(await deadline.within<CoverageFault | string>(never, (why) => why), {
    code: 'no-answer',
    params: { seconds: 0 },
  });
  t.equal(deadline.isOver, true);
  t.equal(await deadline.within(never, () => 'late'), 'late', 'nothing more is awaited');
  await t.rejects(
    new Deadline(60_000).within(Promise.reject(new Error('refused')), () => 'late'),
    { message: 'refused' },
  );
  const fail = ({ code }: CoverageFault): never => {
    throw new Error(code);
  };
  await t.rejects(new Deadline(1).within(never, fail), { message: 'no-answer' });
});

t.test('a rejection after the deadline is no unhandled rejection', async (t) => {
  let fail: (error: Error) => void = () => {};
  const work = new Promise<string>((_, reject) => {
    fail = reject;
  });
  t.equal(await new Deadline(1).within(work, () => 'late'), 'late');
  fail(new Error('too late'));
  await setImmediate();
});

t.test('a step that hangs leaves time for the next ones', async (t) => {
  const deadline = new Deadline(6_000);
  t.equal(await deadline.step().within(never, () => 'late'), 'late');
  t.equal(deadline.isOver, false);
  t.equal(await NO_DEADLINE.step().within(Promise.resolve('it'), () => 'late'), 'it');
  t.equal(NO_DEADLINE.step().isOver, false);
});

t.test('an aborted signal ends the waiting at once, with its reason', async (t) => {
  const abort = new AbortController();
  const { signal } = abort;
  const reason = new Error('enough');
  for (const ms of [Number.POSITIVE_INFINITY, 60_000]) {
    const step = new Deadline(ms, { signal }).step();
    t.equal(await step.within(Promise.resolve('in time'), () => 'late'), 'in time');
    t.equal(step.isOver, false);
  }
  const step = new Deadline(60_000, { signal }).step();
  const waiting = step.within(never, () => 'late');
  step.throwIfAborted();
  abort.abort(reason);
  await t.rejects(waiting, reason);
  await t.rejects(
    step.within(never, () => 'late'),
    reason,
    'nothing is awaited after it',
  );
  t.equal(step.isOver, true);
  t.throws(() => step.throwIfAborted(), reason);
});

t.test('a signal keeps no listener after the work has ended', async (t) => {
  const { signal } = new AbortController();
  const deadline = new Deadline(60_000, { signal });
  for (let count = 0; count < 100; count++) await deadline.within(Promise.resolve(), () => {});
  t.strictSame(getEventListeners(signal, 'abort'), []);
});

const late = ({ code }: CoverageFault): string => code;
const TIMED_OUT = 'no-answer';

/** A read that ends when it is told to. */
function slowRead() {
  let [answer, starts]: [(text: string) => void, number] = [() => {}, 0];
  const start = (): Promise<string> => {
    starts += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  return { start, answer: (text: string) => answer(text), starts: () => starts };
}

t.test('a read that was given up on is not waited for again by deadlines that share it', async (t) => {
  const abandoned = new WeakSet<Promise<unknown>>();
  const { start, answer, starts } = slowRead();
  t.equal(await new Deadline(2, { abandoned }).step().read(['a', 'b'], start, late), TIMED_OUT);
  const second = new Deadline(60_000, { abandoned });
  t.ok(second.isAbandoned('a') && !second.isAbandoned('c'));
  t.equal(await second.step().read(['b'], start, late), 'still-unanswered');
  t.equal(starts(), 1);
  answer('late');
  await setImmediate();
  t.notOk(second.isAbandoned('a') || isInProgress('a'));
  t.equal(await second.read(['a'], async () => 'again', late), 'again');
  const refuse = (): Promise<string> => Promise.reject(new Error('no'));
  await t.rejects(second.read(['a'], refuse, late), { message: 'no' });
  t.notOk(isInProgress('a'), 'an error is an answer');
});

t.test('other deadlines wait for it, and then read for themselves', async (t) => {
  const { start, answer, starts } = slowRead();
  t.equal(await new Deadline(1).read(['a'], start, late), TIMED_OUT);
  t.equal(await new Deadline(1).read(['a', 'x'], start, late), TIMED_OUT);
  t.equal(starts(), 1, 'a second thread would hang as well');
  const waiting = NO_DEADLINE.read(['a'], async () => 'fresh', late);
  answer('stale');
  t.equal(await waiting, 'fresh');
});
