import type { Origin, OwnedListener, Owner, PodName, ProcessOwner } from '../../kernel/owners/owner.js';
import { endpointText } from '../../kernel/sockets/address.js';
import { STATE_NAMES } from '../../kernel/sockets/states.js';
import { CLIENT_EXPLANATION } from '../../verdict/evaluate.js';
import type { AddressOwner } from '../../verdict/text/event.js';
import type { SnapshotDocument } from '../document/document.js';
import type { Redaction } from './redaction.js';

type DocumentSocket = SnapshotDocument['sockets'][number];

/** A socket of a document with pseudonyms. */
export function socketOf(socket: DocumentSocket, to: Redaction): DocumentSocket {
  const { explainedBy } = socket;
  return { ...ownedOf(socket, to), explainedBy: { by: explainedBy.by, text: explanationText(explainedBy, to) } };
}

/** The same of a listener that is not in the list of sockets. */
export function ownedOf(socket: OwnedListener, to: Redaction): OwnedListener {
  const { address, device, path, abstract, file, backlog } = socket;
  return {
    id: to.socketId(socket.id),
    protocol: socket.protocol,
    family: socket.family,
    state: socket.state,
    type: socket.type,
    address: to.orNull(address, to.address),
    port: socket.port,
    device: to.orNull(device, to.device),
    v6only: socket.v6only,
    path: to.orNull(path, to.path),
    abstract: to.orNull(abstract, to.abstract),
    file: file === null ? null : { device: file.device, inode: file.inode },
    inode: socket.inode,
    cookie: socket.cookie,
    uid: socket.uid === null ? null : to.uid(socket.uid),
    netns: socket.netns,
    backlog: backlog === null ? null : { current: backlog.current, max: backlog.max },
    drops: socket.drops,
    cgroupId: socket.cgroupId,
    owners: socket.owners.map((owner) => ownerOf(owner, to)),
    ownersUnknown: socket.ownersUnknown,
    origin: socket.origin === null ? null : originOf(socket.origin, to),
  };
}

function explanationText({ by, text }: DocumentSocket['explainedBy'], to: Redaction): string | null {
  switch (by) {
    case 'page':
      return to.orNull(text, to.name);
    case 'note':
      return to.orNull(text, to.prose);
    case 'client':
      return CLIENT_EXPLANATION;
    default:
      return null;
  }
}

export function ownerOf(owner: Owner, to: Redaction): Owner {
  switch (owner.kind) {
    case 'kernel':
      return { kind: 'kernel', device: to.device(owner.device), deviceKind: to.name(owner.deviceKind) };
    case 'process':
      return processOf(owner, to);
  }
}

export function processOf(owner: ProcessOwner, to: Redaction): ProcessOwner {
  return {
    kind: 'process',
    pid: owner.pid,
    fd: owner.fd,
    comm: owner.comm === null ? null : to.comm(owner.comm, owner),
    exe: to.orNull(owner.exe, to.path),
    argv0: to.orNull(owner.argv0, owner.isArgv0Cut === true ? to.cutName : to.path),
    ...originOf(owner, to),
    ...(owner.outsideOf === undefined ? {} : { outsideOf: owner.outsideOf }),
    startedAt: to.time(owner.startedAt),
    ...(owner.isArgv0Cut === undefined ? {} : { isArgv0Cut: owner.isArgv0Cut }),
  };
}

function originOf({ cgroup, unit, pod, container, ...names }: Origin, to: Redaction): Origin {
  return {
    cgroup: to.orNull(cgroup, to.path),
    unit: to.orNull(unit, to.name),
    pod: to.orNull(pod, to.name),
    container: to.orNull(container, to.name),
    ...podNameOf(names, to),
  };
}

function podNameOf({ podNamespace, podName, containerName }: PodName, to: Redaction): PodName {
  return {
    ...(podNamespace === undefined ? {} : { podNamespace: to.name(podNamespace) }),
    ...(podName === undefined ? {} : { podName: to.name(podName) }),
    ...(containerName === undefined ? {} : { containerName: to.name(containerName) }),
  };
}

/** What has an address. */
export function addressOwnerOf(holder: AddressOwner, to: Redaction): AddressOwner {
  const { kind, place, owners, ownersUnknown, socket, uid, state, remainingMs } = holder;
  return {
    kind,
    place: placeOf(place, to),
    owners: owners.map((owner) => ownerOf(owner, to)),
    ownersUnknown,
    socket: socket === null ? null : to.socketId(socket),
    uid: uid === null ? null : to.uid(uid),
    state: state === null || STATE_NAMES.includes(state) ? state : to.name(state),
    remainingMs,
  };
}

/** As listenerText() writes it. */
export function placeOf(place: string, to: Redaction): string {
  if (place.startsWith('@')) return `@${to.abstract(place.slice(1))}`;
  const [, host = '', port = ''] = /^(.*):(\d+)$/s.exec(place) ?? [];
  if (place.startsWith('/') || port === '') return to.path(place);
  const [address = '', device] = host.replace(/^\[(.*)\]$/s, '$1').split('%');
  const scope = device === undefined ? null : to.device(device);
  return endpointText(to.address(address), Number(port), scope);
}
