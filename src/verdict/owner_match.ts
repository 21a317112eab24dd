import {
  COMM_LENGTH,
  type KernelOwner,
  type OwnedListener,
  type Owner,
  type ProcessOwner,
} from '../kernel/owners/owner.js';
import type { Notes, ServiceNote } from '../spec/notes.js';
import type { MatchedBy } from './finding.js';
import { matchesName } from './glob.js';
import { keyOf } from './key.js';

export type OwnerMatch =
  | { readonly kind: 'match'; readonly by: MatchedBy }
  /** The right name in a systemd unit that is not the service's: another installation of the same program. */
  | { readonly kind: 'wrong-installation' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unknown' };

const NO_NOTE: ServiceNote = { names: [], units: [], devices: [] };

/** Whether a listener is held by a service. Of several holders one right one is enough; the strongest evidence is told. */
export function matchListener(listener: OwnedListener, service: string, notes: Notes): OwnerMatch {
  if (listener.owners.length === 0) return { kind: 'unknown' };
  const matches = listener.owners.map((owner) => matchOwner(owner, service, notes));
  const strength = (match: OwnerMatch): number => {
    switch (match.kind) {
      case 'match':
        return ORDER.indexOf(match.by);
      case 'wrong-installation':
        return ORDER.length;
      case 'unknown':
        return ORDER.length + 1;
      case 'foreign':
        return ORDER.length + 2;
    }
  };
  return matches.reduce((best, match) => (strength(match) < strength(best) ? match : best));
}

/** A listener for each kind of owner, as far as matching can tell owners apart: one of all workers of a server, for example. */
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

const ORDER: readonly MatchedBy[] = ['unit', 'device', 'exe', 'argv0', 'comm'];

/** Whether one owner is the service. */
export function matchOwner(owner: Owner, service: string, notes: Notes): OwnerMatch {
  const note = notes.services.get(service) ?? NO_NOTE;
  if (owner.kind === 'kernel') return matchDevice(owner, service, note);
  // It held the socket, and had ended when it was looked at.
  const { unit, exe, argv0, comm } = owner;
  if (unit === null && exe === null && argv0 === null && comm === null) return { kind: 'unknown' };
  const names = [service, ...note.names];
  if (owner.unit !== null && isUnitOf(owner.unit, names, note)) return { kind: 'match', by: 'unit' };
  const by = matchName(owner, names);
  if (by === null) return { kind: 'foreign' };
  // A scope is a login session or a container, which is no installation.
  const foreignUnit = note.units.length > 0 && owner.unit?.endsWith('.service') === true;
  return foreignUnit ? { kind: 'wrong-installation' } : { kind: 'match', by };
}

function isUnitOf(unit: string, names: readonly string[], note: ServiceNote): boolean {
  if (note.units.length > 0) return note.units.includes(unit);
  if (!unit.endsWith('.service')) return false;
  const name = unit.slice(0, -'.service'.length);
  // snap.<snap>.<app>.service; the part behind @ of a template's instance is not the service's name.
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

/** A wanted name that is itself cut to 15 characters (`kube-controller`) also stands for what goes on behind a hyphen. */
function isNamed(name: string, wanted: string): boolean {
  return name === wanted || (wanted.length === COMM_LENGTH && name.startsWith(`${wanted}-`));
}

/** The last parts of executable and argv[0], once for each owner: every owner is held against many services. */
const fileNames = new WeakMap<ProcessOwner, { readonly exe: string | null; readonly argv0: string | null }>();

function fileNamesOf(owner: ProcessOwner): { readonly exe: string | null; readonly argv0: string | null } {
  const known = fileNames.get(owner);
  if (known !== undefined) return known;
  // The kernel puts this behind the path of a program whose file was removed or replaced (proc(5)).
  const names = { exe: basename(owner.exe?.replace(/ \(deleted\)$/, '')), argv0: basename(owner.argv0) };
  fileNames.set(owner, names);
  return names;
}

function basename(path: string | null | undefined): string | null {
  if (path === null || path === undefined) return null;
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Kernel devices that network plugins make for their tunnels, by the service that makes them. They are what a page means
 * when it names a service for a port that only the kernel listens on.
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
