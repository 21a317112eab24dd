import { SockwatchError } from './errors.js';

/** A timer waits no longer (2^31 - 1 ms); Node makes one millisecond of more. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Of what a caller gave, this much is repeated. */
const SHOWN = 40;

/**
 * For what callers of the library may get wrong where no compiler looks after them.
 * @param rule What `found` must be: `role is one of auto, worker`.
 * @throws SockwatchError ERR_USAGE unless `fits`: the rule, and what was found instead, on one line
 */
export function assertArgument(fits: boolean, rule: string, found: unknown, hint?: string): void {
  if (fits) return;
  throw new SockwatchError('ERR_USAGE', `${rule}, not ${shown(found)}`, hint === undefined ? {} : { hint });
}

export function assertObject(rule: string, found: unknown): void {
  assertArgument(typeof found === 'object' && found !== null && !Array.isArray(found), rule, found);
}

/** For an option that may be left out. */
export function assertOneOf(name: string, found: unknown, values: readonly string[]): void {
  assertArgument(
    found === undefined || values.some((one) => one === found),
    `${name} is one of ${values.join(', ')}`,
    found,
  );
}

/** For an option that may be left out, and null where it says nothing. */
export function assertPath(name: string, found: unknown): void {
  const fits = found === undefined || found === null || (typeof found === 'string' && /^[^\0]+$/.test(found));
  assertArgument(fits, `${name} is a path`, found);
}

export function assertBoolean(name: string, found: unknown): void {
  assertArgument(found === undefined || typeof found === 'boolean', `${name} is true or false`, found);
}

export function assertMilliseconds(name: string, found: unknown): void {
  const fits = typeof found === 'number' && found >= 1 && (found <= LONGEST_TIMER || found === Infinity);
  assertArgument(found === undefined || fits, `${name} is a number of milliseconds from 1 to ${LONGEST_TIMER}`, found);
}

export function assertSignal(found: unknown): void {
  const fits = typeof found === 'object' && found !== null && 'aborted' in found && 'addEventListener' in found;
  assertArgument(found === undefined || fits, 'signal is an AbortSignal', found);
}

export function assertSpec(found: unknown): void {
  const fits = typeof found === 'object' && found !== null && 'rows' in found && 'notes' in found;
  assertArgument(fits, 'spec is what loadSpec() gives', found, 'await loadSpec({}) gives the built-in page');
}

export function assertSnapshot(found: unknown): void {
  const fits = typeof found === 'object' && found !== null && 'schemaVersion' in found && found.schemaVersion === 1;
  const hint = 'readSnapshot() reads one from its JSON';
  assertArgument(fits, 'a snapshot is what snapshot() or readSnapshot() gives, of schemaVersion 1', found, hint);
}

/** On one line, and nothing in it that a terminal would heed. */
function shown(found: unknown): string {
  switch (typeof found) {
    case 'string':
      return JSON.stringify(found.length > SHOWN ? `${found.slice(0, SHOWN)}…` : found);
    case 'object':
      if (found === null) return 'null';
      if (Array.isArray(found)) return 'an array';
      return kindOf(found);
    case 'function':
      return 'a function';
    default:
      return String(found).slice(0, SHOWN);
  }
}

function kindOf(found: object): string {
  const kind = Object.prototype.toString.call(found).slice('[object '.length, -1);
  return /^[A-Z]\w+$/.test(kind) && kind !== 'Object' ? `an object of kind ${kind}` : 'an object of another form';
}
