import { basename } from 'node:path';
import { printable } from '../../base/text.js';
import {
  COMM_LENGTH,
  type Origin,
  type OwnedListener,
  type Owner,
  type OwnersUnknown,
  type PodName,
  type ProcessOwner,
} from '../../kernel/owners/owner.js';
import { endpointText } from '../../kernel/sockets/address.js';
import type { Listener } from '../../kernel/sockets/listener.js';

/** A listener in its usual notation: `127.0.0.1:10248`, `[::]:22`, `/run/x.sock`, `@abstract`. */
export function listenerText(listener: Listener): string {
  if (listener.address !== null && listener.port !== null) {
    return printable(endpointText(listener.address, listener.port, listener.device));
  }
  return printable(
    listener.path ?? (listener.abstract === null ? 'a unix socket without a name' : `@${listener.abstract}`),
  );
}

/** Several listeners, each text once: members of one SO_REUSEPORT group look alike. */
export function listenersText(listeners: readonly Listener[]): string {
  return listed(listeners.map(listenerText), ' and ');
}

/** A process can open any number of sockets, and share them with any number of others. */
const MAX_LISTED = 8;

/** The first of these texts, each once, and how many more there are. */
export function listed(texts: readonly string[], separator: string): string {
  const distinct = [...new Set(texts)];
  const more = distinct.length - MAX_LISTED;
  const shown = [...distinct.slice(0, MAX_LISTED), ...(more > 0 ? [`${more} more`] : [])];
  // Words stand before the last text only.
  const between = separator.startsWith(' ') ? ', ' : separator;
  return [shown.slice(0, -1).join(between), ...shown.slice(-1)].filter((text) => text !== '').join(separator);
}

/** The comm of a process; where the kernel truncated it, the full name if exe or argv[0] has it. Of netstat only argv[0] is known. */
export function programName({ comm, exe, argv0, isArgv0Cut }: ProcessOwner): string {
  if (comm === null && argv0 !== null && isArgv0Cut !== undefined) return `${basename(argv0)}${isArgv0Cut ? '…' : ''}`;
  if (comm === null) return 'a process';
  if (Buffer.byteLength(comm) < COMM_LENGTH) return comm;
  const whole = [argv0, exe].map((path) => basename(path ?? '')).find((name) => name.startsWith(comm));
  return whole ?? comm;
}

/** A pod by its name where that is known, else by its uid: `pod kube-system/cilium-x7k2f`. null: it is in none. */
export function podText({ pod, podNamespace, podName }: Pick<Origin, 'pod'> & PodName): string | null {
  if (pod === null) return null;
  return `pod ${podNamespace === undefined || podName === undefined ? pod : `${podNamespace}/${podName}`}`;
}

/** An owner with everything that identifies it: `kubelet (pid 812, /snap/k8s/1/bin/kubelet, snap.k8s.kubelet.service)`. */
export function ownerText(owner: Owner): string {
  if (owner.kind === 'kernel') return printable(`kernel device ${owner.device} (${owner.deviceKind})`);
  const facts = [`pid ${owner.pid}`, owner.exe, owner.unit, podText(owner)];
  return printable(`${programName(owner)} (${facts.filter((fact) => fact !== null).join(', ')})`);
}

/** The same of an owner whose name proves nothing: `a process that calls itself kubelet (pid 812, /tmp/x)`. */
function strangerText(owner: Owner): string {
  if (owner.kind === 'kernel' || owner.comm === null) return ownerText(owner);
  return `a process that calls itself ${ownerText(owner)}`;
}

const UNKNOWN: Readonly<Record<OwnersUnknown, string>> = {
  permission: 'its owner is not visible: some processes could not be read (permission denied)',
  confined: 'its owner is not visible: a security module forbids reading other processes',
  'not-found':
    'no visible process owns it: its owner is in another PID namespace or in the kernel, or it is being passed between processes',
  'not-looked': 'its owner was not looked up',
  'no-inode': 'the table does not say for certain which socket it is',
};

/** Why nothing owns a socket that something must own. */
export function ownersUnknownText(why: OwnersUnknown): string {
  return UNKNOWN[why];
}

/** Only the PID of the owner is known. */
const EXITED = 'its owner exited while it was being read, or did not answer in time';

/** Why the owner of a listener is unknown, with the cgroup that created it where that is known. */
export function unknownOwnerText(listener: OwnedListener): string {
  const { origin } = listener;
  const creator = origin === null ? '' : (origin.unit ?? cgroupText(origin.cgroup));
  if (listener.ownersUnknown !== null) {
    return `${UNKNOWN[listener.ownersUnknown]}${origin === null ? '' : `; it was created in ${printable(creator)}`}`;
  }
  if (origin === null) return unreadOwner(listener);
  const by = `user ${listener.uid} created it in ${printable(creator)}`;
  return `${ownersText([listener])} has the socket, but ${by}, and may be the one that serves it`;
}

function cgroupText(cgroup: string | null): string {
  return cgroup === null ? 'a cgroup that cannot be seen' : `cgroup ${cgroup}`;
}

function unreadOwner({ owners }: OwnedListener): string {
  const named = owners.filter((owner) => owner.kind === 'process' && (owner.comm ?? owner.argv0) !== null);
  if (named.length === 0) return EXITED;
  return `the cgroup of ${named.map(ownerText).join(' and ')} could not be read, and its name proves nothing`;
}

/** All owners, each once, or why none is known. */
export function ownersText(listeners: readonly OwnedListener[]): string {
  return eachOwner(listeners, ownerText);
}

/** The same of owners whose names prove nothing. */
export function strangersText(listeners: readonly OwnedListener[]): string {
  return eachOwner(listeners, strangerText);
}

function eachOwner(listeners: readonly OwnedListener[], textOf: (owner: Owner) => string): string {
  const texts = listeners.flatMap((listener) =>
    listener.owners.length === 0 ? [`an unknown owner (${unknownOwnerText(listener)})`] : listener.owners.map(textOf),
  );
  return listed(texts, ', ');
}
