import { release } from 'node:os';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { type InetColumns, NOT_TIME_WAIT, type OwnerPass } from '../addon.js';
import { type CaptureOptions, captureInet } from './capture.js';
import type { Listener, Transport } from './listener.js';
import { inetListener, type ListenerContext } from './listeners.js';
import { type DiagAccess, inetDumps } from './sock_diag.js';
import { STATE_NAMES, TCP_BOUND_INACTIVE, TCP_CLOSE, TCP_LISTEN } from './states.js';

/** A socket with a local port, in any state. */
export interface BoundSocket {
  /** `client`: one end of a connection; `time-wait`: what is left of a closed one. */
  readonly kind: 'listener' | 'bound' | 'client' | 'time-wait';
  readonly listener: Listener;
  /** Of connections of TCP: `ESTABLISHED`, `FIN_WAIT2`, …; else null. */
  readonly state: string | null;
  /** Of `time-wait`: for how many milliseconds more; else null. */
  readonly remainingMs: number | null;
}

/** Sockets on some ports, and why there may be more. */
export interface PortSockets {
  readonly sockets: readonly BoundSocket[];
  readonly unlisted: CoverageFault | null;
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
 * be very many, are read for the ports that these leave `unanswered`. Nothing is thrown.
 */
export async function socketsOnPorts(
  protocol: Transport,
  ports: ReadonlySet<number>,
  access: CaptureOptions,
  context: ListenerContext,
  unanswered: (sockets: readonly BoundSocket[]) => ReadonlySet<number>,
): Promise<PortSockets> {
  if (protocol === 'udp') return readPorts(protocol, ports, EVERY_STATE, access, context);
  // To a kernel that does not know the state, it is one of those that take a walk through all connections.
  const bound = reasonNotToSeeBound() === null ? 1 << TCP_BOUND_INACTIVE : 0;
  const first = await readPorts(protocol, ports, (1 << TCP_LISTEN) | bound, access, context);
  const rest = unanswered(first.sockets);
  if (rest.size === 0) return first;
  const { sockets: others, unlisted } = await readPorts(protocol, rest, EVERY_STATE, access, context);
  const again = new Set(others.map(({ listener }) => listener.id));
  return { sockets: [...first.sockets.filter(({ listener }) => !again.has(listener.id)), ...others], unlisted };
}

/** /proc/net has all of UDP, and of TCP what listens or was connected. */
async function readPorts(
  protocol: Transport,
  ports: ReadonlySet<number>,
  states: number,
  access: CaptureOptions,
  context: ListenerContext,
): Promise<PortSockets> {
  const { columns, detailed, source } = await captureInet(protocol, states, access);
  const sockets = columns.flatMap((table) => socketsIn(protocol, table, ports, detailed, context));
  const unbound = protocol === 'udp' ? null : detailed ? reasonNotToSeeBound() : (source.notes[0] ?? null);
  return { sockets, unlisted: source.errors[0] ?? unbound };
}

/** Merely bound TCP sockets on these ports. null: the kernel does not list them, or must not be asked. @throws the kernel's error */
export async function boundTcpSockets(
  ports: ReadonlySet<number>,
  access: DiagAccess,
  context: ListenerContext,
): Promise<Listener[] | null> {
  if (reasonNotToSeeBound() !== null) return null;
  const dumps = await inetDumps('tcp', 1 << TCP_BOUND_INACTIVE, access);
  if ('code' in dumps) return null;
  return merelyBound((await Promise.all(dumps)).flatMap((table) => socketsIn('tcp', table, ports, true, context)));
}

export function merelyBound(sockets: readonly BoundSocket[]): Listener[] {
  return sockets.filter(({ kind }) => kind === 'bound').map(({ listener }) => listener);
}

/** The same from a pass of eBPF over the descriptors of all processes, which sees no socket that no process has. */
export function socketsOfPass(
  protocol: Transport,
  ports: ReadonlySet<number>,
  pass: OwnerPass,
  context: ListenerContext,
): BoundSocket[] {
  return socketsIn(protocol, pass[protocol], ports, true, context);
}

function socketsIn(
  protocol: Transport,
  columns: InetColumns,
  ports: ReadonlySet<number>,
  detailed: boolean,
  context: ListenerContext,
): BoundSocket[] {
  return Array.from(columns.port.keys())
    .filter((at) => ports.has(columns.port[at] ?? 0))
    .map((at) => {
      const kind = kindOf(protocol, columns, at);
      const isConnection = protocol === 'tcp' && (kind === 'client' || kind === 'time-wait');
      return {
        kind,
        listener: inetListener(protocol, columns, at, detailed, context),
        state: isConnection ? (STATE_NAMES[columns.state[at] ?? 0] ?? null) : null,
        remainingMs: kind === 'time-wait' ? (columns.timeWait[at] ?? null) : null,
      };
    });
}

function kindOf(protocol: Transport, { state, timeWait }: InetColumns, at: number): BoundSocket['kind'] {
  if (protocol === 'udp') return state[at] === TCP_CLOSE ? 'listener' : 'client';
  if (timeWait[at] !== NOT_TIME_WAIT) return 'time-wait';
  if (state[at] === TCP_LISTEN) return 'listener';
  // Requested by its pseudo-state, a bound socket is returned with its real one (tcp_diag, inet_diag_dump_icsk()).
  return state[at] === TCP_CLOSE || state[at] === TCP_BOUND_INACTIVE ? 'bound' : 'client';
}
