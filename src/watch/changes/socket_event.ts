import { textField } from '../../base/text.js';
import type { KernelEvent } from '../../kernel/addon.js';
import { addressText } from '../../kernel/sockets/address.js';
import type { Listener, Protocol } from '../../kernel/sockets/listener.js';
import { idOf, unixName, unixType } from '../../kernel/sockets/listeners.js';
import { AF_INET, AF_INET6, AF_UNIX, IP_PROTOCOL } from '../../kernel/sockets/states.js';

/** enum sockwatch_event_kind, native/bpf/event_record.h. */
export type EventKind = 'opened' | 'closed' | 'bind-failed' | 'listen-failed';

const KINDS: Readonly<Record<number, EventKind>> = { 1: 'opened', 2: 'closed', 3: 'bind-failed', 4: 'listen-failed' };

/** A kernel event, decoded. */
export interface SocketEvent {
  readonly kind: EventKind;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The same moment in milliseconds since the machine booted. */
  readonly sinceBootMs: number;
  /** The socket, as far as the event describes it. If it failed, with the address that was requested. */
  readonly listener: Listener;
  /** Positive; 0: it did not fail. */
  readonly errno: number;
  readonly pid: number;
  /** null: the event does not say. */
  readonly fd: number | null;
  readonly comm: Uint8Array;
}

const UNKNOWN_FD = 0xffff_ffff;

/** null: an event unknown to this version. */
export function socketEventOf(event: KernelEvent, devices: ReadonlyMap<number, string>): SocketEvent | null {
  const kind = KINDS[event.kind];
  const protocol = protocolOf(event);
  if (kind === undefined || protocol === null) return null;
  return {
    kind,
    at: event.at,
    sinceBootMs: event.sinceBootMs,
    listener: listenerOf(event, protocol, devices),
    errno: event.error,
    pid: event.pid,
    fd: event.fd === UNKNOWN_FD ? null : event.fd,
    comm: event.comm,
  };
}

function protocolOf({ family, protocol }: KernelEvent): Protocol | null {
  if (family === AF_UNIX) return 'unix';
  if (family !== AF_INET && family !== AF_INET6) return null;
  return protocol === IP_PROTOCOL.tcp ? 'tcp' : protocol === IP_PROTOCOL.udp ? 'udp' : null;
}

function listenerOf(event: KernelEvent, protocol: Protocol, devices: ReadonlyMap<number, string>): Listener {
  const { inode, family } = event;
  const cookie = event.cookie === 0n ? null : String(event.cookie);
  const common = {
    id: idOf(protocol, cookie, inode),
    protocol,
    state: protocol === 'udp' || (protocol === 'unix' && unixType(event.type) === 'dgram') ? 'UNCONN' : 'LISTEN',
    file: null,
    inode,
    cookie,
    uid: null,
    netns: String(event.netns),
    backlog: null,
    drops: null,
    cgroupId: event.cgroup === 0n ? null : String(event.cgroup),
  } as const;
  if (protocol === 'unix') {
    const { path, abstract } = unixName(event.name);
    return {
      ...common,
      family: 'unix',
      type: unixType(event.type),
      address: null,
      port: null,
      device: null,
      v6only: null,
      ...textField('path', path),
      ...textField('abstract', abstract),
    };
  }
  return {
    ...common,
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    type: null,
    address: addressText(event.address.subarray(0, family === AF_INET ? 4 : 16)),
    port: event.port,
    device: event.device === 0 ? null : (devices.get(event.device) ?? `#${event.device}`),
    v6only: family === AF_INET ? null : event.v6only === 1,
    ...textField('path', null),
    ...textField('abstract', null),
  };
}
