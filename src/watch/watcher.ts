import type { CoverageFault } from '../base/coverage_codes.js';
import { assertMilliseconds } from '../base/validate.js';
import type { EventStream } from '../kernel/addon.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { summarize } from '../snapshot/document/summary.js';
import type { EvaluatedCapture } from '../snapshot/evaluate_node.js';
import { type SnapshotOptions, validateOptions } from '../snapshot/options.js';
import { missesText } from '../verdict/text/event.js';
import type { Change } from './changes/change.js';
import { coverageChanges } from './changes/coverage_changes.js';
import { ListenerTracker } from './changes/listener_tracker.js';
import { RestartTracker } from './changes/restart_tracker.js';
import { verdictChanges } from './changes/verdict_changes.js';
import { type Clock, Scheduler, SYSTEM_CLOCK } from './scheduler.js';
import { nodeSources, type WatchSources } from './sources.js';

/** Those of a snapshot, and how often to read without kernel events. */
export interface WatchOptions extends SnapshotOptions {
  /** Milliseconds between readings of the tables where the kernel does not report changes. Default: 2,000. */
  readonly intervalMs?: number;
  /** Aborting it ends the stream. */
  readonly signal?: AbortSignal;
}

const DEFAULT_INTERVAL_MS = 2_000;

/** A change, or everything as of the last reading of the tables. */
export type WatchUpdate =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'snapshot'; readonly document: SnapshotDocument };

type Step = Change | EvaluatedCapture;

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
  readonly #closers: (() => void)[] = [];
  readonly #abort = (): void => this.close();
  #events: EventStream | null = null;
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
  }

  /** Reads everything now. */
  readAgain(): void {
    this.#scheduler.add('read');
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
    let current = (await reading).capture;
    this.#closers.push(this.#sources.watchNetwork(() => scheduler.add('network')));
    const tracker = new ListenerTracker(current.sockets, (await reading).since, refusal === null);
    yield this.#started(current, refusal);
    yield current;
    scheduler.readDone((await reading).costMs, false);
    if (refusal === null && usesSockDiag(current)) scheduler.add('check');
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
          void this.#checkClosedSockets();
          break;
        case 'read': {
          reading = this.#read();
          const done = (): void => scheduler.add('done');
          reading.then(done, done);
          break;
        }
        case 'done': {
          const { capture, since, costMs } = await reading;
          // Events that came meanwhile are older than the table, and say more.
          yield* this.#eventChanges(capture, tracker);
          yield* this.#tableChanges(current, capture, tracker, since);
          current = capture;
          yield current;
          scheduler.readDone(costMs, tracker.needsTable(since));
          break;
        }
      }
    }
  }

  /** null: there are kernel events; otherwise why not. */
  async #openEvents(): Promise<CoverageFault | null> {
    const events = await this.#sources.openEvents(() => this.#scheduler.add('events'));
    if ('code' in events) return events;
    if (this.#isClosed) events.close();
    else this.#closers.push(() => events.close());
    this.#events = events;
    return null;
  }

  async #read(): Promise<{ readonly capture: EvaluatedCapture; readonly since: number; readonly costMs: number }> {
    const [since, before] = [this.#clock.now(), process.cpuUsage()];
    const capture = await this.#sources.capture();
    // Waiting for an answer costs nothing.
    const { user, system } = process.cpuUsage(before);
    this.#sources.closedSockets.compareWith(capture.inodes);
    if (!this.#isClosed) this.#files.follow(capture.files.map(({ path }) => path));
    return { capture, since, costMs: (user + system) / 1000 };
  }

  async #checkClosedSockets(): Promise<void> {
    const { closedSockets } = this.#sources;
    // An error shows when the tables are read.
    if (await closedSockets.hasChanged().catch(() => false)) this.#scheduler.readSoon();
    this.#scheduler.checkDone(closedSockets.costMs);
  }

  #started({ node, coverage, role, evaluation }: EvaluatedCapture, refusal: CoverageFault | null): Change {
    return {
      event: 'started',
      at: new Date().toISOString(),
      mode: refusal === null ? 'ebpf' : 'polling',
      misses: refusal === null ? null : missesText(this.#intervalMs, refusal),
      refusal,
      intervalMs: refusal === null ? null : this.#intervalMs,
      hostname: node.hostname,
      netns: node.netns,
      role: role.role,
      verdicts: summarize(evaluation.findings, coverage, 'warning').verdicts,
    };
  }

  async *#eventChanges(capture: EvaluatedCapture, tracker: ListenerTracker): AsyncGenerator<Change, void, void> {
    const { events, lost } = this.#events?.take() ?? { events: [], lost: 0 };
    let isNews = lost > 0;
    for await (const change of this.#sources.resolveEvents(events, capture, tracker)) {
      isNews = true;
      if (change.event === 'bind-failed') yield change;
      else yield* this.#withRestart(change);
    }
    if (lost > 0) yield { event: 'lost', at: new Date().toISOString(), count: lost };
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
    yield* verdictChanges(old.findings, now.findings, at);
    yield* coverageChanges(before.coverage, after.coverage, at);
  }

  *#withRestart(change: Change & { event: 'opened' | 'closed' }): Generator<Change, void, void> {
    yield change;
    const restarted = this.#restarts.add(change);
    if (restarted !== null) yield restarted;
  }
}

/** Whether UDP and unix sockets were read through sock_diag. Otherwise checking them would make the kernel load its modules. */
function usesSockDiag({ coverage }: EvaluatedCapture): boolean {
  return coverage.sources.every(({ name, via }) => (name !== 'udp' && name !== 'unix') || via === 'sock_diag');
}
