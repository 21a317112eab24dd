import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Listener } from '../kernel/sockets/listener.js';
import type { SocketFile } from '../kernel/sockets/socket_file.js';
import type { UnixRow } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { reasonForAbsence } from './absence.js';
import { type AppliedRow, applyNotes, type NodeRole } from './applied_row.js';
import type { EvaluationContext } from './capture.js';
import type { CodedFinding } from './codes.js';
import { isName } from './finding.js';
import { matchesPath } from './glob.js';
import { matchListener, type OwnerMatch } from './owner_match.js';
import { foreignFinding, idsOf, type RowEvaluation, withoutSockets } from './row_evaluation.js';

/** Where the socket of a unix row may be: its own path, and glob patterns from notes. */
export interface SocketPath extends Pick<UnixRow, 'path'> {
  readonly patterns: readonly string[];
}

/** Those of a page. Notes about paths are the same for every role. */
export function socketPathsOf({ rows, notes }: Spec): SocketPath[] {
  return rows.flatMap((row) =>
    row.kind === 'unix' ? [{ path: row.path, patterns: applyNotes(row, notes, 'unknown').paths }] : [],
  );
}

/** Paths at which the socket of a unix row may be: the row's own, and those of listeners that fit a note's pattern. */
export function possiblePaths(
  row: Pick<UnixRow, 'path'>,
  patterns: readonly string[],
  listeners: readonly Listener[],
): string[] {
  if (patterns.length === 0) return [row.path];
  const fitting = listeners.flatMap(({ path, pathRaw }) =>
    path !== null && pathRaw === undefined && patterns.some((pattern) => matchesPath(path, pattern)) ? [path] : [],
  );
  return [...new Set([row.path, ...fitting])];
}

/** Evaluates a unix row that applies to the node, or may. Pure: the files were read beforehand. */
export function evaluateUnixRow(
  row: UnixRow,
  applied: AppliedRow,
  role: NodeRole,
  context: EvaluationContext,
  spec: Spec,
): RowEvaluation {
  const { accepting } = context.listeners;
  const files = new Map(context.files.map((file) => [file.path, file]));
  const at = (path: string): PathListeners => {
    const file = files.get(path);
    const listeners = context.listeners
      .atPath(path, file?.inode ?? null)
      .filter((one) => (file === undefined ? hasName(one, path) : isBehind(one, file)));
    const matches = listeners.map((listener) => ({
      listener,
      owner: matchListener(listener, applied.service, spec.notes, context.isText),
    }));
    const isByName =
      file === undefined || file.state === 'unreadable' || listeners.some((listener) => listener.file === null);
    return { path, isChecked: file !== undefined, isByName, isProtected: file?.isProtected ?? null, matches };
  };
  const here = at(row.path);
  const moved = possiblePaths(row, applied.paths, accepting)
    .filter((path) => path !== row.path)
    .map(at)
    // What others can put at a path says nothing about the service.
    .filter(({ isProtected, matches }) => isProtected !== false || matches.some(isOwnByPlace));
  const isAt = ({ matches }: PathListeners, kind: OwnerMatch['kind']): boolean =>
    matches.some(({ owner }) => owner.kind === kind);
  const units = spec.notes.services.get(applied.service)?.units ?? [];
  const isHere = here.matches.length > 0 && !here.matches.every(isForeign);
  const found = isHere ? here : moved.find((one) => isAt(one, 'match'));
  if (found !== undefined) return evaluateOwners(row, applied, found, units);
  if (here.matches.length > 0) return evaluateOwners(row, applied, here, units);
  const unseen = moved.find((one) => isAt(one, 'unknown'));
  return unseen === undefined
    ? evaluateNoListener(row, applied, role, context, spec)
    : evaluateOwners(row, applied, unseen, units);
}

interface PathMatch {
  readonly listener: OwnedListener;
  readonly owner: OwnerMatch;
}

const isForeign = ({ owner }: PathMatch): boolean => owner.kind !== 'match' && owner.kind !== 'unknown';
const isOwnByPlace = ({ owner }: PathMatch): boolean => owner.kind === 'match' && !isName(owner.by);

/** The listeners behind a path. */
interface PathListeners {
  readonly path: string;
  /** The file at the path was looked at. */
  readonly isChecked: boolean;
  /** Which of several listeners of that name has the file is unknown: in a mount namespace of their own, others can have the same name. */
  readonly isByName: boolean;
  /** Only root can replace the file; null: unknown. */
  readonly isProtected: boolean | null;
  readonly matches: readonly PathMatch[];
}

/**
 * A listener is behind a file if it was bound to that inode; the name alone proves nothing, since files are renamed, removed
 * and created again. The device is that of the mount, since on some file systems stat(2) shows another one than the socket has; in
 * documents without it the name must match as well. If the file is unreadable, or the table has no inodes, only the name can be compared.
 */
function isBehind(listener: OwnedListener, file: SocketFile): boolean {
  const sameName = hasName(listener, file.path);
  if (file.state === 'unreadable' || (file.state === 'socket' && listener.file === null)) return sameName;
  if (file.state !== 'socket' || file.inode === null || listener.file === null) return false;
  // sock_diag gives the lower 32 bits of the inode number.
  const sameInode = listener.file.inode === file.inode % 2 ** 32;
  if (file.mountDevice !== null) return sameInode && listener.file.device === file.mountDevice;
  return sameInode && (listener.file.device === file.device || sameName);
}

function hasName(listener: OwnedListener, path: string): boolean {
  return listener.path === path && listener.pathRaw === undefined;
}

/** Where the file was not checked, a listener with its name may have lost the path to another, or to none. */
function evaluateOwners(
  row: UnixRow,
  { service }: AppliedRow,
  { path, isChecked, isByName, isProtected, matches }: PathListeners,
  units: readonly string[],
): RowEvaluation {
  const sockets = idsOf(matches.map(({ listener }) => listener));
  const movedTo = path === row.path ? null : path;
  const coded = (finding: CodedFinding): RowEvaluation => ({ ...finding, sockets, matchedBy: null });
  const shared = matches.filter(({ owner }) => owner.kind === 'shared').map(({ listener }) => listener);
  if (shared.length > 0) {
    return coded({ code: 'shared-with-another', params: { service, foreign: idsOf(shared), own: [] } });
  }
  const foreign = matches.filter(isForeign);
  if (foreign.length > 0 && (!isByName || foreign.length === matches.length)) {
    return coded(foreignFinding(service, units, foreign, movedTo));
  }
  if (foreign.length > 0) {
    const others = matches.filter((one) => !isForeign(one)).map(({ listener }) => listener);
    const params = {
      service,
      path: movedTo,
      own: idsOf(others),
      foreign: idsOf(foreign.map(({ listener }) => listener)),
    };
    return coded({ code: 'several-named', params });
  }
  const unseen = matches.filter(({ owner }) => owner.kind === 'unknown').map(({ listener }) => listener);
  if (unseen.length > 0)
    return coded({ code: 'owner-unseen', params: { service, unseen: idsOf(unseen), path: movedTo } });
  if (!isChecked) return coded({ code: 'file-unchecked', params: { path: movedTo } });
  const owner = matches[0]?.owner;
  if (isProtected === false) return coded({ code: 'path-not-protected', params: { service, path } });
  const by = owner?.kind === 'match' ? owner.by : null;
  const matchedBy = isName(by) && isProtected === true ? 'path' : by;
  return movedTo === null
    ? { code: 'listens', params: {}, sockets, matchedBy }
    : { code: 'listens-at-noted-path', params: { service, path: movedTo }, sockets, matchedBy };
}

function evaluateNoListener(
  row: UnixRow,
  applied: AppliedRow,
  role: NodeRole,
  context: EvaluationContext,
  spec: Spec,
): RowEvaluation {
  const { coverage, files, listeners } = context;
  const table = coverage.sources.find(({ name }) => name === 'unix');
  if (table?.status !== 'ok') return withoutSockets({ code: 'table-incomplete', params: {} });
  const file = files.find(({ path }) => path === row.path);
  if (file === undefined) return withoutSockets({ code: 'no-listener-file-unchecked', params: {} });
  if (file.state === 'unreadable') return withoutSockets({ code: 'no-listener-file-unreadable', params: {} });
  const reason = reasonForAbsence(applied, role, context, spec);
  return withoutSockets(reason ?? missing(row, file.state, applied, listeners.accepting));
}

function missing(
  { path }: UnixRow,
  state: Exclude<SocketFile['state'], 'unreadable'>,
  { service }: AppliedRow,
  accepting: readonly OwnedListener[],
): CodedFinding {
  switch (state) {
    case 'socket':
      return { code: 'stale-socket-file', params: { service } };
    case 'not-a-socket':
      return { code: 'not-a-socket', params: { service } };
    case 'absent': {
      const orphans = accepting.filter((listener) => listener.path === path);
      return orphans.length === 0
        ? { code: 'no-socket-file', params: { service } }
        : { code: 'socket-file-replaced', params: { service, orphans: idsOf(orphans) } };
    }
  }
}
