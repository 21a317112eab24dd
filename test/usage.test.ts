import t from 'tap';
import { SockwatchError } from '../src/errors.js';
import {
  demand,
  demandFlag,
  demandMilliseconds,
  demandObject,
  demandOneOf,
  demandPath,
  demandSignal,
  demandSnapshot,
  demandSpec,
} from '../src/usage.js';

/** What is said against a value; null where it fits. */
function said(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof SockwatchError) || error.code !== 'ERR_USAGE') throw error;
    return error.message;
  }
}

t.test('what does not fit is told on one line, and shown as no more than that', async (t) => {
  t.equal(
    said(() => demand(true, 'it is right', 1)),
    null,
  );
  const values: readonly [unknown, string][] = [
    ['a', '"a"'],
    ['line\n\u001b[2J', '"line\\n\\u001b[2J"'],
    ['x'.repeat(50), `"${'x'.repeat(40)}…"`],
    [5, '5'],
    [10n, '10'],
    [undefined, 'undefined'],
    [null, 'null'],
    [[], 'an array'],
    [{}, 'an object of another form'],
    [Promise.resolve(), 'an object of kind Promise'],
    [{ [Symbol.toStringTag]: 'two\nlines' }, 'an object of another form'],
    [() => {}, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
  ];
  for (const [value, shown] of values) {
    t.equal(
      said(() => demand(false, 'it is a rule', value)),
      `it is a rule, not ${shown}`,
    );
  }
});

t.test('what may be left out, and what may not', async (t) => {
  const fits: readonly (() => void)[] = [
    () => demandObject('it is one', {}),
    () => demandOneOf('role', undefined, ['a', 'b']),
    () => demandOneOf('role', 'b', ['a', 'b']),
    () => demandPath('netns', undefined),
    () => demandPath('netns', null),
    () => demandPath('netns', '/proc/1/ns/net'),
    () => demandFlag('strict', undefined),
    () => demandFlag('strict', false),
    () => demandMilliseconds('deadlineMs', undefined),
    () => demandMilliseconds('deadlineMs', 1),
    () => demandMilliseconds('deadlineMs', 2 ** 31 - 1),
    () => demandMilliseconds('deadlineMs', Number.POSITIVE_INFINITY),
    () => demandSignal(undefined),
    () => demandSignal(new AbortController().signal),
  ];
  for (const check of fits) t.equal(said(check), null, String(check));
  const faulty: readonly (() => void)[] = [
    () => demandObject('it is one', null),
    () => demandObject('it is one', []),
    () => demandOneOf('role', null, ['a', 'b']),
    () => demandOneOf('role', 'c', ['a', 'b']),
    () => demandPath('netns', ''),
    () => demandPath('netns', 'a\0b'),
    () => demandPath('netns', 5),
    () => demandFlag('strict', 'yes'),
    ...[0, -1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY, '10', null].map(
      (value) => () => demandMilliseconds('deadlineMs', value),
    ),
    () => demandSignal(null),
    () => demandSignal(new AbortController()),
    () => demandSpec(undefined),
    () => demandSpec(Promise.resolve()),
    () => demandSnapshot('{}'),
    () => demandSnapshot({}),
    () => demandSnapshot({ schemaVersion: 2 }),
  ];
  for (const check of faulty) t.match(said(check), /^[^\n]+, not [^\n]+$/, String(check));
});
