import { ReadingBudget } from './reading_budget.js';

/** With kernel events the tables are still read this often, for changes without an event, mostly a new owner. */
const RECONCILE_MS = 30_000;
/** How often to check for closed UDP and unix sockets. */
const CHECK_MS = 1_000;
/** Share of one core that reading may use while nothing changes, and as much for checking: half a percent together. */
const IDLE_CPU_SHARE = 0.0025;
/** How long after a failed reading the next is tried. */
const RETRY_MS = 2_000;
/** Changes come in bursts; the tables are read once for those within this time. */
const COALESCE_MS = 40;
/** The first event is taken at once, further ones this often. */
const EVENTS_MS = 40;
/** Share of one core that looking for the owners of addresses may use. It is counted as reading as well. */
const LOOKUP_CPU_SHARE = 0.0125;
/** A failed bind waits no longer for a look-up that the budget does not allow. */
const LOOKUP_WAIT_MS = 2_000;

/** Time in milliseconds, and timers. */
export interface Clock {
  now(): number;
  /** Returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * `events`: kernel events can be taken; `network`: a link, address or route changed; `read`: read the tables; `done`: they have been
 * read; `check`: see whether UDP or unix sockets have closed; `lookup`: look for the owners of addresses; `found`: that has been done.
 */
export type Task = 'events' | 'network' | 'read' | 'done' | 'check' | 'lookup' | 'found';

/**
 * What a watcher does next, and when it reads the tables and looks for owners, so that it uses little of the processor whatever other
 * processes do. One `read` and one `lookup` at a time.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #budget: ReadingBudget;
  readonly #lookups: ReadingBudget;
  readonly #queue: Task[] = [];
  readonly #running = new Set<Task>();
  #isClosed = false;
  #pollMs: number | null = null;
  #nextRead: { readonly at: number; cancel(): void } | null = null;
  #cancelCheck: () => void = () => {};
  #cancelLookup: (() => void) | null = null;
  #cancelEvents: (() => void) | null = null;
  #eventsAt = -Infinity;
  #wake: () => void = () => {};

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.#budget = new ReadingBudget(clock.now());
    this.#lookups = new ReadingBudget(clock.now(), LOOKUP_CPU_SHARE);
  }

  /** The next task, once there is one; null after `close`. */
  async next(): Promise<Task | null> {
    while (!this.#isClosed) {
      const at = this.#queue.findIndex((task) => !this.#running.has(task));
      const [task] = at < 0 ? [] : this.#queue.splice(at, 1);
      if (task === 'read' || task === 'lookup') this.#running.add(task);
      if (task !== undefined) return task;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return null;
  }

  /** Adds a task, unless it is in the queue already. */
  add(task: Task): void {
    if (this.#isClosed) return;
    if (!this.#queue.includes(task)) this.#queue.push(task);
    this.#wake();
  }

  /** There are kernel events. */
  eventsReady(): void {
    const ms = this.#eventsAt + EVENTS_MS - this.#clock.now();
    if (ms <= 0) {
      this.#eventsAt = this.#clock.now();
      this.add('events');
    } else if (!this.#isClosed) {
      this.#cancelEvents ??= this.#clock.after(ms, () => {
        this.#cancelEvents = null;
        this.eventsReady();
      });
    }
  }

  /** An address is in use: looks for its owners as soon as the budget allows, and gives up if that takes too long. */
  lookupSoon(): void {
    if (this.#isClosed) return;
    const ms = Math.min(LOOKUP_WAIT_MS, this.#lookupWaitMs());
    if (ms === 0) this.add('lookup');
    else
      this.#cancelLookup ??= this.#clock.after(ms, () => {
        this.#cancelLookup = null;
        this.add('lookup');
      });
  }

  /** Whether the budget allows a look-up now. */
  get mayLookUp(): boolean {
    return this.#lookupWaitMs() === 0;
  }

  /** A look-up has ended, at this cost in processor time. */
  lookupDone(costMs: number): void {
    this.#running.delete('lookup');
    this.#budget.spend(costMs, this.#clock.now());
    this.#lookups.spend(costMs, this.#clock.now());
    this.#wake();
  }

  #lookupWaitMs(): number {
    // Not the budget for reading, which the first reading uses up on a slow machine.
    return this.#lookups.waitMs(this.#clock.now());
  }

  /** Without kernel events, the tables are read at this interval. */
  pollEvery(ms: number): void {
    this.#pollMs = ms;
  }

  /** After a change: soon, but within the budget. */
  readSoon(): void {
    this.#readAfter(this.#soonMs());
  }

  /** A reading has ended, at this cost in processor time. `isUnsettled`: the next must follow soon, to confirm what it showed. */
  readDone(costMs: number, isUnsettled: boolean): void {
    this.#running.delete('read');
    this.#budget.spend(costMs, this.#clock.now());
    const ms = this.#pollMs ?? Math.max(RECONCILE_MS, costMs / IDLE_CPU_SHARE);
    this.#readAfter(isUnsettled ? Math.min(ms, this.#soonMs()) : ms);
    this.#wake();
  }

  /** A reading has failed, and is tried again. */
  readFailed(): void {
    this.#running.delete('read');
    this.#readAfter(RETRY_MS);
    this.#wake();
  }

  /** A check has ended, at this cost in processor time: schedules the next. Call with 0 to schedule the first. */
  checkDone(costMs: number): void {
    if (this.#isClosed) return;
    const ms = Math.max(CHECK_MS, costMs / IDLE_CPU_SHARE);
    this.#cancelCheck = this.#clock.after(ms, () => this.add('check'));
  }

  close(): void {
    this.#isClosed = true;
    this.#nextRead?.cancel();
    this.#cancelCheck();
    this.#cancelLookup?.();
    this.#cancelEvents?.();
    this.#wake();
  }

  #soonMs(): number {
    return Math.max(COALESCE_MS, this.#budget.waitMs(this.#clock.now()));
  }

  /** Reads the tables then, unless they are to be read before that anyway. */
  #readAfter(ms: number): void {
    const at = this.#clock.now() + ms;
    if (this.#isClosed || (this.#nextRead !== null && this.#nextRead.at <= at)) return;
    this.#nextRead?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#nextRead = null;
      this.add('read');
    });
    this.#nextRead = { at, cancel };
  }
}
