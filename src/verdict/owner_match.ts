import {
  COMM_LENGTH,
  type KernelOwner,
  type OwnedListener,
  type Owner,
  type ProcessOwner,
} from '../kernel/owners/owner.js';
import type { Notes, ServiceNote } from '../spec/notes.js';
import { isName, MATCHED_BY, type MatchedBy } from './finding.js';
import { matchesName } from './glob.js';
import { keyOf } from './key.js';

export type OwnerMatch =
  | { readonly kind: 'match'; readonly by: MatchedBy }
  /** The service, and a program that is not it, have the same socket. */
  | { readonly kind: 'shared' }
  /** The name of the service, outside of its systemd units or of pods. */
  | { readonly kind: 'not-its-unit' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unknown' };

const NO_NOTE: ServiceNote = { names: [], units: [], pods: false, devices: [] };

/**
 * Whether a service owns a listener. Of several owners one match is enough, and the strongest evidence counts. Of a service whose
 * units or pods are noted, an owner outside of them is a stranger. `isText`: the capture has nothing but names, which have to do.
 */
export function matchListener(listener: OwnedListener, service: string, notes: Notes, isText: boolean): OwnerMatch {
  if (listener.owners.length === 0) return { kind: 'unknown' };
  const matches = listener.owners.map((owner) => ({ owner, match: matchOwner(owner, service, notes, isText) }));
  const own = matches.filter(({ match }) => match.kind === 'match');
  const hasPlace = own.some(({ match }) => match.kind === 'match' && !isName(match.by));
  const strangers = matches.filter(({ match }) => match.kind === 'foreign' || match.kind === 'not-its-unit');
  const isPlaced =
    (notes.services.get(service) ?? NO_NOTE).units.length > 0 || notes.services.get(service)?.pods === true;
  if (
    ((isPlaced && hasPlace) || (isText && own.length > 0)) &&
    strangers.some(
      ({ owner }) =>
        !isCompanion(
          owner,
          own.map((one) => one.owner),
        ),
    )
  ) {
    return { kind: 'shared' };
  }
  const best = matches.reduce((first, one) => (strength(one.match) < strength(first.match) ? one : first));
  return best.match.kind === 'match' && isHandedOver(listener, best.owner) ? { kind: 'unknown' } : best.match;
}

/**
 * Whether a user other than root created the socket outside of the owner's unit or pod. A process can be handed a socket that it does
 * not know (SCM_RIGHTS), while its creator can go on using it; only systemd creates sockets for its services.
 */
export function isHandedOver({ origin, uid }: OwnedListener, owner: Owner): boolean {
  if (origin === null || origin.cgroup === '/' || uid === null || uid === 0 || owner.kind === 'kernel') return false;
  if (origin.pod !== null) return origin.pod !== owner.pod;
  return origin.unit === null || (origin.unit !== owner.unit && origin.unit !== 'init.scope');
}

/** With socket activation systemd has the socket too; a container's processes may leave it to each other. */
function isCompanion(owner: Owner, own: readonly Owner[]): boolean {
  if (owner.kind === 'kernel') return false;
  // A text has no units, but the pid.
  if (owner.unit === 'init.scope' || (owner.cgroup === null && owner.pid === 1)) return true;
  const pod = podOf(owner);
  return pod !== null && own.some((one) => one.kind === 'process' && podOf(one) === pod);
}

function strength(match: OwnerMatch): number {
  switch (match.kind) {
    case 'match':
      return MATCHED_BY.indexOf(match.by);
    case 'shared':
    case 'not-its-unit':
      return MATCHED_BY.length;
    case 'unknown':
      return MATCHED_BY.length + 1;
    case 'foreign':
      return MATCHED_BY.length + 2;
  }
}

/** Whether the service runs on the node, as far as this listener shows. */
export function showsService(listener: OwnedListener, service: string, notes: Notes, isText: boolean): boolean {
  const { kind } = matchListener(listener, service, notes, isText);
  return kind === 'match' || kind === 'shared';
}

/** One listener per owner, where owners that match alike (such as the workers of a server) count as one. */
export function oneOfEachOwner(listeners: readonly OwnedListener[]): readonly OwnedListener[] {
  const first = new Map<string, OwnedListener>();
  const keyOfProcess = onceEachProcess((owner) =>
    keyOf([owner.unit, owner.pod, owner.exe, owner.argv0, owner.comm, isPlaceUnread(owner) ? '' : null]),
  );
  for (const listener of listeners) {
    for (const owner of listener.owners) {
      const key = owner.kind === 'kernel' ? keyOf([owner.device]) : keyOfProcess(owner);
      if (!first.has(key)) first.set(key, listener);
    }
  }
  return [...new Set(first.values())];
}

/** Remembered by pid, of which other captures have others. */
const MAX_PROCESSES = 1_000;

/** What `make` says of a process by all but its pid, once: it may have thousands of sockets, as may programs with a process for each. */
export function onceEachProcess<Result>(make: (owner: ProcessOwner) => Result): (owner: ProcessOwner) => Result {
  const byPid = new Map<number, { readonly owner: ProcessOwner; readonly result: Result }>();
  const byText = new Map<string, Result>();
  return (owner) => {
    const last = byPid.get(owner.pid);
    if (last !== undefined && isSameProcess(last.owner, owner)) return last.result;
    const { unit, pod, container, cgroup, outsideOf = null, exe, argv0, isArgv0Cut = null, comm } = owner;
    const isCut = isArgv0Cut === null ? null : `${isArgv0Cut}`;
    const key = keyOf([unit, pod, container, cgroup, outsideOf, exe, argv0, isCut, comm]);
    const result = byText.get(key) ?? make(owner);
    byText.set(key, result);
    if (byPid.size === MAX_PROCESSES) byPid.clear();
    byPid.set(owner.pid, { owner, result });
    return result;
  };
}

function isSameProcess(one: ProcessOwner, other: ProcessOwner): boolean {
  const isSamePlace = one.unit === other.unit && one.pod === other.pod && one.container === other.container;
  const isSameTree = one.cgroup === other.cgroup && one.outsideOf === other.outsideOf;
  const isSameFile = one.exe === other.exe && one.argv0 === other.argv0 && one.isArgv0Cut === other.isArgv0Cut;
  return isSamePlace && isSameTree && isSameFile && one.comm === other.comm;
}

/** Whether one owner is the service. */
export function matchOwner(owner: Owner, service: string, notes: Notes, isText: boolean): OwnerMatch {
  const note = notes.services.get(service) ?? NO_NOTE;
  if (owner.kind === 'kernel') return matchDevice(owner, service, note);
  const { unit, pod, exe, argv0, comm } = owner;
  // The process exited before it was read.
  if (unit === null && exe === null && argv0 === null && comm === null) return { kind: 'unknown' };
  const names = [service, ...note.names];
  const name = matchName(owner, names);
  const byName: OwnerMatch = name === null ? { kind: 'foreign' } : { kind: 'match', by: name };
  if (note.units.length === 0 && !note.pods) {
    if (pod !== null && name !== null) return { kind: 'match', by: 'pod' };
    return unit !== null && isUnitOf(unit, names) ? { kind: 'match', by: 'unit' } : byName;
  }
  if (isText && isOutside(owner, note)) return name === null ? byName : { kind: 'not-its-unit' };
  if (owner.outsideOf === 'unclear' && isOfSnap(note)) return name === null ? byName : { kind: 'unknown' };
  if (isPlaceUnread(owner)) return name === null || isText ? byName : { kind: 'unknown' };
  if (note.pods && podOf(owner) !== null && name !== null) return { kind: 'match', by: 'pod' };
  const isShared = unit !== null && notes.sharedUnits.includes(unit) && note.units.length > 0 && name !== null;
  const isOwn = unit !== null && note.units.includes(unit);
  if (pod === null && (isOwn || isShared)) return { kind: 'match', by: 'unit' };
  return name === null ? byName : { kind: 'not-its-unit' };
}

/** Trees of processes say nothing of units outside of the snap, which notes may name. */
function isOutside({ outsideOf }: ProcessOwner, { units, pods }: ServiceNote): boolean {
  if (outsideOf === undefined || outsideOf === 'unclear' || (pods && outsideOf === 'units')) return false;
  return isOfSnap({ units });
}

function isOfSnap({ units }: Pick<ServiceNote, 'units'>): boolean {
  return units.every((unit) => unit.startsWith('snap.k8s.'));
}

/** The pod of a process: its uid, or, in a list of processes without cgroups, the id of its sandbox. */
function podOf({ pod, container, cgroup }: ProcessOwner): string | null {
  return pod ?? (cgroup === null ? container : null);
}

/** Whether the cgroup is unknown, or was seen from a cgroup namespace that could not be resolved. */
export function isPlaceUnread({ unit, pod, container, cgroup }: ProcessOwner): boolean {
  return unit === null && pod === null && (cgroup === null ? container === null : cgroup.startsWith('/..'));
}

/** By its name, where notes name no units. */
function isUnitOf(unit: string, names: readonly string[]): boolean {
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
  const isArgv0 = (wanted: string): boolean =>
    argv0 !== null && (isNamed(argv0, wanted) || (owner.isArgv0Cut === true && wanted.startsWith(argv0)));
  if (names.some(isArgv0)) return 'argv0';
  if (comm !== null && names.some((wanted) => comm === wanted.slice(0, COMM_LENGTH))) return 'comm';
  return null;
}

/** A spec may have the truncated comm as name: `kube-controller` also stands for `kube-controller-manager`. */
function isNamed(name: string, wanted: string): boolean {
  return name === wanted || (wanted.length === COMM_LENGTH && name.startsWith(`${wanted}-`));
}

/** What the kernel appends if the file was removed or replaced (proc(5)). */
const DELETED = ' (deleted)';

function fileNamesOf({ exe, argv0 }: ProcessOwner): { readonly exe: string | null; readonly argv0: string | null } {
  return { exe: basename(exe?.endsWith(DELETED) ? exe.slice(0, -DELETED.length) : exe), argv0: basename(argv0) };
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
