import { Deadline } from '../base/deadline.js';
import { Kept } from '../base/memo.js';
import { type EventStream, native } from '../kernel/addon.js';
import { watchNetwork } from '../kernel/network/watch.js';
import { explainRefusal } from '../kernel/owners/bpf_refusal.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { TablePulse } from '../kernel/sockets/closed_sockets.js';
import { SocketFileWatch } from '../kernel/sockets/socket_file_watch.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { summarize } from '../snapshot/document/summary.js';
import type { SnapshotOptions } from '../snapshot/options.js';
import { documentOf, type Look, look } from '../snapshot/snapshot.js';
import type { Change } from './changes/change.js';
import { ListenerTracker } from './changes/listener_tracker.js';
import { ReadingBudget } from './changes/reading_budget.js';
import { tellEvents } from './changes/resolve_events.js';
import { RestartTracker } from './changes/restart_tracker.js';
import { verdictChanges } from './changes/verdict_changes.js';

/** Those of a snapshot, and when to look again and to end. */
export interface WatchOptions extends SnapshotOptions {
  /** Milliseconds between readings of the tables where the kernel does not tell of changes; default: 2,000. */
  readonly intervalMs?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

const POLL_MS = 2_000;
/** Where the kernel tells of changes, the tables are still read now and then, for what events cannot see: other holders, mostly. */
const RECONCILE_MS = 30_000;
/** How often it is looked whether UDP or unix sockets have closed, of which no event tells. */
const PULSE_MS = 1_000;
/** Of the time, what is done only in case something has changed takes this share at most. */
const IDLE_SHARE = 0.01;
/** Where something hangs, what has been seen after two thirds of this time is told. */
const LOOK_MS = 15_000;
/** Changes come in flocks; the tables are read once for those that come within this time. */
const COALESCE_MS = 40;

/** What a watcher tells: a change, or all that was seen when the tables were read. */
export type Update =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'look'; readonly document: SnapshotDocument };

type Step = { readonly kind: 'change'; readonly change: Change } | { readonly kind: 'look'; readonly look: Look };

/** Anything that is to happen, one after the other. */
type Task = 'events' | 'network' | 'read';

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
  /** What the last reading cost: to wait for an answer, or for others to have their turn, costs nothing. */
  #costMs = 0;
  readonly #budget = new ReadingBudget(performance.now());
  readonly #kept = new Kept();
  readonly #files = new SocketFileWatch(() => this.#readSoon());
  #takeEvents: EventStream['take'] = () => ({ events: [], lost: 0 });

  readonly #pulse: TablePulse;
  readonly #abort = (): void => this.close();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#pulse = new TablePulse(options.netns ?? null);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  close(): void {
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#files.close();
    for (const closer of this.#closers.splice(0)) closer();
    this.#wake();
  }

  /** Reads everything again, soon. */
  readAgain(): void {
    this.#push('read');
  }

  /** Changes alone. @throws SockwatchError as `snapshot` does, before the first one */
  async *changes(): AsyncGenerator<Change, void, void> {
    for await (const step of this.#steps()) if (step.kind === 'change') yield step.change;
  }

  /** Changes, and the snapshot after every reading of the tables, the first included. @throws SockwatchError likewise */
  async *updates(): AsyncGenerator<Update, void, void> {
    for await (const step of this.#steps()) {
      yield step.kind === 'change' ? step : { kind: 'look', document: await this.#documentOf(step.look) };
    }
  }

  #look(): Promise<Look> {
    return look(this.#options, new Deadline(LOOK_MS), this.#kept);
  }

  #documentOf(seen: Look): Promise<SnapshotDocument> {
    return documentOf(seen, this.#options, new Deadline(LOOK_MS), this.#kept);
  }

  async *#steps(): AsyncGenerator<Step, void, void> {
    try {
      if (this.#options.signal?.aborted === true) return;
      // Events first, then the tables: what opens in between is in both, not in neither.
      const refusal = await this.#openEvents();
      const [start, spent] = [performance.now(), process.cpuUsage()];
      let current = await this.#look();
      this.#costMs = cpuMsSince(spent);
      this.#follow(current);
      this.#closers.push(watchNetwork(this.#options.netns ?? null, () => this.#push('network')));
      const tracker = new ListenerTracker(current.capture.sockets, start, refusal === null);
      yield { kind: 'change', change: this.#started(current, refusal) };
      yield { kind: 'look', look: current };
      const pause = (): number =>
        refusal === null ? Math.max(RECONCILE_MS, this.#costMs / IDLE_SHARE) : (this.#options.intervalMs ?? POLL_MS);
      this.#readIn(pause());
      if (refusal === null && isAsked(current)) this.#feelPulse();
      for (;;) {
        const task = await this.#next();
        if (task === null) return;
        switch (task) {
          case 'network':
            yield { kind: 'change', change: { event: 'network', at: new Date().toISOString() } };
            this.#readSoon();
            break;
          case 'events':
            yield* inSteps(this.#tellEvents(current, tracker));
            break;
          case 'read': {
            const before = current;
            const [since, spent] = [performance.now(), process.cpuUsage()];
            const looking = this.#waking(this.#look());
            // Changes are told meanwhile, not after: to read everything can take longer than they should wait.
            while (looking.pending && !this.#ended) {
              const told = this.#tasks.indexOf('events');
              if (told < 0) await this.#untilWoken();
              else {
                this.#tasks.splice(told, 1);
                yield* inSteps(this.#tellEvents(current, tracker));
              }
            }
            current = await looking.result;
            this.#costMs = cpuMsSince(spent);
            this.#budget.spend(this.#costMs, performance.now());
            this.#follow(current);
            // What was told meanwhile happened before the table was complete, and knows more of it.
            yield* inSteps(this.#tellEvents(current, tracker));
            yield* inSteps(this.#tellTables(before, current, tracker, since));
            yield { kind: 'look', look: current };
            this.#readIn(tracker.needsTable(since) ? COALESCE_MS : pause());
          }
        }
      }
    } finally {
      this.close();
    }
  }

  /** Again and again, until the watch ends; what goes wrong shows when the tables are read. */
  #feelPulse(): void {
    const pulse = this.#pulse;
    const feel = async (): Promise<void> => {
      if (await pulse.hasChanged().catch(() => false)) this.#readSoon();
      if (!this.#ended) timer = setTimeout(feel, Math.max(PULSE_MS, pulse.costMs / IDLE_SHARE));
    };
    let timer = setTimeout(feel, 0);
    this.#closers.push(() => clearTimeout(timer));
  }

  #follow({ capture, inodes }: Look): void {
    this.#pulse.follow(inodes);
    if (!this.#ended) this.#files.follow(capture.files.map(({ path }) => path));
  }

  /** null: the kernel tells of changes. Otherwise why it does not. */
  async #openEvents(): Promise<string | null> {
    const { openEvents } = native();
    if (openEvents === undefined) return 'this build leaves eBPF out';
    try {
      const stream = openEvents(() => this.#push('events'));
      this.#takeEvents = () => stream.take();
      this.#closers.push(() => stream.close());
      return null;
    } catch (error) {
      return explainRefusal(error);
    }
  }

  #started({ capture, role, evaluation }: Look, refusal: string | null): Change {
    const { intervalMs = POLL_MS } = this.#options;
    const { verdicts } = summarize(evaluation.findings, capture.coverage, 'warning');
    return {
      event: 'started',
      at: new Date().toISOString(),
      mode: refusal === null ? 'ebpf' : 'polling',
      misses:
        refusal === null
          ? null
          : `listeners that open and close within ${intervalMs} ms, and binds that fail: ${refusal}, so the tables are only read at that interval`,
      hostname: capture.node.hostname,
      netns: capture.node.netns,
      role: role.role,
      verdicts,
    };
  }

  async *#tellEvents({ capture, network }: Look, tracker: ListenerTracker): AsyncGenerator<Change, void, void> {
    const { events, lost } = this.#takeEvents();
    const { netns = null, owners = 'auto' } = this.#options;
    const { deviceNames, tunnels } = network;
    const listeners = capture.sockets;
    const scene = { netns: capture.node.netns, netnsPath: netns, owners, listeners, deviceNames, tunnels };
    let isNews = lost > 0;
    for await (const change of tellEvents(events, scene, tracker)) {
      isNews = true;
      if (change.event === 'bind-failed') yield change;
      else yield* this.#withRestart(change);
    }
    if (lost > 0) yield { event: 'lost', at: new Date().toISOString(), count: lost };
    if (isNews) this.#readSoon();
  }

  *#tellTables(before: Look, after: Look, tracker: ListenerTracker, since: number): Generator<Change, void, void> {
    const at = new Date().toISOString();
    const { explanations } = after.evaluation;
    const isQuiet = ({ id }: OwnedListener): boolean =>
      (explanations.get(id) ?? before.evaluation.explanations.get(id))?.by === 'client';
    for (const change of tracker.reconcile(after.capture.sockets, since, at, performance.now(), isQuiet)) {
      yield* this.#withRestart(change);
    }
    yield* verdictChanges(before.evaluation.findings, after.evaluation.findings, at);
    const [was, is] = [before.capture.coverage, after.capture.coverage];
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
    if (!this.#tasks.includes(task)) this.#tasks.push(task);
    this.#wake();
  }

  /** The next thing to do; null when it is over. */
  async #next(): Promise<Task | null> {
    while (!this.#ended) {
      const task = this.#tasks.shift();
      if (task !== undefined) return task;
      await this.#untilWoken();
    }
    return null;
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Something that wakes whoever waits here when it is there, or has failed. */
  #waking<Result>(result: Promise<Result>): { readonly result: Promise<Result>; pending: boolean } {
    const state = { result, pending: true };
    const settle = (): void => {
      state.pending = false;
      this.#wake();
    };
    result.then(settle, settle);
    return state;
  }

  /** After a change: soon, but so that reading does not take all the time where changes do not end. */
  #readSoon(): void {
    this.#readIn(Math.max(COALESCE_MS, this.#budget.restMs(performance.now())));
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
      this.#push('read');
    }, ms);
  }
}

/** Whether the tables were asked for through sock_diag; where that would load a module, no pulse is felt either. */
function isAsked({ capture }: Look): boolean {
  const vias = capture.coverage.sources.flatMap(({ name, via }) => (name === 'udp' || name === 'unix' ? [via] : []));
  return vias.every((via) => via === 'sock_diag');
}

/** Milliseconds of processor time, of all threads. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function* inSteps(changes: AsyncIterable<Change> | Iterable<Change>): AsyncGenerator<Step, void, void> {
  for await (const change of changes) yield { kind: 'change', change };
}
