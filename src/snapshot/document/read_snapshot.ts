import { messageOf, type SockwatchError } from '../../base/errors.js';
import { EMPTY_HINT, inputError, quoted, shortened } from '../../base/input_error.js';
import { isIP } from '../../base/ip.js';
import type { SchemaError } from '../../base/schema_check.js';
import { completeSnapshot, type StoredSnapshot } from './complete_snapshot.js';
import type { SnapshotDocument } from './document.js';
import { isCutOff, refuseDeepNesting, refuseManyValues } from './json_bounds.js';
import { type Dangling, danglingReference } from './references.js';
import { validate } from './validate_snapshot.js';

/** The version this program writes and reads. Within it fields are only ever added. */
const SCHEMA_VERSION = 1;

/** In characters, of a place in the JSON, and of a message of V8. */
const MAX_MESSAGE = 120;

/** Of what is expected; codes have a hundred. */
const MAX_WORDS = 10;

/**
 * Where a snapshot has the key schemaVersion. Errors repeat nothing of any other file, which may be one that only the user who runs
 * the program can read.
 */
const MAX_HEAD = 4096;

/** What comes next, in this order. */
export type ReadingStep = 'decoding' | 'counting' | 'parsing' | 'checking';

/**
 * Parses a snapshot; `source` is its name in messages. Unknown fields are kept.
 * @throws SockwatchError ERR_INPUT that names the place in the JSON, if it is no snapshot, has a later schemaVersion, or refers to
 * sockets or findings that it does not have
 */
export function readSnapshot(text: string, source: string): SnapshotDocument {
  return resultOf(readInSteps(text, source));
}

export function resultOf(steps: Generator<ReadingStep, SnapshotDocument, void>): SnapshotDocument {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** `readSnapshot`, one step at a time. */
export function* readInSteps(text: string, source: string): Generator<ReadingStep, SnapshotDocument, void> {
  yield 'counting';
  refuseManyValues(text, source);
  yield 'parsing';
  const value = parse(text, source);
  yield 'checking';
  refuseDeepNesting(value, source);
  refuseOtherVersion(value, source);
  if (!validate(value)) throw faultError(validate.errors ?? [], source, isSnapshot(value));
  const stored = value as StoredSnapshot;
  const fault = danglingReference(stored) ?? wrongAddress(stored);
  if (fault === null) return completeSnapshot(stored);
  const { place, expected, found } = fault;
  throw inputError({
    file: source,
    line: null,
    expected: `${expected} at ${place}`,
    found: nameOf(found),
    hint: EDITED,
  });
}

/** An address that cannot be compared with others. The kernel gives none a zone. */
function wrongAddress({ sockets }: StoredSnapshot): Dangling | null {
  const at = sockets.findIndex(({ address }) => address !== null && (address.includes('%') || isIP(address) === 0));
  return at < 0 ? null : { place: `sockets[${at}].address`, expected: 'an IP address', found: sockets[at]?.address };
}

const SNAPSHOT = 'a snapshot of k8s-sockwatch';
const SNAPSHOT_HINT = 'A snapshot is the output of k8s-sockwatch --once.';
const CUT_OFF = 'It was cut off, or is still being written; copy it again.';
const EDITED = 'It was changed after k8s-sockwatch wrote it; take the original.';

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const expected = SNAPSHOT;
    if (text.trim() === '') throw inputError({ file, line: null, expected, found: 'an empty file', hint: EMPTY_HINT });
    if (/^\s*\{/.test(text) && isCutOff(text)) {
      throw inputError({ file, line: null, expected, found: 'JSON that ends too early', hint: CUT_OFF });
    }
    throw syntaxError(text, file, messageOf(error));
  }
}

/** V8 says where, and repeats some of the text. */
function syntaxError(text: string, file: string, message: string): SockwatchError {
  if (!text.slice(0, MAX_HEAD).includes('"schemaVersion"')) {
    return inputError({ file, line: null, expected: SNAPSHOT, found: 'text that is not JSON', hint: SNAPSHOT_HINT });
  }
  const found = shortened(message.charAt(0).toLowerCase() + message.slice(1), MAX_MESSAGE);
  return inputError({ file, line: null, expected: 'valid JSON', found, hint: EDITED });
}

function refuseOtherVersion(value: unknown, file: string): void {
  const hint = SNAPSHOT_HINT;
  const expected = SNAPSHOT;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw inputError({ file, line: null, expected, found: kindOf(value), hint });
  }
  if (!('schemaVersion' in value)) {
    throw inputError({ file, line: null, expected, found: 'JSON without the key schemaVersion', hint });
  }
  if ('kind' in value && value.kind === 'matrix') {
    const found = 'a matrix, the output of check';
    throw inputError({ file, line: null, expected, found, hint: 'Give the snapshots it was made from.' });
  }
  const { schemaVersion } = value;
  if (typeof schemaVersion === 'number' && schemaVersion > SCHEMA_VERSION) {
    throw inputError({
      file,
      line: null,
      expected: `schemaVersion ${SCHEMA_VERSION}`,
      found: `${schemaVersion}: written by a later k8s-sockwatch`,
      hint: 'Read it with a version at least as new as the one that wrote it.',
    });
  }
}

/** ajv stops at the first error; the others are the alternatives and conditions around it. */
function faultError([error]: readonly SchemaError[], file: string, mayQuote: boolean): SockwatchError {
  if (error === undefined) throw new TypeError('ajv reported no error');
  const { keyword, params, instancePath, data } = error;
  const place = pathText(instancePath);
  const found = keyword === 'required' ? 'none' : mayQuote ? nameOf(data) : kindOf(data);
  const at = place === '' ? '' : ` ${keyword === 'required' ? 'in' : 'at'} ${place}`;
  const expected = `${expectedBy(keyword, params, error)}${at}`;
  return inputError({ file, line: null, expected, found, hint: mayQuote ? EDITED : SNAPSHOT_HINT });
}

/** In place of JSON Schema's names of types. */
const TYPES: ReadonlyMap<unknown, string> = new Map([
  ['object', 'an object'],
  ['array', 'a list'],
  ['string', 'text'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
]);

function expectedBy(keyword: string, params: Record<string, unknown>, { message, parentSchema }: SchemaError): string {
  switch (keyword) {
    case 'required':
      return `the key ${String(params['missingProperty'])}`;
    case 'type':
      return oneOf([params['type']].flat().map((type) => TYPES.get(type) ?? String(type)));
    case 'enum':
      return oneOf([params['allowedValues']].flat().map(String));
    case 'const':
      return JSON.stringify(params['allowedValue']);
    case 'minimum':
      return `at least ${String(params['limit'])}`;
    case 'maximum':
      return `at most ${String(params['limit'])}`;
    case 'pattern':
      return String(parentSchema?.['description']);
    default:
      return `a value that ${message ?? 'matches the schema'}`;
  }
}

function oneOf(words: readonly string[]): string {
  const [last, ...others] = words.slice(0, MAX_WORDS).reverse();
  if (words.length > MAX_WORDS) return `one of ${words.length} words such as ${last}`;
  return others.length === 0 ? `${last}` : `${others.reverse().join(', ')} or ${last}`;
}

/** `/sockets/3/port` as `sockets[3].port`. Keys in the schema have no slash; those of a hostile file may contain anything. */
function pathText(pointer: string): string {
  const segments = pointer.split('/').slice(1);
  const text = segments.map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`)).join('');
  return shortened(text.replace(/^\./, ''), MAX_MESSAGE);
}

function isSnapshot(value: unknown): boolean {
  const generator: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'generator') : null;
  return typeof generator === 'object' && generator !== null && Reflect.get(generator, 'name') === 'k8s-sockwatch';
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'object' ? kindOf(value) : String(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : 'another value';
}
