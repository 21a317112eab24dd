import { findAddressHolders } from './changes/address_holders.js';
import { bindFailure } from './changes/bind_failure.js';
import type { Change } from './changes/change.js';
import { ListenerTracker } from './changes/listener_tracker.js';
import { RestartTracker } from './changes/restart_tracker.js';
import { actorOf, type SocketEvent, socketEventOf } from './changes/socket_event.js';
import { verdictChanges } from './changes/verdict_changes.js';
import type { SnapshotDocument } from './document/document.js';
import { summarize } from './document/summary.js';
import { type KernelEvent, native } from './native.js';
import { watchNetwork } from './network/watch.js';
import { explainRefusal } from './owners/bpf_refusal.js';
import { startHolders } from './owners/holder_source.js';
import type { OwnedListener, ProcessOwner } from './owners/owner.js';
import { processFieldsByPid, readBootTime } from './owners/process_fields.js';
import { documentOf, type Look, look, type SnapshotOptions } from './snapshot.js';

export interface WatchOptions extends SnapshotOptions {
  /** Milliseconds between readings of the tables where the kernel does not tell of changes; default: 2,000. */
  readonly intervalMs?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

const POLL_MS = 2_000;
/** Where the kernel tells of changes, the tables are still read now and then, for what events cannot see. */
const RECONCILE_MS = 30_000;
/** Changes come in flocks; the tables are read once for those that come within this time. */
const COALESCE_MS = 40;
/** Of its time, reading tables may take this share at most while changes do not end. */
const READING_SHARE = 0.1;

/** What a watcher tells: a change, or all that was seen when the tables were read. */
export type Update =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'look'; readonly document: SnapshotDocument };

type Step = { readonly kind: 'change'; readonly change: Change } | { readonly kind: 'look'; readonly look: Look };

/** Anything that is to happen, one after the other. */
type Task =
  | { readonly kind: 'events'; readonly events: readonly KernelEvent[]; readonly lost: number }
  | { readonly kind: 'network' }
  | { readonly kind: 'read' };

/**
 * A node under watch. Each method may be called at any time, `updates` and `changes` once and one of them only; whoever stops
 * iterating before the end calls `close`. Nothing stays loaded in the kernel after that.
 */
export class Watcher {
  readonly #options: WatchOptions;
  readonly #tasks: Task[] = [];
  readonly #restarts = new RestartTracker();
  #wake: () => void = () => {};
  #ended = false;
  #closers: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  #due = Number.POSITIVE_INFINITY;
  #lastRead = { start: 0, took: 0 };

  readonly #abort = (): void => this.close();

  constructor(options: WatchOptions) {
    this.#options = options;
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  close(): void {
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const closer of this.#closers.splice(0)) closer();
    this.#wake();
  }

  /** Reads everything again, soon. */
  readAgain(): void {
    this.#push({ kind: 'read' });
  }

  /** Changes alone. @throws SockwatchError as `snapshot` does, before the first one */
  async *changes(): AsyncGenerator<Change, void, void> {
    for await (const step of this.#steps()) if (step.kind === 'change') yield step.change;
  }

  /** Changes, and the snapshot after every reading of the tables, the first included. @throws SockwatchError likewise */
  async *updates(): AsyncGenerator<Update, void, void> {
    for await (const step of this.#steps()) {
      yield step.kind === 'change' ? step : { kind: 'look', document: await documentOf(step.look, this.#options) };
    }
  }

  async *#steps(): AsyncGenerator<Step, void, void> {
    try {
      if (this.#options.signal?.aborted === true) return;
      // Events first, then the tables: what opens in between is in both, not in neither.
      const refusal = await this.#openEvents();
      const start = performance.now();
      let current = await look(this.#options);
      this.#lastRead = { start, took: performance.now() - start };
      this.#closers.push(watchNetwork(this.#options.netns ?? null, () => this.#push({ kind: 'network' })));
      const tracker = new ListenerTracker(current.observation.sockets, start, refusal === null);
      yield { kind: 'change', change: this.#started(current, refusal) };
      yield { kind: 'look', look: current };
      const pause = refusal === null ? RECONCILE_MS : (this.#options.intervalMs ?? POLL_MS);
      this.#readIn(pause);
      for (;;) {
        const task = await this.#next();
        if (task === null) return;
        switch (task.kind) {
          case 'network':
            yield { kind: 'change', change: { event: 'network', at: new Date().toISOString() } };
            this.#readSoon();
            break;
          case 'events':
            yield* inSteps(this.#tellEvents(task.events, task.lost, current, tracker));
            break;
          case 'read': {
            const before = current;
            const since = performance.now();
            current = await look(this.#options);
            this.#lastRead = { start: since, took: performance.now() - since };
            // What was told meanwhile happened before the table was complete, and knows more of it.
            for (const { events, lost } of this.#takeEvents()) {
              yield* inSteps(this.#tellEvents(events, lost, current, tracker));
            }
            yield* inSteps(this.#tellTables(before, current, tracker, since));
            yield { kind: 'look', look: current };
            this.#readIn(tracker.needsTable(since) ? COALESCE_MS : pause);
          }
        }
      }
    } finally {
      this.close();
    }
  }

  /** null: the kernel tells of changes. Otherwise why it does not. */
  async #openEvents(): Promise<string | null> {
    const { openEvents } = native();
    if (openEvents === undefined) return 'this build leaves eBPF out';
    try {
      const stream = openEvents((events, lost) => this.#push({ kind: 'events', events, lost }));
      this.#closers.push(() => stream.close());
      return null;
    } catch (error) {
      return explainRefusal(error);
    }
  }

  #started({ observation, role, evaluation }: Look, refusal: string | null): Change {
    const { intervalMs = POLL_MS } = this.#options;
    const { verdicts } = summarize(evaluation.findings, observation.coverage, 'warning');
    return {
      event: 'started',
      at: new Date().toISOString(),
      mode: refusal === null ? 'ebpf' : 'polling',
      misses:
        refusal === null
          ? null
          : `listeners that open and close within ${intervalMs} ms, and binds that fail: ${refusal}, so the tables are only read at that interval`,
      hostname: observation.node.hostname,
      netns: observation.node.netns,
      role: role.role,
      verdicts,
    };
  }

  async *#tellEvents(
    kernelEvents: readonly KernelEvent[],
    lost: number,
    { observation, network }: Look,
    tracker: ListenerTracker,
  ): AsyncGenerator<Change, void, void> {
    const { netns } = observation.node;
    const events = kernelEvents
      .filter((event) => String(event.netns) === netns)
      .map((event) => socketEventOf(event, network.deviceNames))
      .filter((event) => event !== null);
    const actors = await readActors(events);
    for (const [at, event] of events.entries()) {
      const actor = actors[at];
      if (actor === undefined) continue;
      const time = new Date(event.at).toISOString();
      const now = performance.now();
      if (event.kind === 'opened' || event.kind === 'closed') {
        const socket: OwnedListener = { ...event.listener, owners: [actor], ownersUnknown: null, origin: null };
        const change = event.kind === 'opened' ? tracker.opened(socket, time, now) : tracker.closed(socket, time, now);
        if (change !== null) yield* this.#withRestart(change);
      } else {
        yield bindFailure(event, actor, await this.#holdersFor(event, observation.sockets, network));
      }
    }
    if (lost > 0) yield { event: 'lost', at: new Date().toISOString(), count: lost };
    if (events.length > 0 || lost > 0) this.#readSoon();
  }

  async #holdersFor(event: SocketEvent, listeners: readonly OwnedListener[], network: Look['network']) {
    const { EADDRINUSE } = (await import('node:os')).constants.errno;
    if (event.errno !== EADDRINUSE) return [];
    return findAddressHolders(event.listener, {
      netns: this.#options.netns ?? null,
      context: { netns: event.listener.netns, devices: network.deviceNames },
      tunnels: network.tunnels,
      find: startHolders(this.#options.owners ?? 'auto', { everyState: true }),
      listeners,
    });
  }

  *#tellTables(before: Look, after: Look, tracker: ListenerTracker, since: number): Generator<Change, void, void> {
    const at = new Date().toISOString();
    const { explanations } = after.evaluation;
    const isQuiet = ({ id }: OwnedListener): boolean =>
      (explanations.get(id) ?? before.evaluation.explanations.get(id))?.by === 'client';
    for (const change of tracker.reconcile(after.observation.sockets, since, at, performance.now(), isQuiet)) {
      yield* this.#withRestart(change);
    }
    yield* verdictChanges(before.evaluation.findings, after.evaluation.findings, at);
    const [was, is] = [before.observation.coverage, after.observation.coverage];
    if (was.complete !== is.complete) {
      const errors = is.sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
      yield { event: 'coverage', at, complete: is.complete, errors };
    }
  }

  *#withRestart(change: Change & { event: 'opened' | 'closed' }): Generator<Change, void, void> {
    yield change;
    const restarted = this.#restarts.see(change);
    if (restarted !== null) yield restarted;
  }

  #push(task: Task): void {
    if (this.#ended) return;
    // Several notices of the same kind are one.
    if (task.kind === 'events' || !this.#tasks.some(({ kind }) => kind === task.kind)) this.#tasks.push(task);
    this.#wake();
  }

  #takeEvents(): (Task & { kind: 'events' })[] {
    const events = this.#tasks.filter((task) => task.kind === 'events');
    const others = this.#tasks.filter((task) => task.kind !== 'events');
    this.#tasks.splice(0, this.#tasks.length, ...others);
    return events;
  }

  /** The next thing to do; null when it is over. */
  async #next(): Promise<Task | null> {
    while (!this.#ended) {
      const task = this.#tasks.shift();
      if (task !== undefined) return task;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return null;
  }

  /** After a change: soon, but so that reading does not take all the time where changes do not end. */
  #readSoon(): void {
    const { start, took } = this.#lastRead;
    const rest = start + took / READING_SHARE - performance.now();
    this.#readIn(Math.max(COALESCE_MS, rest));
  }

  /** Reads the tables after that many milliseconds, unless they are read before. */
  #readIn(ms: number): void {
    const due = performance.now() + ms;
    const isPending = this.#timer !== null;
    if (this.#ended || (isPending && this.#due <= due)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#due = Number.POSITIVE_INFINITY;
      this.#push({ kind: 'read' });
    }, ms);
  }
}

/** Who did each of these things, in order. */
async function readActors(events: readonly SocketEvent[]): Promise<ProcessOwner[]> {
  if (events.length === 0) return [];
  const pids = [...new Set(events.map(({ pid }) => pid))];
  const [facts, bootTime] = await Promise.all([
    native().processFacts('/proc', Uint32Array.from(pids), Uint32Array.from(pids)),
    readBootTime(),
  ]);
  const fields = processFieldsByPid(facts, bootTime);
  return events.flatMap((event) => {
    const found = fields.get(event.pid);
    return found === undefined ? [] : [actorOf(event, found, null)];
  });
}

async function* inSteps(changes: AsyncIterable<Change> | Iterable<Change>): AsyncGenerator<Step, void, void> {
  for await (const change of changes) yield { kind: 'change', change };
}
