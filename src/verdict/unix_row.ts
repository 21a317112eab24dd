import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Listener } from '../kernel/sockets/listener.js';
import type { SocketFile } from '../kernel/sockets/socket_file.js';
import type { Notes } from '../spec/notes.js';
import type { UnixRow } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { type AppliedRow, applyNotes, evaluateAbsence, type NodeRole } from './applied_row.js';
import type { EvaluationContext } from './capture.js';
import { matchesPath } from './glob.js';
import { matchListener } from './owner_match.js';
import type { RowEvaluation } from './row_evaluation.js';
import { ownersText, unknownOwnerText } from './text/format.js';

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
export function pathsToLookAt(
  row: Pick<UnixRow, 'path'>,
  patterns: readonly string[],
  listeners: readonly Listener[],
): string[] {
  const fitting = listeners.flatMap(({ path, pathRaw }) =>
    path !== null && pathRaw === undefined && patterns.some((pattern) => matchesPath(path, pattern)) ? [path] : [],
  );
  return [...new Set([row.path, ...fitting])];
}

/** Judges a unix row that applies to this node, or may. Pure: the files were looked at beforehand. */
export function evaluateUnixRow(
  row: UnixRow,
  applied: AppliedRow,
  role: NodeRole,
  context: EvaluationContext,
  spec: Spec,
): RowEvaluation {
  const { files, listeners } = context;
  const { accepting } = listeners;
  const behind = (path: string): OwnedListener[] => {
    const file = files.find((one) => one.path === path);
    return accepting.filter((listener) => (file === undefined ? hasName(listener, path) : isBehind(listener, file)));
  };
  const isLookedAt = (path: string): boolean => files.some((one) => one.path === path);
  const here = behind(row.path);
  if (here.length > 0) return evaluateOwners(row.path, isLookedAt(row.path), applied, here, spec.notes, null);

  const moved = pathsToLookAt(row, applied.paths, accepting)
    .filter((path) => path !== row.path)
    .map((path) => ({ path, holders: behind(path) }))
    .filter(({ holders }) =>
      holders.some((listener) => matchListener(listener, applied.service, spec.notes).kind !== 'foreign'),
    );
  const [first] = moved;
  if (first !== undefined) {
    const reason = `${applied.service}'s socket is at ${first.path} instead of ${row.path}, which a note allows`;
    return evaluateOwners(first.path, isLookedAt(first.path), applied, first.holders, spec.notes, reason);
  }
  return evaluateNoListener(row, applied, role, context, spec);
}

/**
 * A listener is behind a file when it was bound to that inode; a name alone proves nothing, since files are renamed,
 * removed and made again. Some file systems show another device number to stat(2) than the socket has, so there the
 * name must agree as well. Where the file may not be looked at, or the table does not tell inodes, the name is all there is.
 */
function isBehind(listener: OwnedListener, file: SocketFile): boolean {
  const sameName = hasName(listener, file.path);
  if (file.state === 'unreadable' || (file.state === 'socket' && listener.file === null)) return sameName;
  if (file.state !== 'socket' || file.inode === null || listener.file === null) return false;
  // sock_diag gives the lower 32 bits of the inode number.
  const sameInode = listener.file.inode === file.inode % 2 ** 32;
  return sameInode && (listener.file.device === file.device || sameName);
}

function hasName(listener: OwnedListener, path: string): boolean {
  return listener.path === path && listener.pathRaw === undefined;
}

/** Where nobody looked at the file, those who have its name may have lost it since to somebody else, or to nobody. */
function evaluateOwners(
  path: string,
  isLookedAt: boolean,
  applied: AppliedRow,
  holders: readonly OwnedListener[],
  notes: Notes,
  movedReason: string | null,
): RowEvaluation {
  const matches = holders.map((listener) => ({ listener, owner: matchListener(listener, applied.service, notes) }));
  const sockets = holders.map(({ id }) => id);
  const foreign = matches.filter(({ owner }) => owner.kind === 'foreign' || owner.kind === 'wrong-installation');
  if (foreign.length > 0 && (isLookedAt || foreign.length === matches.length)) {
    const installation = foreign.some(({ owner }) => owner.kind === 'wrong-installation');
    return {
      verdict: 'wrong-owner',
      message: `${ownersText(foreign.map(({ listener }) => listener))} holds ${path}, which is ${applied.service}'s`,
      sockets,
      matchedBy: null,
      reason: installation
        ? `the name is that of ${applied.service}, the systemd unit is not: another installation of it`
        : movedReason,
    };
  }
  const unseen = matches.find(({ owner }) => owner.kind === 'unknown');
  if (unseen !== undefined) {
    const reason = unknownOwnerText(unseen.listener);
    const message = `somebody listens on ${path}, but ${reason}`;
    return { verdict: 'unverified', message, sockets, matchedBy: null, reason };
  }
  if (!isLookedAt) {
    const reason = 'nobody looked whether the file is still there, and a listener keeps its name without it';
    const message = `${ownersText(holders)} on ${path}, but ${reason}`;
    return { verdict: 'unverified', message, sockets, matchedBy: null, reason };
  }
  const [owner] = matches.map((match) => match.owner);
  const matchedBy = owner?.kind === 'match' ? owner.by : null;
  const message = `${ownersText(holders)} on ${path}`;
  return { verdict: 'ok', message, sockets, matchedBy, reason: movedReason };
}

function evaluateNoListener(
  row: UnixRow,
  applied: AppliedRow,
  role: NodeRole,
  { coverage, files, listeners }: EvaluationContext,
  spec: Spec,
): RowEvaluation {
  const nobody = { sockets: [], matchedBy: null };
  const table = coverage.sources.find(({ name }) => name === 'unix');
  if (table?.status !== 'ok') {
    const reason = `the unix table was not read completely: ${table?.error ?? 'it was not looked at'}`;
    return { ...nobody, verdict: 'unverified', message: `no listener was seen, but ${reason}`, reason };
  }
  const file = files.find(({ path }) => path === row.path);
  if (file === undefined || file.state === 'unreadable') {
    const why = file === undefined ? 'was not looked at' : 'may not be looked at (permission)';
    const reason = `${row.path} ${why}, and a listener can be behind it under another name`;
    return { ...nobody, verdict: 'unverified', message: `no listener has this name, but ${reason}`, reason };
  }
  const absence = evaluateAbsence(applied, role, listeners, spec);
  if (absence.kind !== 'fault') {
    const verdict = absence.kind === 'undecided' ? 'unverified' : 'not-applicable';
    return { ...nobody, verdict, message: `nothing listens; ${absence.reason}`, reason: absence.reason };
  }
  const reason = whyNobody(row, file, listeners.accepting);
  return { ...nobody, verdict: 'missing', message: `nobody answers on ${row.path}: ${reason}`, reason };
}

function whyNobody(row: UnixRow, { state }: SocketFile, accepting: readonly OwnedListener[]): string {
  switch (state) {
    case 'socket':
      return 'the socket file is stale, no process of this network namespace listens behind it';
    case 'not-a-socket':
      return 'a file that is no socket is in its place';
    case 'unreadable':
    case 'absent': {
      const orphans = accepting.filter(({ path }) => path === row.path);
      return orphans.length === 0
        ? 'there is no such file'
        : `${ownersText(orphans)} still listens, but the file was removed or replaced, so nobody can connect; restart it`;
    }
  }
}
