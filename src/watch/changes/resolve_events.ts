import { constants } from 'node:os';
import type { KernelEvent } from '../../kernel/addon.js';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import type { NodeCapture } from '../../snapshot/capture.js';
import { listenerText } from '../../verdict/text/format.js';
import { bindFailure } from './bind_failure.js';
import type { AddressOwner, BindFailed, Closed, Opened } from './change.js';
import type { ListenerTracker } from './listener_tracker.js';
import { type SocketEvent, socketEventOf } from './socket_event.js';

/** What an event does not say, and has to be looked up. */
export interface EventLookups {
  /** Of each event the process, in order. */
  readProcesses(events: readonly SocketEvent[]): Promise<readonly ProcessOwner[]>;
  /** Who has the address that is in use. */
  findOwners(wanted: Listener): Promise<readonly AddressOwner[]>;
}

/**
 * The changes that kernel events report, in order: those in the namespace of the capture, each with its process, and a failed bind
 * with the owners of its address.
 */
export async function* resolveEvents(
  kernelEvents: readonly KernelEvent[],
  { node, network }: Pick<NodeCapture, 'node' | 'network'>,
  tracker: ListenerTracker,
  lookups: EventLookups,
): AsyncGenerator<Opened | Closed | BindFailed, void, void> {
  const events = kernelEvents
    .filter(({ netns }) => String(netns) === node.netns)
    .flatMap((event) => socketEventOf(event, network.deviceNames) ?? []);
  if (events.length === 0) return;
  const processes = await lookups.readProcesses(events);
  const findOwners = onceForEachAddress(lookups);
  for (const [at, event] of events.entries()) {
    const process = processes[at];
    if (process === undefined) throw new Error('there is a process for every event, in order');
    if (event.kind === 'opened' || event.kind === 'closed') {
      const socket: OwnedListener = { ...event.listener, owners: [process], ownersUnknown: null, origin: null };
      const [time, now] = [new Date(event.at).toISOString(), performance.now()];
      const change = event.kind === 'opened' ? tracker.opened(socket, time, now) : tracker.closed(socket, time, now);
      if (change !== null) yield change;
    } else {
      yield bindFailure(event, process, await findOwners(event));
    }
  }
}

/** A program that tries again and again wants the same address each time. */
function onceForEachAddress(lookups: EventLookups): (event: SocketEvent) => Promise<readonly AddressOwner[]> {
  const found = new Map<string, Promise<readonly AddressOwner[]>>();
  return async ({ errno, listener }) => {
    if (errno !== constants.errno.EADDRINUSE) return [];
    const key = `${listener.protocol} ${listenerText(listener)}`;
    const owners = found.get(key) ?? lookups.findOwners(listener);
    found.set(key, owners);
    return owners;
  };
}
