import { readCoded, readCodes } from '../../base/coded.js';
import type { CoverageSource } from '../../base/coverage.js';
import { COVERAGE_CODES } from '../../base/coverage_codes.js';
import { messageOf, type SockwatchError } from '../../base/errors.js';
import { inputError, quoted, shortened } from '../../base/input_error.js';
import type { SchemaError } from '../../base/schema_check.js';
import type { Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import { FINDING_CODES, ROLE_CODES } from '../../verdict/codes.js';
import type { Advice, Finding } from '../../verdict/finding.js';
import type { NamespaceDocument, SnapshotDocument } from './document.js';
import { refuseUnboundedJson } from './json_bounds.js';
import { validate } from './validate_snapshot.js';

/** The version this program writes and reads. Within it fields are only ever added. */
const SCHEMA_VERSION = 1;

/** Of V8, which repeats pieces of the text in its messages. */
const LONGEST_MESSAGE = 120;

type Optional<Type, Key extends keyof Type> = Omit<Type, Key> & Partial<Pick<Type, Key>>;
type DocumentSocket = SnapshotDocument['sockets'][number];

/** A snapshot as the schema guarantees it: what it does not assertArgument was added after the first program wrote version 1. */
interface StoredSnapshot
  extends Omit<SnapshotDocument, 'node' | 'summary' | 'findings' | 'sockets' | 'namespaces' | 'files' | 'coverage'>,
    Partial<Pick<SnapshotDocument, 'files'>> {
  readonly findings: readonly StoredFinding[];
  readonly node: Omit<Optional<SnapshotDocument['node'], 'interfaces' | 'ephemeralPorts'>, 'roleReason'> & {
    readonly roleReason?: Stored | null;
  };
  readonly summary: Omit<SnapshotDocument['summary'], 'failOn' | 'verdicts'> & {
    readonly failOn?: SnapshotDocument['summary']['failOn'];
    readonly verdicts: Partial<SnapshotDocument['summary']['verdicts']>;
  };
  readonly sockets: readonly StoredSocket[];
  readonly namespaces?: readonly StoredNamespace[] | null;
  readonly coverage: { readonly complete: boolean; readonly sources: readonly StoredSource[] };
}

/** A code with its parameters, which may be of a later version. */
interface Stored {
  readonly code?: string | null;
  readonly params?: Readonly<Record<string, unknown>>;
}

type StoredNamespace = Omit<NamespaceDocument, 'errors'> & { readonly errors?: readonly Stored[] };

type StoredSource = Omit<Optional<CoverageSource, 'note'>, 'errors' | 'notes'> & {
  readonly errors?: readonly Stored[];
  readonly notes?: readonly Stored[];
};

type StoredFinding = Omit<Finding, 'code' | 'params' | 'advice'> & Stored & { readonly advice?: Advice | null };

type StoredSocket = Omit<
  Optional<DocumentSocket, 'type' | 'file' | 'cgroupId' | 'origin' | 'explainedBy'>,
  'owners'
> & {
  readonly owners: readonly (Exclude<Owner, ProcessOwner> | Optional<ProcessOwner, 'startedAt'>)[];
};

/**
 * The snapshot in a JSON text; `source` is what messages call it. Fields that are not known are passed over and kept.
 * @throws SockwatchError ERR_INPUT, with the place within the JSON, for what is no snapshot or one of a later schema
 */
export function readSnapshot(text: string, source: string): SnapshotDocument {
  const value = parse(text, source);
  refuseOtherVersion(value, source);
  if (!validate(value)) throw faultError(validate.errors ?? [], source);
  return completed(value as StoredSnapshot);
}

const WHAT_IS_ONE = 'A snapshot is what k8s-sockwatch --once prints.';

function parse(text: string, file: string): unknown {
  refuseUnboundedJson(text, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = `an error: ${shortened(messageOf(error), LONGEST_MESSAGE)}`;
    throw inputError({
      file,
      line: null,
      expected: 'valid JSON',
      found,
      hint: 'Was it cut off, or is it no snapshot of --once?',
    });
  }
}

function refuseOtherVersion(value: unknown, file: string): void {
  const hint = WHAT_IS_ONE;
  const expected = 'a snapshot of k8s-sockwatch';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw inputError({ file, line: null, expected, found: nameOf(value), hint });
  }
  if (!('schemaVersion' in value)) {
    throw inputError({ file, line: null, expected, found: 'JSON without the key schemaVersion', hint });
  }
  if ('kind' in value && value.kind === 'matrix') {
    const found = 'a matrix, which check makes of several';
    throw inputError({ file, line: null, expected, found, hint: 'Give the snapshots that it was made of.' });
  }
  const { schemaVersion } = value;
  if (typeof schemaVersion === 'number' && schemaVersion > SCHEMA_VERSION) {
    throw inputError({
      file,
      line: null,
      expected: `schemaVersion ${SCHEMA_VERSION}`,
      found: `${schemaVersion}: it was made by a later k8s-sockwatch`,
      hint: 'Read it with a version as new as the one that made it.',
    });
  }
}

/** ajv stops at the first fault; what follows it are the alternatives and conditions around it, which fail with it. */
function faultError([error]: readonly SchemaError[], file: string): SockwatchError {
  if (error === undefined) throw new TypeError('no fault without an error of ajv');
  const { keyword, params, instancePath, data } = error;
  const place = pathText(instancePath);
  const found = keyword === 'required' ? 'none' : nameOf(data);
  const at = place === '' ? '' : ` at ${place}`;
  const expected = `${expectedBy(keyword, params, error)}${at}`;
  return inputError({ file, line: null, expected, found, hint: WHAT_IS_ONE });
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
      return `text that fits ${String(params['pattern'])}`;
    default:
      return `a value that ${message ?? 'fits the schema'}`;
  }
}

/** `/sockets/3/port` as `sockets[3].port`. Keys of the schema hold no slash; those of a hostile file may hold anything. */
function pathText(pointer: string): string {
  const segments = pointer.split('/').slice(1);
  const text = segments.map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`)).join('');
  return shortened(text.replace(/^\./, ''), LONGEST_MESSAGE);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : String(value);
}

const NO_VERDICTS: SnapshotDocument['summary']['verdicts'] = {
  'wrong-owner': 0,
  exposed: 0,
  missing: 0,
  'wrong-address': 0,
  unexpected: 0,
  narrowed: 0,
  unverified: 0,
  ok: 0,
  'not-applicable': 0,
};

/** With a value for every field that was added later: the one that says nothing. */
function completed(stored: StoredSnapshot): SnapshotDocument {
  const { node, summary, coverage } = stored;
  let findings: readonly Finding[] | null = null;
  return {
    ...stored,
    // Many callers evaluate the document again and never look at these.
    get findings() {
      findings ??= stored.findings.map(completedFinding);
      return findings;
    },
    node: {
      ...node,
      roleReason: readCodes(ROLE_CODES, [node.roleReason ?? {}])[0] ?? null,
      interfaces: node.interfaces ?? [],
      ephemeralPorts: node.ephemeralPorts ?? null,
    },
    summary: {
      ...summary,
      failOn: summary.failOn ?? 'warning',
      verdicts: { ...NO_VERDICTS, ...summary.verdicts },
    },
    sockets: stored.sockets.map(completedSocket),
    namespaces: stored.namespaces?.map((one) => ({ ...one, errors: readCodes(COVERAGE_CODES, one.errors) })) ?? null,
    files: stored.files ?? [],
    coverage: { ...coverage, sources: coverage.sources.map(completedSource) },
  };
}

function completedSource(source: StoredSource): CoverageSource {
  return {
    ...source,
    note: source.note ?? null,
    errors: readCodes(COVERAGE_CODES, source.errors),
    notes: readCodes(COVERAGE_CODES, source.notes),
  };
}

function completedFinding(finding: StoredFinding): Finding {
  return { ...finding, ...readCoded(FINDING_CODES, finding), advice: finding.advice ?? null };
}

/** Nearly every socket: a copy of each would be the larger part of all that a matrix of many nodes makes and throws away. */
function isComplete(socket: StoredSocket): socket is DocumentSocket {
  const { type, file, cgroupId, origin, explainedBy, owners } = socket;
  if (type === undefined || file === undefined || cgroupId === undefined) return false;
  if (origin === undefined || explainedBy === undefined) return false;
  return owners.every((owner) => owner.kind === 'kernel' || owner.startedAt !== undefined);
}

function completedSocket(socket: StoredSocket): DocumentSocket {
  if (isComplete(socket)) return socket;
  return {
    ...socket,
    type: socket.type ?? null,
    file: socket.file ?? null,
    cgroupId: socket.cgroupId ?? null,
    origin: socket.origin ?? null,
    owners: socket.owners.map(completedOwner),
    explainedBy: socket.explainedBy ?? { by: null, text: null },
  };
}

function completedOwner(owner: StoredSocket['owners'][number]): Owner {
  return owner.kind === 'kernel' ? owner : { ...owner, startedAt: owner.startedAt ?? null };
}
