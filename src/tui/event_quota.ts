import type { ProcessOwner } from '../kernel/owners/owner.js';
import type { Change } from '../snapshot/document/change.js';
import { serviceOf } from '../watch/changes/restart_tracker.js';

/** The part of the entries that a change belongs to. `listeners` has those of the network too, `rows` what concerns all rows. */
export type Share = 'listeners' | 'lost' | 'others' | 'unexpected' | 'services' | 'rows';

/**
 * How many entries of each share stay, however many of the other shares come. Any user can cause `listeners`, `lost`, `others` (failed
 * binds and restarts outside services) and `unexpected` by the thousand.
 */
const QUOTAS: Readonly<Record<Share, number>> = {
  listeners: 150,
  lost: 50,
  others: 150,
  unexpected: 100,
  services: 250,
  rows: 300,
};

const SHARES = Object.keys(QUOTAS) as readonly Share[];

export const MAX_ENTRIES = Object.values(QUOTAS).reduce((sum, quota) => sum + quota, 0);

/** Of more than MAX_ENTRIES entries, newest first: the oldest one of the share that exceeds its quota most. */
export function leastWanted(entries: readonly { readonly share: Share }[]): number {
  const excess = new Map(SHARES.map((share) => [share, -QUOTAS[share]]));
  for (const { share } of entries) excess.set(share, (excess.get(share) ?? 0) + 1);
  const [[most] = ['listeners']] = [...excess].sort(([, a], [, b]) => b - a);
  return entries.findLastIndex(({ share }) => share === most);
}

export function shareOf(change: Change): Share {
  switch (change.event) {
    case 'opened':
    case 'closed':
    case 'network':
      return 'listeners';
    case 'lost':
      return 'lost';
    case 'bind-failed':
      return isOfService(change.process) ? 'services' : 'others';
    case 'restarted':
      return change.after.owners.some((owner) => owner.kind === 'process' && isOfService(owner))
        ? 'services'
        : 'others';
    case 'verdict':
      return (change.after ?? change.before)?.expected === null ? 'unexpected' : 'rows';
    case 'started':
    case 'coverage':
      return 'rows';
  }
}

function isOfService(process: ProcessOwner): boolean {
  return serviceOf(process) !== null;
}
