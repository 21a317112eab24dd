import type { KernelEvent } from '../../kernel/addon.js';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import type { NodeCapture } from '../../snapshot/capture.js';
import type { Closed, Opened } from '../../snapshot/document/change.js';
import type { FailedCall } from './bind_failure.js';
import type { ListenerTracker } from './listener_tracker.js';
import { type SocketEvent, socketEventOf } from './socket_event.js';

/** Of each event the process, in order. */
export type ReadProcesses = (events: readonly SocketEvent[]) => Promise<readonly ProcessOwner[]>;

/** What kernel events report, in order: those in the namespace of the capture, each with its process. */
export async function* resolveEvents(
  kernelEvents: readonly KernelEvent[],
  { node, network }: Pick<NodeCapture, 'node' | 'network'>,
  tracker: ListenerTracker,
  readProcesses: ReadProcesses,
): AsyncGenerator<Opened | Closed | FailedCall, void, void> {
  const events = kernelEvents
    .filter(({ netns }) => String(netns) === node.netns)
    .flatMap((event) => socketEventOf(event, network.deviceNames) ?? []);
  if (events.length === 0) return;
  const processes = await readProcesses(events);
  for (const [at, event] of events.entries()) {
    const process = processes[at];
    if (process === undefined) throw new Error('there is a process for every event, in order');
    if (event.kind === 'opened' || event.kind === 'closed') {
      const socket: OwnedListener = { ...event.listener, owners: [process], ownersUnknown: null, origin: null };
      const [time, now] = [new Date(event.at).toISOString(), performance.now()];
      const change = event.kind === 'opened' ? tracker.opened(socket, time, now) : tracker.closed(socket, time, now);
      if (change !== null) yield change;
    } else {
      yield { event: 'failed', cause: event, process };
    }
  }
}
