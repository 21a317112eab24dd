import {
  COMM_LENGTH,
  type KernelOwner,
  type OwnedListener,
  type Owner,
  type ProcessOwner,
} from '../kernel/owners/owner.js';
import type { Notes, ServiceNote } from '../spec/notes.js';
import { MATCHED_BY, type MatchedBy } from './finding.js';
import { matchesName } from './glob.js';
import { keyOf } from './key.js';

export type OwnerMatch =
  | { readonly kind: 'match'; readonly by: MatchedBy }
  /** The name of the service, in a systemd unit of another installation. */
  | { readonly kind: 'wrong-installation' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unknown' };

const NO_NOTE: ServiceNote = { names: [], units: [], devices: [] };

/** Whether a service owns a listener. Of several owners one match is enough, and the strongest evidence counts. */
export function matchListener(listener: OwnedListener, service: string, notes: Notes): OwnerMatch {
  if (listener.owners.length === 0) return { kind: 'unknown' };
  const matches = listener.owners.map((owner) => matchOwner(owner, service, notes));
  const strength = (match: OwnerMatch): number => {
    switch (match.kind) {
      case 'match':
        return MATCHED_BY.indexOf(match.by);
      case 'wrong-installation':
        return MATCHED_BY.length;
      case 'unknown':
        return MATCHED_BY.length + 1;
      case 'foreign':
        return MATCHED_BY.length + 2;
    }
  };
  return matches.reduce((best, match) => (strength(match) < strength(best) ? match : best));
}

/** One listener per owner, where owners that match alike (such as the workers of a server) count as one. */
export function oneOfEachOwner(listeners: readonly OwnedListener[]): readonly OwnedListener[] {
  const first = new Map<string, OwnedListener>();
  for (const listener of listeners) {
    for (const owner of listener.owners) {
      const key =
        owner.kind === 'kernel' ? keyOf([owner.device]) : keyOf([owner.unit, owner.exe, owner.argv0, owner.comm]);
      if (!first.has(key)) first.set(key, listener);
    }
  }
  return [...new Set(first.values())];
}

/** Whether one owner is the service. */
export function matchOwner(owner: Owner, service: string, notes: Notes): OwnerMatch {
  const note = notes.services.get(service) ?? NO_NOTE;
  if (owner.kind === 'kernel') return matchDevice(owner, service, note);
  // The process exited before it was read.
  const { unit, exe, argv0, comm } = owner;
  if (unit === null && exe === null && argv0 === null && comm === null) return { kind: 'unknown' };
  const names = [service, ...note.names];
  if (owner.unit !== null && isUnitOf(owner.unit, names, note)) return { kind: 'match', by: 'unit' };
  const by = matchName(owner, names);
  if (by === null) return { kind: 'foreign' };
  // A scope is a login session or a container, not an installation.
  const foreignUnit = note.units.length > 0 && owner.unit?.endsWith('.service') === true;
  return foreignUnit ? { kind: 'wrong-installation' } : { kind: 'match', by };
}

function isUnitOf(unit: string, names: readonly string[], note: ServiceNote): boolean {
  if (note.units.length > 0) return note.units.includes(unit);
  if (!unit.endsWith('.service')) return false;
  const name = unit.slice(0, -'.service'.length);
  // snap.<snap>.<app>.service, or name@instance.service.
  const app = name.startsWith('snap.') ? (name.split('.')[2] ?? name) : (name.split('@')[0] ?? name);
  return names.some((wanted) => isNamed(app, wanted));
}

function matchName(owner: ProcessOwner, names: readonly string[]): MatchedBy | null {
  const { exe, argv0 } = fileNamesOf(owner);
  const { comm } = owner;
  if (exe !== null && names.some((wanted) => isNamed(exe, wanted))) return 'exe';
  if (argv0 !== null && names.some((wanted) => isNamed(argv0, wanted))) return 'argv0';
  if (comm !== null && names.some((wanted) => comm === wanted.slice(0, COMM_LENGTH))) return 'comm';
  return null;
}

/** A spec may have the truncated comm as name: `kube-controller` also stands for `kube-controller-manager`. */
function isNamed(name: string, wanted: string): boolean {
  return name === wanted || (wanted.length === COMM_LENGTH && name.startsWith(`${wanted}-`));
}

/** The base names of exe and argv[0], cached because every owner is compared with many services. */
const fileNames = new WeakMap<ProcessOwner, { readonly exe: string | null; readonly argv0: string | null }>();

function fileNamesOf(owner: ProcessOwner): { readonly exe: string | null; readonly argv0: string | null } {
  const known = fileNames.get(owner);
  if (known !== undefined) return known;
  // Appended by the kernel if the file was removed or replaced (proc(5)).
  const names = { exe: basename(owner.exe?.replace(/ \(deleted\)$/, '')), argv0: basename(owner.argv0) };
  fileNames.set(owner, names);
  return names;
}

function basename(path: string | null | undefined): string | null {
  if (path === null || path === undefined) return null;
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Tunnel devices that network plugins create, by service. Where a spec names a service for a port that only the kernel
 * listens on, it means these.
 */
export const DEVICES: ReadonlyMap<string, readonly string[]> = new Map([
  ['cilium-agent', ['cilium_vxlan', 'cilium_geneve', 'cilium_wg0']],
  ['flanneld', ['flannel.*', 'flannel-*']],
  ['calico-node', ['vxlan.calico', 'vxlan-v6.calico', 'wireguard.cali', 'wg-v6.cali']],
]);

function matchDevice(owner: KernelOwner, service: string, note: ServiceNote): OwnerMatch {
  const patterns = [...(DEVICES.get(service) ?? []), ...note.devices];
  const isTheirs = patterns.some((pattern) => matchesName(owner.device, pattern));
  return isTheirs ? { kind: 'match', by: 'device' } : { kind: 'foreign' };
}
