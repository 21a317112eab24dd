import type { CoverageFault } from '../base/coverage_codes.js';
import { assertMilliseconds } from '../base/validate.js';
import type { EventStream } from '../kernel/addon.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { CountersByInode, Poll } from '../kernel/sockets/table_poller.js';
import type { BindFailed, Change, Closed, Method, Opened } from '../snapshot/document/change.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { EvaluatedCapture } from '../snapshot/evaluate_node.js';
import { type SnapshotOptions, validateOptions } from '../snapshot/options.js';
import type { Finding } from '../verdict/finding.js';
import { boundSocket } from './changes/bound_names.js';
import { coverageChanges } from './changes/coverage_changes.js';
import { DroppedEvents } from './changes/dropped_events.js';
import { FailedCalls } from './changes/failed_calls.js';
import { failedReading, withFailedReading } from './changes/failed_reading.js';
import { ListenerTracker, socketKey } from './changes/listener_tracker.js';
import { RestartTracker } from './changes/restart_tracker.js';
import { startedBy } from './changes/started.js';
import { verdictChanges } from './changes/verdict_changes.js';
import { startCost } from './cpu_cost.js';
import { type Clock, Scheduler, SYSTEM_CLOCK } from './scheduler.js';
import { nodeSources, type WatchSources } from './sources.js';

/** Those of a snapshot, and how often to read without kernel events. Nothing is asked while watching. */
export interface WatchOptions extends Omit<SnapshotOptions, 'probe'> {
  /** Milliseconds between readings of the tables where the kernel does not report changes. Default: 2,000. */
  readonly intervalMs?: number | undefined;
  /** Aborting it ends the stream. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_INTERVAL_MS = 2_000;

const NO_POLL: Poll = { hasChanged: false, counters: null };

/** A change, or everything as of the last reading of the tables. */
export type WatchUpdate =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'snapshot'; readonly document: SnapshotDocument };

type Step = Change | EvaluatedCapture;

/** `costMs`: processor time since it began. */
interface Reading {
  readonly capture: EvaluatedCapture;
  readonly since: number;
  readonly costMs: () => number;
}

/**
 * Watches a node. Iterate either `updates` or `changes`, once; a caller that stops iterating early must call `close`. After that
 * nothing stays loaded in the kernel.
 */
export class Watcher {
  readonly #intervalMs: number;
  readonly #signal: AbortSignal | null;
  readonly #sources: WatchSources;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #files: ReturnType<WatchSources['watchFiles']>;
  readonly #restarts = new RestartTracker();
  readonly #failedCalls = new FailedCalls();
  readonly #dropped = new DroppedEvents();
  readonly #closers: (() => void)[] = [];
  readonly #abort = (): void => this.close();
  #events: EventStream | null = null;
  #onCounters: ((counters: CountersByInode) => void) | null = null;
  /** The verdicts that have been reported. */
  #reported: readonly Finding[] = [];
  #isClosed = false;

  /** @throws SockwatchError ERR_USAGE for invalid options */
  constructor(options: WatchOptions, sources?: WatchSources, clock: Clock = SYSTEM_CLOCK) {
    const valid = validateOptions(options);
    assertMilliseconds('intervalMs', options.intervalMs);
    this.#intervalMs = options.intervalMs ?? DEFAULT_INTERVAL_MS;
    this.#signal = valid.signal;
    this.#sources = sources ?? nodeSources(valid);
    this.#clock = clock;
    this.#scheduler = new Scheduler(clock);
    this.#files = this.#sources.watchFiles(() => this.#scheduler.readSoon());
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  close(): void {
    this.#isClosed = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#scheduler.close();
    this.#files.close();
    for (const close of this.#closers.splice(0)) close();
    this.#sources.close();
  }

  /** Reads everything now. */
  readAgain(): void {
    this.#scheduler.add('read');
  }

  /**
   * Calls back with the lengths of queues every second or two, until called with null. Where the kernel does not report changes,
   * call it before iterating.
   */
  followCounters(onCounters: ((counters: CountersByInode) => void) | null): void {
    this.#onCounters = onCounters;
  }

  /** @throws SockwatchError as `snapshot` does, before the first change */
  async *changes(): AsyncGenerator<Change, void, void> {
    for await (const step of this.#steps()) if ('event' in step) yield step;
  }

  /** Also the snapshot after every reading of the tables. @throws SockwatchError as `snapshot` does, before the first change */
  async *updates(): AsyncGenerator<WatchUpdate, void, void> {
    for await (const step of this.#steps()) {
      if ('event' in step) yield { kind: 'change', change: step };
      else yield { kind: 'snapshot', document: await this.#sources.toDocument(step) };
    }
  }

  async *#steps(): AsyncGenerator<Step, void, void> {
    try {
      if (this.#signal?.aborted === true) return;
      yield* this.#watch();
    } finally {
      this.close();
    }
  }

  async *#watch(): AsyncGenerator<Step, void, void> {
    const scheduler = this.#scheduler;
    // Events first, then the tables: what opens in between is in both, not in neither.
    const refusal = await this.#openEvents();
    if (refusal !== null) scheduler.pollEvery(this.#intervalMs);
    let reading = this.#read();
    let lookup: Promise<readonly BindFailed[]> = Promise.resolve([]);
    let lookupCostMs = (): number => 0;
    let current = (await reading).capture;
    this.#closers.push(this.#sources.watchNetwork(() => scheduler.add('network')));
    const tracker = new ListenerTracker(current.sockets, (await reading).since, refusal === null);
    this.#reported = current.evaluation.findings;
    yield startedBy(current, this.#method, this.#intervalMs, refusal);
    yield current;
    scheduler.readDone((await reading).costMs(), false);
    if (refusal === null || this.#onCounters !== null) scheduler.checkDone(0);
    for (let task = await scheduler.next(); task !== null; task = await scheduler.next()) {
      switch (task) {
        case 'network':
          yield { event: 'network', at: new Date().toISOString() };
          scheduler.readSoon();
          break;
        case 'events':
          yield* this.#eventChanges(current, tracker);
          break;
        case 'check':
          void this.#checkTables();
          // Events that were all dropped announce nothing.
          scheduler.add('events');
          break;
        case 'read': {
          reading = this.#read();
          const done = (): void => scheduler.add('done');
          reading.then(done, done);
          break;
        }
        case 'done': {
          const result = await reading.catch(failedReading);
          if ('code' in result) {
            const outdated = withFailedReading(current, result);
            yield* coverageChanges(current.coverage, outdated.coverage, this.#method, new Date().toISOString());
            current = outdated;
            yield current;
            scheduler.readFailed();
            break;
          }
          const { capture, since, costMs } = result;
          // Events that came meanwhile are older than the table, and say more.
          yield* this.#eventChanges(capture, tracker);
          yield* this.#tableChanges(current, capture, tracker, since);
          current = capture;
          yield current;
          scheduler.readDone(costMs(), tracker.needsTable(since));
          break;
        }
        case 'lookup':
          if (scheduler.mayLookUp) {
            lookupCostMs = startCost();
            lookup = this.#failedCalls.resolve((wanted) => this.#sources.findOwners(wanted, current));
            void lookup.then(() => scheduler.add('found'));
          } else {
            scheduler.lookupDone(0);
            yield* this.#failedCalls.giveUp();
          }
          break;
        case 'found':
          yield* await lookup;
          scheduler.lookupDone(lookupCostMs());
          if (!this.#failedCalls.isEmpty) scheduler.lookupSoon();
          break;
      }
    }
  }

  /** null: there are kernel events; otherwise why not. */
  async #openEvents(): Promise<CoverageFault | null> {
    const events = await this.#sources.openEvents(() => this.#scheduler.eventsReady());
    if ('code' in events) return events;
    if (this.#isClosed) events.close();
    else this.#closers.push(() => events.close());
    this.#events = events;
    return null;
  }

  async #read(): Promise<Reading> {
    const [since, costMs] = [this.#clock.now(), startCost()];
    const capture = await this.#sources.capture();
    this.#sources.tables.compareWith(capture.identities);
    // Watching a directory that does not answer would never return.
    const readable = capture.files.filter(({ state }) => state !== 'unreadable');
    if (!this.#isClosed) this.#files.follow(readable.map(({ path }) => capture.hostFiles?.at(path) ?? path));
    return { capture, since, costMs };
  }

  async #checkTables(): Promise<void> {
    const { tables } = this.#sources;
    const onCounters = this.#onCounters;
    // An error shows when the tables are read.
    const { hasChanged, counters } = await tables.poll(onCounters !== null).catch(() => NO_POLL);
    if (hasChanged && this.#events !== null) this.#scheduler.readSoon();
    if (counters !== null && onCounters === this.#onCounters) onCounters?.(counters);
    this.#scheduler.checkDone(tables.costMs);
  }

  get #method(): Method | null {
    return this.#events?.method ?? null;
  }

  async *#eventChanges(capture: EvaluatedCapture, tracker: ListenerTracker): AsyncGenerator<Change, void, void> {
    const { events, lost, suppressed } = this.#events?.take() ?? { events: [], lost: 0, suppressed: 0 };
    this.#dropped.add(lost, suppressed);
    const dropped = this.#dropped.report(this.#clock.now());
    if (dropped !== null) yield dropped;
    // In other namespaces, where they are watched, only the tables show what has changed.
    let isNews = lost + suppressed > 0 || events.some(({ netns }) => String(netns) !== capture.node.netns);
    for await (const resolved of this.#sources.resolveEvents(events, capture, tracker)) {
      if (resolved.event === 'failed') {
        const change = this.#failedCalls.add(resolved);
        if (change !== null) yield change;
      } else {
        isNews = true;
        yield* this.#withRestart(resolved);
      }
    }
    if (!this.#failedCalls.isEmpty) this.#scheduler.lookupSoon();
    if (isNews) this.#scheduler.readSoon();
  }

  *#tableChanges(
    before: EvaluatedCapture,
    after: EvaluatedCapture,
    tracker: ListenerTracker,
    since: number,
  ): Generator<Change, void, void> {
    const at = new Date().toISOString();
    const [old, now] = [before.evaluation, after.evaluation];
    const isQuiet = ({ id }: OwnedListener): boolean =>
      (now.explanations.get(id) ?? old.explanations.get(id))?.by === 'client';
    for (const change of tracker.reconcile(after.sockets, since, at, this.#clock.now(), isQuiet)) {
      yield* this.#withRestart(change);
    }
    yield* this.#verdictChanges(before, after, tracker, at);
    yield* coverageChanges(before.coverage, after.coverage, this.#method, at);
  }

  /** A verdict does not come before the opening that caused it. */
  *#verdictChanges(
    { sockets: before }: EvaluatedCapture,
    { evaluation, sockets }: EvaluatedCapture,
    tracker: ListenerTracker,
    at: string,
  ): Generator<Change, void, void> {
    const keys = new Map([...before, ...sockets].map((socket) => [socket.id, socketKey(socket)]));
    const early = new Set(sockets.filter((socket) => tracker.isUnconfirmed(socket)).map(({ id }) => id));
    const changes = verdictChanges(this.#reported, evaluation.findings, at, (id) => keys.get(id) ?? id);
    const held = changes.filter(({ after }) => after?.sockets.some((id) => early.has(id)) === true);
    const isHeld = new Map(held.map(({ before, after }) => [after, before]));
    this.#reported = evaluation.findings.flatMap((finding) =>
      isHeld.has(finding) ? (isHeld.get(finding) ?? []) : finding,
    );
    yield* changes.filter((change) => !held.includes(change));
  }

  *#withRestart(seen: Opened | Closed): Generator<Change, void, void> {
    const change = { ...seen, socket: boundSocket(seen.socket) };
    yield change;
    const restarted = this.#restarts.add(change);
    if (restarted !== null) yield restarted;
  }
}
