import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { Deadline, NO_DEADLINE } from '../../src/base/deadline.js';

const never = new Promise<string>(() => {});

t.test('a result in time is returned, for a late one the reason is', async (t) => {
  const deadline = new Deadline(30);
  t.equal(await deadline.within(Promise.resolve('in time'), () => 'late'), 'in time');
  t.equal(await deadline.within(never, (why) => why), 'there was no answer within 0.0 s');
  t.equal(deadline.isOver, true);
  t.equal(await deadline.within(never, () => 'late'), 'late', 'nothing more is awaited');
  await t.rejects(
    new Deadline(60_000).within(Promise.reject(new Error('refused')), () => 'late'),
    { message: 'refused' },
  );
  const fail = (why: string): never => {
    throw new Error(why);
  };
  await t.rejects(new Deadline(1).within(never, fail), { message: 'there was no answer within 0.0 s' });
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

t.test('steps leave time for the next ones, however many hang', async (t) => {
  const deadline = new Deadline(600);
  for (let step = 0; step < 3; step++) t.equal(await deadline.step().within(never, () => 'late'), 'late');
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

t.test('a read that has not ended is not started again', async (t) => {
  const unanswered = new Set<string>();
  let answer: (text: string) => void = () => {};
  let starts = 0;
  const start = (): Promise<string> => {
    starts += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const late = (why: string): string => why;
  const first = new Deadline(2, { unanswered });
  t.equal(await first.step().read(['a', 'b'], start, late), 'there was no answer within 0.0 s');
  t.strictSame([...unanswered], ['a', 'b'], 'steps share what was not answered');
  const second = new Deadline(60_000, { unanswered });
  t.ok(second.isUnanswered('a') && !second.isUnanswered('c'));
  t.equal(await second.step().read(['b'], start, late), 'it was asked before and has not answered yet');
  t.equal(starts, 1);
  t.equal(
    await new Deadline(60_000).read(['b'], async () => 'another', late),
    'another',
    'other deadlines know nothing',
  );
  answer('late');
  await setImmediate();
  t.equal(unanswered.size, 0);
  t.equal(await second.read(['a'], async () => 'again', late), 'again');
  const refuse = (): Promise<string> => Promise.reject(new Error('no'));
  await t.rejects(second.read(['a'], refuse, late), { message: 'no' });
  t.equal(unanswered.size, 0, 'an error is an answer');
});
