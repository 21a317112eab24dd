import { basename } from 'node:path';
import { printable } from '../../base/text.js';
import {
  COMM_LENGTH,
  type OwnedListener,
  type Owner,
  type OwnersUnknown,
  type ProcessOwner,
} from '../../kernel/owners/owner.js';
import { endpointText } from '../../kernel/sockets/address.js';
import type { Listener } from '../../kernel/sockets/listener.js';

/** A listener as a person names it: `127.0.0.1:10248`, `[::]:22`, `/run/x.sock`, `@abstract`. */
export function listenerText(listener: Listener): string {
  if (listener.address !== null && listener.port !== null) {
    return printable(endpointText(listener.address, listener.port, listener.device));
  }
  return printable(
    listener.path ?? (listener.abstract === null ? 'a unix socket without a name' : `@${listener.abstract}`),
  );
}

/** Several of them, each text once: members of one SO_REUSEPORT group look alike. */
export function listenersText(listeners: readonly Listener[]): string {
  return [...new Set(listeners.map(listenerText))].join(' and ');
}

/** What a process calls itself; where the kernel cut that short, the whole name if its program or argv[0] has it. */
export function programName({ comm, exe, argv0 }: ProcessOwner): string {
  if (comm === null) return 'a process';
  if (Buffer.byteLength(comm) < COMM_LENGTH) return comm;
  const whole = [argv0, exe].map((path) => basename(path ?? '')).find((name) => name.startsWith(comm));
  return whole ?? comm;
}

/** Who it is, as precisely as can be said: `kubelet (pid 812, /snap/k8s/1/bin/kubelet, snap.k8s.kubelet.service)`. */
export function ownerText(owner: Owner): string {
  if (owner.kind === 'kernel') return printable(`kernel device ${owner.device} (${owner.deviceKind})`);
  const facts = [`pid ${owner.pid}`, owner.exe, owner.unit, owner.pod === null ? null : `pod ${owner.pod}`];
  return printable(`${programName(owner)} (${facts.filter((fact) => fact !== null).join(', ')})`);
}

const UNKNOWN: Readonly<Record<OwnersUnknown, string>> = {
  permission: 'its holder could not be seen: some processes may not be read (permission)',
  'not-found': 'no process that can be seen holds it: its holder is in another PID namespace or in the kernel',
  'not-looked': 'nobody looked for its holder',
};

/** A holder is known by its number only. */
const ENDED = 'its holder ended while it was looked at, or did not answer in time';

/** Why the owner of a listener is not known, with the cgroup it was made in where that is known. */
export function unknownOwnerText(listener: OwnedListener): string {
  const why = listener.ownersUnknown === null ? ENDED : UNKNOWN[listener.ownersUnknown];
  const { origin } = listener;
  return origin === null ? why : `${why}; it was made in ${printable(origin.unit ?? origin.cgroup ?? '')}`;
}

/** All holders, each once, or why there is none to name. */
export function ownersText(listeners: readonly OwnedListener[]): string {
  const texts = listeners.flatMap((listener) =>
    listener.owners.length === 0 ? [`somebody unseen (${unknownOwnerText(listener)})`] : listener.owners.map(ownerText),
  );
  return [...new Set(texts)].join(', ');
}
