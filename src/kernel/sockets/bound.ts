import { type InetColumns, native } from '../addon.js';
import type { Listener, Transport } from './listener.js';
import { inetListener, type ListenerContext } from './listeners.js';
import { AF_INET, AF_INET6, IP_PROTOCOL, TCP_BOUND_INACTIVE, TCP_CLOSE, TCP_LISTEN } from './states.js';

/** A socket with a local port, in any state. */
export interface BoundSocket {
  /** `client`: one end of a connection, or of a closed one (TIME_WAIT). */
  readonly kind: 'listener' | 'bound' | 'client';
  readonly listener: Listener;
}

const EVERY_STATE = 0xffff_ffff;
const NOT_CONNECTED = (1 << TCP_LISTEN) | (1 << TCP_BOUND_INACTIVE);

/**
 * All sockets of a namespace on a port. For TCP only those that listen or are merely bound; connected ones, of which there can be
 * very many, are dumped if there are none.
 */
export async function socketsOnPort(
  protocol: Transport,
  port: number,
  netns: string | null,
  context: ListenerContext,
): Promise<BoundSocket[]> {
  if (protocol === 'udp') return dumpPort(protocol, port, netns, EVERY_STATE, context);
  const sockets = await dumpPort(protocol, port, netns, NOT_CONNECTED, context);
  return sockets.length > 0 ? sockets : dumpPort(protocol, port, netns, EVERY_STATE, context);
}

async function dumpPort(
  protocol: Transport,
  port: number,
  netns: string | null,
  states: number,
  context: ListenerContext,
): Promise<BoundSocket[]> {
  const dumps = await Promise.all(
    [AF_INET, AF_INET6].map((family) => native().dumpInet(netns, family, IP_PROTOCOL[protocol], states)),
  );
  return dumps.flatMap((columns) =>
    Array.from(columns.port.keys())
      .filter((at) => columns.port[at] === port)
      .map((at) => ({
        kind: kindOf(protocol, columns, at),
        listener: inetListener(protocol, columns, at, true, context),
      })),
  );
}

function kindOf(protocol: Transport, { state }: InetColumns, at: number): BoundSocket['kind'] {
  if (protocol === 'udp') return 'listener';
  if (state[at] === TCP_LISTEN) return 'listener';
  // Requested by its pseudo-state, a bound socket is returned with its real one (tcp_diag, inet_diag_dump_icsk()).
  return state[at] === TCP_CLOSE || state[at] === TCP_BOUND_INACTIVE ? 'bound' : 'client';
}
