import { release } from 'node:os';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { InetColumns, OwnerPass } from '../addon.js';
import type { Listener, Transport } from './listener.js';
import { inetListener, type ListenerContext } from './listeners.js';
import { type DiagAccess, inetDumps } from './sock_diag.js';
import { TCP_BOUND_INACTIVE, TCP_CLOSE, TCP_LISTEN, TCP_TIME_WAIT } from './states.js';

/** A socket with a local port, in any state. */
export interface BoundSocket {
  /** `client`: one end of a connection; `time-wait`: what is left of a closed one. */
  readonly kind: 'listener' | 'bound' | 'client' | 'time-wait';
  readonly listener: Listener;
  /** Of `time-wait`, where it was read: how long it stays; null: unknown. */
  readonly remainingMs?: number | null;
}

const EVERY_STATE = 0xffff_ffff;

/** The kernel that lists TCP sockets which are merely bound (TCP_BOUND_INACTIVE). */
const LISTS_BOUND = [6, 8] as const;

/** Why merely bound TCP sockets cannot be seen; null: they can. */
export function reasonNotToSeeBound(kernel: string = release()): CoverageFault | null {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const isOld = major < LISTS_BOUND[0] || (major === LISTS_BOUND[0] && minor < LISTS_BOUND[1]);
  return isOld ? { code: 'bound-not-listed', params: { kernel, needed: LISTS_BOUND.join('.') } } : null;
}

/**
 * All sockets of a namespace on these ports. For TCP only those that listen or are merely bound; connected ones, of which there can
 * be very many, are dumped for the ports that these leave `unanswered`. A reason instead where the kernel must not be asked. @throws the kernel's error
 */
export async function socketsOnPorts(
  protocol: Transport,
  ports: ReadonlySet<number>,
  access: DiagAccess,
  context: ListenerContext,
  unanswered: (sockets: readonly BoundSocket[]) => ReadonlySet<number>,
): Promise<BoundSocket[] | CoverageFault> {
  if (protocol === 'udp') return dumpPorts(protocol, ports, EVERY_STATE, access, context);
  // To a kernel that does not know the state, it is one of those that take a walk through all connections.
  const bound = reasonNotToSeeBound() === null ? 1 << TCP_BOUND_INACTIVE : 0;
  const sockets = await dumpPorts(protocol, ports, (1 << TCP_LISTEN) | bound, access, context);
  if ('code' in sockets) return sockets;
  const rest = unanswered(sockets);
  if (rest.size === 0) return sockets;
  const others = await dumpPorts(protocol, rest, EVERY_STATE, access, context);
  if ('code' in others) return others;
  const again = new Set(others.map(({ listener }) => listener.id));
  return [...sockets.filter(({ listener }) => !again.has(listener.id)), ...others];
}

/** Merely bound TCP sockets on these ports. null: the kernel does not list them, or must not be asked. @throws the kernel's error */
export async function boundTcpSockets(
  ports: ReadonlySet<number>,
  access: DiagAccess,
  context: ListenerContext,
): Promise<Listener[] | null> {
  if (reasonNotToSeeBound() !== null) return null;
  const sockets = await dumpPorts('tcp', ports, 1 << TCP_BOUND_INACTIVE, access, context);
  return 'code' in sockets ? null : merelyBound(sockets);
}

export function merelyBound(sockets: readonly BoundSocket[]): Listener[] {
  return sockets.filter(({ kind }) => kind === 'bound').map(({ listener }) => listener);
}

async function dumpPorts(
  protocol: Transport,
  ports: ReadonlySet<number>,
  states: number,
  access: DiagAccess,
  context: ListenerContext,
): Promise<BoundSocket[] | CoverageFault> {
  const dumps = await inetDumps(protocol, states, access);
  if ('code' in dumps) return dumps;
  return (await Promise.all(dumps)).flatMap((columns) => socketsIn(protocol, columns, ports, context));
}

/** The same from a pass of eBPF over the descriptors of all processes, which sees no socket that no process has. */
export function socketsOfPass(
  protocol: Transport,
  ports: ReadonlySet<number>,
  pass: OwnerPass,
  context: ListenerContext,
): BoundSocket[] {
  return socketsIn(protocol, pass[protocol], ports, context);
}

function socketsIn(
  protocol: Transport,
  columns: InetColumns,
  ports: ReadonlySet<number>,
  context: ListenerContext,
): BoundSocket[] {
  return Array.from(columns.port.keys())
    .filter((at) => ports.has(columns.port[at] ?? 0))
    .map((at) => ({
      kind: kindOf(protocol, columns, at),
      listener: inetListener(protocol, columns, at, true, context),
    }));
}

function kindOf(protocol: Transport, { state }: InetColumns, at: number): BoundSocket['kind'] {
  if (protocol === 'udp') return state[at] === TCP_CLOSE ? 'listener' : 'client';
  if (state[at] === TCP_LISTEN) return 'listener';
  if (state[at] === TCP_TIME_WAIT) return 'time-wait';
  // Requested by its pseudo-state, a bound socket is returned with its real one (tcp_diag, inet_diag_dump_icsk()).
  return state[at] === TCP_CLOSE || state[at] === TCP_BOUND_INACTIVE ? 'bound' : 'client';
}
