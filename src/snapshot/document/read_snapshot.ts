import { messageOf, type SockwatchError } from '../../base/errors.js';
import { inputError, quoted, shortened } from '../../base/input_error.js';
import type { SchemaError } from '../../base/schema_check.js';
import { completeSnapshot, type StoredSnapshot } from './complete_snapshot.js';
import type { SnapshotDocument } from './document.js';
import { refuseDeepNesting, refuseManyValues } from './json_bounds.js';
import { validate } from './validate_snapshot.js';

/** The version this program writes and reads. Within it fields are only ever added. */
const SCHEMA_VERSION = 1;

/** V8 repeats parts of the text in its messages. */
const MAX_MESSAGE = 120;

/**
 * Where a snapshot has the key schemaVersion. Errors repeat nothing of any other file, which may be one that only the user who runs
 * the program can read.
 */
const MAX_HEAD = 4096;

/**
 * Parses a snapshot; `source` is its name in messages. Unknown fields are kept.
 * @throws SockwatchError ERR_INPUT that names the position in the JSON, if it is no snapshot or has a later schemaVersion
 */
export function readSnapshot(text: string, source: string): SnapshotDocument {
  const value = parse(text, source);
  refuseDeepNesting(value, source);
  refuseOtherVersion(value, source);
  if (!validate(value)) throw faultError(validate.errors ?? [], source, isSnapshot(value));
  return completeSnapshot(value as StoredSnapshot);
}

const SNAPSHOT_HINT = 'A snapshot is the output of k8s-sockwatch --once.';

function parse(text: string, file: string): unknown {
  refuseManyValues(text, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const isOurs = text.trim() === '' || text.slice(0, MAX_HEAD).includes('"schemaVersion"');
    const found = isOurs ? `an error: ${shortened(messageOf(error), MAX_MESSAGE)}` : 'something else';
    throw inputError({
      file,
      line: null,
      expected: 'valid JSON',
      found,
      hint: 'Is it truncated, or not the output of --once?',
    });
  }
}

function refuseOtherVersion(value: unknown, file: string): void {
  const hint = SNAPSHOT_HINT;
  const expected = 'a snapshot of k8s-sockwatch';
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
  const at = place === '' ? '' : ` at ${place}`;
  const expected = `${expectedBy(keyword, params, error)}${at}`;
  return inputError({ file, line: null, expected, found, hint: SNAPSHOT_HINT });
}

function expectedBy(keyword: string, params: Record<string, unknown>, { message }: SchemaError): string {
  switch (keyword) {
    case 'required':
      return `the key ${String(params['missingProperty'])}`;
    case 'type':
      return [params['type']].flat().map(String).join(' or ');
    case 'enum':
      return [params['allowedValues']].flat().map(String).join(' or ');
    case 'const':
      return JSON.stringify(params['allowedValue']);
    case 'pattern':
      return `text that matches ${String(params['pattern'])}`;
    default:
      return `a value that ${message ?? 'matches the schema'}`;
  }
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
