import { releaseIn } from '../../node/release.js';

/** What `snap list` says of the k8s snap. */
export interface InstalledSnap {
  readonly isInstalled: boolean;
  /** null: it has another form than `v1.34.1`. */
  readonly release: string | null;
}

/** The output of `snap list`, of all snaps or of k8s; null: it is none. Pure. */
export function parseSnapList(text: string): InstalledSnap | null {
  if (/^error: no matching snaps installed/m.test(text)) return { isInstalled: false, release: null };
  const rows = rowsBelow(/^Name\s+Version\s/, text);
  if (rows === null) return null;
  // `--all` lists former revisions too.
  const row = rows.find((line) => /^k8s\s/.test(line) && !/\sdisabled(?:,\S*)?\s*$/.test(line));
  if (row === undefined) return { isInstalled: false, release: null };
  return { isInstalled: true, release: releaseIn(row.split(/\s+/)[1] ?? '') };
}

/** By service of the snap. */
export type SnapServices = ReadonlyMap<string, { readonly isEnabled: boolean; readonly isActive: boolean }>;

/** The output of `snap services`; null: it is none, or has a row of the snap that cannot be read. Pure. */
export function parseSnapServices(text: string): SnapServices | null {
  const rows = rowsBelow(/^Service\s+Startup\s+Current/, text)?.filter((line) => line.startsWith('k8s.'));
  const parsed = rows?.map((line) => /^k8s\.(\S+)\s+(enabled|disabled)\s+(active|inactive)\b/.exec(line));
  return mapOf(parsed, ([, service = '', startup, current]) => [
    service,
    { isEnabled: startup === 'enabled', isActive: current === 'active' },
  ]);
}

/**
 * The output of `systemctl list-unit-files`: by unit of a snap, whether it is enabled; null: it is none, or has a row of the snap that
 * cannot be read. Pure.
 */
export function parseUnitFiles(text: string): ReadonlyMap<string, boolean> | null {
  const rows = rowsBelow(/^UNIT FILE\s+STATE/, text)?.filter((line) => line.startsWith('snap.k8s.'));
  const parsed = rows?.map((line) => /^(\S+\.(?:service|timer|socket))\s+([a-z]\S*)/.exec(line));
  return mapOf(parsed, ([, unit = '', state = '']) => [unit, state.startsWith('enabled')]);
}

/** What stands below the header of a table; null: there is no such header, or nothing below it. */
function rowsBelow(header: RegExp, text: string): readonly string[] | null {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => header.test(line));
  const rows = from < 0 ? [] : lines.slice(from + 1).filter((line) => line.trim() !== '');
  return rows.length === 0 ? null : rows;
}

function mapOf<Value>(
  rows: readonly (RegExpExecArray | null)[] | undefined,
  entryOf: (row: RegExpExecArray) => readonly [string, Value],
): ReadonlyMap<string, Value> | null {
  const read = rows?.filter((row) => row !== null);
  return rows === undefined || read === undefined || read.length < rows.length ? null : new Map(read.map(entryOf));
}
