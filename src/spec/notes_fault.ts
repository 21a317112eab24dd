import { quoted } from '../base/input_error.js';
import { distance, nearest } from '../base/nearest.js';
import type { SchemaError } from '../base/schema_check.js';

export interface Fault {
  /** Keys and indexes from the root to the faulty value or key. */
  readonly path: readonly string[];
  /** `path` ends with a key that is not allowed, rather than leading to a value. */
  readonly isKey: boolean;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map([
  ['object', 'a map'],
  ['array', 'a list'],
  ['string', 'text'],
  ['integer', 'a number'],
]);

/** The most helpful one of all errors. Without `mayQuote` it repeats nothing of the file but a version. */
export function selectFault(errors: readonly SchemaError[], mayQuote: boolean): Fault {
  // A misspelt key also causes `required`, a missing one `minProperties`, and each alternative of anyOf its own error.
  const candidates = errors.filter(({ schemaPath, propertyName }) => !/\/anyOf\//.test(schemaPath) && !propertyName);
  const error =
    candidates.find(({ keyword }) => keyword === 'additionalProperties') ??
    candidates.find(({ keyword }) => keyword !== 'minProperties') ??
    candidates[0];
  if (error === undefined) throw new TypeError('expected at least one error');
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.keyword === 'additionalProperties' || error.keyword === 'propertyNames') {
    const fault = keyFault(path, error);
    if (mayQuote) return fault;
    const expected = error.keyword === 'propertyNames' ? fault.expected : `one of the keys ${keysOf(error).join(', ')}`;
    const hint = 'Notes begin with "version: 1"; what is in a file without it is not repeated.';
    return { path: fault.path, isKey: true, expected, found: 'another key', hint };
  }
  const isVersion = error.instancePath === '/version' && /^[\d."]{1,8}$/.test(JSON.stringify(error.data));
  return { path, isKey: false, expected: expectedBy(error), found: foundBy(error, mayQuote || isVersion) };
}

/** RFC 6901, section 4. */
function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function keyFault(path: readonly string[], error: SchemaError): Fault {
  const key = String(error.params['additionalProperty'] ?? error.params['propertyName']);
  const found = `the key ${quoted(key)}`;
  if (error.keyword === 'propertyNames')
    return { path: [...path, key], isKey: true, expected: 'a key without spaces', found };
  const allowed = keysOf(error).sort((a, b) => distance(key, a) - distance(key, b));
  const meant = nearest(key, allowed);
  const hint = meant === null ? {} : { hint: `Did you mean "${meant}"?` };
  return { path: [...path, key], isKey: true, expected: `one of the keys ${allowed.join(', ')}`, found, ...hint };
}

function expectedBy(error: SchemaError): string {
  const { keyword, params, parentSchema } = error;
  const description: unknown = parentSchema?.['description'];
  switch (keyword) {
    case 'required':
      return `the key ${String(params['missingProperty'])}`;
    case 'anyOf':
      return 'one of the keys owners, devices';
    case 'minProperties':
      return `one of the keys ${keysOf(error).join(', ')}`;
    case 'minItems':
      return 'at least one entry';
    case 'uniqueItems':
      return 'every entry once';
    case 'enum':
      return [params['allowedValues']].flat().map(String).join(' or ');
    default: {
      const name = TYPE_NAMES.get(params['type']);
      const isLeaf = name !== 'a map' && name !== 'a list' && typeof description === 'string';
      return isLeaf ? description : (name ?? String(error.message));
    }
  }
}

function foundBy({ keyword, data }: SchemaError, mayQuote: boolean): string {
  if (['required', 'anyOf', 'minProperties'].includes(keyword)) return 'none';
  if (keyword === 'uniqueItems') return 'one twice';
  if (data === null) return 'nothing';
  if (Array.isArray(data)) return data.length === 0 ? 'an empty list' : 'a list';
  if (typeof data === 'object') return 'a map';
  if (!mayQuote) return typeof data === 'string' ? 'text' : 'another value';
  return typeof data === 'string' ? quoted(data) : String(data);
}

/** The keys that the schema allows, without required ones for `minProperties`. */
function keysOf({ keyword, parentSchema }: SchemaError): string[] {
  const properties: unknown = parentSchema?.['properties'];
  const required: unknown = keyword === 'minProperties' ? parentSchema?.['required'] : [];
  const keys = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return keys.filter((key) => !(Array.isArray(required) && required.includes(key)));
}
