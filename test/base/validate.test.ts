import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import {
  assertArgument,
  assertBoolean,
  assertMilliseconds,
  assertObject,
  assertOneOf,
  assertPath,
  assertSignal,
  assertSnapshot,
  assertSpec,
} from '../../src/base/validate.js';

/** The error message; null if the check passes. */
function messageOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof SockwatchError) || error.code !== 'ERR_USAGE') throw error;
    return error.message;
  }
}

t.test('messages show the value on one line', async (t) => {
  t.equal(
    messageOf(() => assertArgument(true, 'it is right', 1)),
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
    [{}, 'an object of another shape'],
    [Promise.resolve(), 'an object of type Promise'],
    [{ [Symbol.toStringTag]: 'two\nlines' }, 'an object of another shape'],
    [() => {}, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
  ];
  for (const [value, shown] of values) {
    t.equal(
      messageOf(() => assertArgument(false, 'it is a rule', value)),
      `it is a rule, not ${shown}`,
    );
  }
});

t.test('valid and invalid values', async (t) => {
  const fits: readonly (() => void)[] = [
    () => assertObject('it is one', {}),
    () => assertOneOf('role', undefined, ['a', 'b']),
    () => assertOneOf('role', 'b', ['a', 'b']),
    () => assertPath('netns', undefined),
    () => assertPath('netns', null),
    () => assertPath('netns', '/proc/1/ns/net'),
    () => assertBoolean('strict', undefined),
    () => assertBoolean('strict', false),
    () => assertMilliseconds('deadlineMs', undefined),
    () => assertMilliseconds('deadlineMs', 1),
    () => assertMilliseconds('deadlineMs', 2 ** 31 - 1),
    () => assertMilliseconds('deadlineMs', Number.POSITIVE_INFINITY),
    () => assertSignal(undefined),
    () => assertSignal(new AbortController().signal),
  ];
  for (const check of fits) t.equal(messageOf(check), null, String(check));
  const faulty: readonly (() => void)[] = [
    () => assertObject('it is one', null),
    () => assertObject('it is one', []),
    () => assertOneOf('role', null, ['a', 'b']),
    () => assertOneOf('role', 'c', ['a', 'b']),
    () => assertPath('netns', ''),
    () => assertPath('netns', 'a\0b'),
    () => assertPath('netns', 5),
    () => assertBoolean('strict', 'yes'),
    ...[0, -1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY, '10', null].map(
      (value) => () => assertMilliseconds('deadlineMs', value),
    ),
    () => assertSignal(null),
    () => assertSignal(new AbortController()),
    () => assertSpec(undefined),
    () => assertSpec(Promise.resolve()),
    () => assertSnapshot('{}'),
    () => assertSnapshot({}),
    () => assertSnapshot({ schemaVersion: 2 }),
  ];
  for (const check of faulty) t.match(messageOf(check), /^[^\n]+, not [^\n]+$/, String(check));
});
