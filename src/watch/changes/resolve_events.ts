import { constants } from 'node:os';
import { Deadline } from '../../base/deadline.js';
import type { KernelEvent } from '../../kernel/addon.js';
import type { TunnelDevice } from '../../kernel/network/facts.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { type OwnersMode, startHolders } from '../../kernel/owners/owner_source.js';
import { listenerText } from '../../verdict/text/format.js';
import { findAddressHolders } from './address_owners.js';
import { bindFailure } from './bind_failure.js';
import type { AddressHolder, BindFailed, Closed, Opened } from './change.js';
import { readActors } from './event_processes.js';
import type { ListenerTracker } from './listener_tracker.js';
import { type SocketEvent, socketEventOf } from './socket_event.js';

/** Milliseconds until a process that does not answer is told of by its number, so that others need not wait for it. */
const ANSWER_MS = 2_000;

/** What is known of the namespace that events are told of. */
export interface EventScene {
  /** Its inode number; the kernel tells of all namespaces. */
  readonly netns: string;
  /** The path by which it was asked for; null: our own. */
  readonly netnsPath: string | null;
  readonly owners: OwnersMode;
  /** As of the last reading of the tables. */
  readonly listeners: readonly OwnedListener[];
  readonly deviceNames: ReadonlyMap<number, string>;
  readonly tunnels: readonly TunnelDevice[];
}

/** Tells, in order, what kernel events of one namespace mean: each with who did it, a failed bind with who is in the way. */
export async function* tellEvents(
  kernelEvents: readonly KernelEvent[],
  scene: EventScene,
  tracker: ListenerTracker,
): AsyncGenerator<Opened | Closed | BindFailed, void, void> {
  const events = kernelEvents
    .filter((event) => String(event.netns) === scene.netns)
    .map((event) => socketEventOf(event, scene.deviceNames))
    .filter((event) => event !== null);
  const actors = await readActors(events, new Deadline(ANSWER_MS));
  const holdersFor = rememberingHolders(scene);
  for (const [at, event] of events.entries()) {
    const actor = actors[at];
    if (actor === undefined) continue;
    if (event.kind === 'opened' || event.kind === 'closed') {
      const socket: OwnedListener = { ...event.listener, owners: [actor], ownersUnknown: null, origin: null };
      const [time, now] = [new Date(event.at).toISOString(), performance.now()];
      const change = event.kind === 'opened' ? tracker.opened(socket, time, now) : tracker.closed(socket, time, now);
      if (change !== null) yield change;
    } else {
      yield bindFailure(event, actor, await holdersFor(event));
    }
  }
}

/** Looks for whoever is in the way, once for each address: a program that tries again and again asks for the same one. */
function rememberingHolders(scene: EventScene): (event: SocketEvent) => Promise<AddressHolder[]> {
  const found = new Map<string, Promise<AddressHolder[]>>();
  return (event) => {
    const key = `${event.errno} ${event.listener.protocol} ${listenerText(event.listener)}`;
    const holders = found.get(key) ?? holdersFor(event, scene);
    found.set(key, holders);
    return holders;
  };
}

async function holdersFor({ errno, listener }: SocketEvent, scene: EventScene): Promise<AddressHolder[]> {
  if (errno !== constants.errno.EADDRINUSE) return [];
  const deadline = new Deadline(ANSWER_MS);
  return findAddressHolders(listener, {
    netns: scene.netnsPath,
    context: { netns: listener.netns, devices: scene.deviceNames },
    tunnels: scene.tunnels,
    find: startHolders(scene.owners, { everyState: true, deadline }),
    deadline,
    listeners: scene.listeners,
  });
}
