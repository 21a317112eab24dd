import { SockwatchError } from './errors.js';
import { nearest } from './nearest.js';

/** Node fires a timer with a longer delay after 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** In characters, of a value repeated in a message. */
const MAX_SHOWN = 40;

/**
 * Validates arguments of library calls, whose callers may not use TypeScript.
 * @param rule What `found` must be, such as `role is one of auto, worker`.
 * @throws SockwatchError ERR_USAGE unless `fits`, with the rule and the value on one line
 */
export function assertArgument(fits: boolean, rule: string, found: unknown, hint?: string): void {
  if (fits) return;
  throw new SockwatchError('ERR_USAGE', `${rule}, not ${shown(found)}`, hint === undefined ? {} : { hint });
}

export function assertObject(rule: string, found: unknown): void {
  assertArgument(typeof found === 'object' && found !== null && !Array.isArray(found), rule, found);
}

/** Options that do not exist: a misspelt one would be ignored. Each key of the options' type is in `known`. */
export function assertKeys<Options extends object>(
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
): void {
  const keys = Object.keys(known);
  const unknown = Object.keys(options).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  const meant = nearest(unknown.slice(0, MAX_SHOWN), keys);
  const hint = meant === null ? undefined : `did you mean ${meant}?`;
  assertArgument(false, `an option is one of ${keys.join(', ')}`, unknown, hint);
}

/** Of an optional option. */
export function assertOneOf(name: string, found: unknown, values: readonly string[]): void {
  assertArgument(
    found === undefined || values.some((one) => one === found),
    `${name} is one of ${values.join(', ')}`,
    found,
  );
}

/** Of an optional, nullable option. */
export function assertPath(name: string, found: unknown): void {
  const fits = found === undefined || found === null || (typeof found === 'string' && /^[^\0]+$/.test(found));
  assertArgument(fits, `${name} is a path`, found);
}

export function assertBoolean(name: string, found: unknown): void {
  assertArgument(found === undefined || typeof found === 'boolean', `${name} is true or false`, found);
}

export function assertMilliseconds(name: string, found: unknown): void {
  const fits = typeof found === 'number' && found >= 1 && (found <= MAX_TIMER_MS || found === Infinity);
  assertArgument(found === undefined || fits, `${name} is a number of milliseconds from 1 to ${MAX_TIMER_MS}`, found);
}

export function assertSignal(found: unknown): void {
  const fits = typeof found === 'object' && found !== null && 'aborted' in found && 'addEventListener' in found;
  assertArgument(found === undefined || fits, 'signal is an AbortSignal', found);
}

export function assertSpec(found: unknown): void {
  const fits = typeof found === 'object' && found !== null && 'rows' in found && 'notes' in found;
  assertArgument(fits, 'spec is a result of loadSpec()', found, 'await loadSpec() gives the built-in page');
}

export function assertSnapshot(found: unknown): void {
  const fits = typeof found === 'object' && found !== null && 'schemaVersion' in found && found.schemaVersion === 1;
  const hint = 'readSnapshot() reads one from its JSON';
  assertArgument(fits, 'a snapshot is a result of snapshot() or readSnapshot() with schemaVersion 1', found, hint);
}

/** On one line, without control characters. */
function shown(found: unknown): string {
  switch (typeof found) {
    case 'string':
      return JSON.stringify(found.length > MAX_SHOWN ? `${found.slice(0, MAX_SHOWN)}…` : found);
    case 'object':
      if (found === null) return 'null';
      if (Array.isArray(found)) return 'an array';
      return objectKind(found);
    case 'function':
      return 'a function';
    default:
      return String(found).slice(0, MAX_SHOWN);
  }
}

function objectKind(found: object): string {
  const kind = Object.prototype.toString.call(found).slice('[object '.length, -1);
  return /^[A-Z]\w+$/.test(kind) && kind !== 'Object' ? `an object of type ${kind}` : 'an object of another shape';
}
