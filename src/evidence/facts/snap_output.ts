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
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^Name\s+Version\s/.test(line));
  if (from < 0) return null;
  // `--all` lists former revisions too.
  const row = lines.slice(from + 1).find((line) => /^k8s\s/.test(line) && !/\sdisabled(?:,\S*)?\s*$/.test(line));
  if (row === undefined) return { isInstalled: false, release: null };
  return { isInstalled: true, release: releaseIn(row.split(/\s+/)[1] ?? '') };
}

/** By service of the snap. */
export type SnapServices = ReadonlyMap<string, { readonly isEnabled: boolean; readonly isActive: boolean }>;

/** The output of `snap services`; null: it is none. Pure. */
export function parseSnapServices(text: string): SnapServices | null {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^Service\s+Startup\s+Current/.test(line));
  if (from < 0) return null;
  return new Map(
    lines.slice(from + 1).flatMap((line) => {
      const [, service, startup, current] = /^k8s\.(\S+)\s+(enabled|disabled)\s+(active|inactive)\b/.exec(line) ?? [];
      return service === undefined
        ? []
        : [[service, { isEnabled: startup === 'enabled', isActive: current === 'active' }] as const];
    }),
  );
}

/** The output of `systemctl list-unit-files`: by unit, whether it is enabled. Pure. */
export function parseUnitFiles(text: string): ReadonlyMap<string, boolean> | null {
  if (!/^UNIT FILE\s+STATE/.test(text)) return null;
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, unit, state] = /^(\S+\.service)\s+(\S+)/.exec(line) ?? [];
      return unit === undefined || state === undefined ? [] : [[unit, state.startsWith('enabled')] as const];
    }),
  );
}
