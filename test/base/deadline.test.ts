import { getEventListeners } from 'node:events';
import t from 'tap';
import { Deadline, isUnanswered, NO_DEADLINE } from '../../src/base/deadline.js';

const never = new Promise<string>(() => {});

t.test('what is late is answered for, what is in time is what it is', async (t) => {
  const deadline = new Deadline(30);
  t.equal(await deadline.within(Promise.resolve('in time'), () => 'late'), 'in time');
  t.equal(await deadline.within(never, (why) => why), 'there was no answer within 0.0 s');
  const start = performance.now();
  t.equal(await deadline.within(never, () => 'late'), 'late');
  t.ok(performance.now() - start < 25, 'once it is over nothing more is waited for');
  await t.rejects(
    new Deadline(1000).within(Promise.reject(new Error('refused')), () => 'late'),
    { message: 'refused' },
  );
});

t.test('an answer that fails after the deadline disturbs nobody', async (t) => {
  let fail: (error: Error) => void = () => {};
  const work = new Promise<string>((_, reject) => {
    fail = reject;
  });
  t.equal(await new Deadline(1).within(work, () => 'late'), 'late');
  fail(new Error('too late'));
  await new Promise((resolve) => setImmediate(resolve));
});

t.test('a step has a share of the time', async (t) => {
  const deadline = new Deadline(10_000);
  const start = performance.now();
  t.equal(await deadline.part(0.002).within(never, (why) => why), 'there was no answer within 0.0 s');
  t.ok(performance.now() - start < 5_000);
});

t.test('steps that are done once more share the time that is left', async (t) => {
  const start = performance.now() - 7_000;
  const deadline = new Deadline(10_000, null, start);
  t.equal(deadline.part(0.5).isOver, true, 'a share of the whole is over');
  const rest = deadline.rest(0.9);
  t.equal(rest.part(0.5).isOver, false, 'one of the rest is not');
  t.equal(await rest.part(0.5).within(Promise.resolve('in time'), () => 'late'), 'in time');
  t.equal(
    new Deadline(10_000, null, performance.now() - 9_000).rest(0.9).isOver,
    true,
    'where nothing is left it is over',
  );
  t.equal(await NO_DEADLINE.rest(0.9).within(Promise.resolve('it'), () => 'late'), 'it');
});

t.test('without a deadline everything is waited for', async (t) => {
  t.equal(await NO_DEADLINE.within(Promise.resolve('it'), () => 'late'), 'it');
});

t.test('an aborted signal ends the waiting at once, with its reason', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  for (const ms of [Number.POSITIVE_INFINITY, 60_000]) {
    const deadline = new Deadline(ms, abort.signal).part(0.5);
    t.equal(await deadline.within(Promise.resolve('in time'), () => 'late'), 'in time');
    t.equal(deadline.isOver, false);
  }
  const deadline = new Deadline(60_000, abort.signal);
  const step = deadline.part(0.5);
  const waiting = step.within(never, () => 'late');
  deadline.throwIfAborted();
  abort.abort(reason);
  await t.rejects(waiting, reason);
  await t.rejects(
    step.within(never, () => 'late'),
    reason,
    'nothing is waited for after it',
  );
  t.equal(step.isOver, true);
  t.throws(() => step.throwIfAborted(), reason);
});

t.test('a signal that lives long keeps nothing of what was waited for', async (t) => {
  const { signal } = new AbortController();
  const deadline = new Deadline(60_000, signal);
  for (let count = 0; count < 100; count++) await deadline.within(Promise.resolve(), () => {});
  t.strictSame(getEventListeners(signal, 'abort'), []);
});

t.test('when it is over', async (t) => {
  t.equal(NO_DEADLINE.isOver, false);
  t.equal(new Deadline(10, null, performance.now() - 11).isOver, true);
});

t.test('what does not answer is not asked again before it has', async (t) => {
  let answer: (text: string) => void = () => {};
  let asked = 0;
  const ask = (): Promise<string> => {
    asked += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const late = (why: string): string => why;
  t.equal(await new Deadline(1).ask(['a', 'b'], ask, late), 'there was no answer within 0.0 s');
  t.ok(isUnanswered('a') && isUnanswered('b') && !isUnanswered('c'));
  t.equal(await NO_DEADLINE.ask(['b'], ask, late), 'it was asked before and has not answered yet');
  t.equal(asked, 1);
  answer('late');
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(isUnanswered('a'));
  t.equal(await new Deadline(10_000).ask(['a'], async () => 'again', late), 'again');
  t.equal(await new Deadline(1).ask(['a'], () => Promise.reject(new Error('no')), late).catch(String), 'Error: no');
  t.notOk(isUnanswered('a'), 'an error is an answer');
});
