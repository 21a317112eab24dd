import { nowMs } from './clock.js';
import type { CoverageFault } from './coverage_codes.js';

/** Share of the remaining time that one step may take. */
const STEP_SHARE = 2 / 3;

export interface DeadlineOptions {
  /** Aborting it ends all waiting. */
  readonly signal?: AbortSignal | null;
  /** Deadlines that share it do not wait again for a read that one of them gave up on. */
  readonly abandoned?: WeakSet<Promise<unknown>>;
}

/**
 * Reads in progress in this process. One that hangs holds a thread of libuv's pool, which has four, so a second read of the same
 * thing waits for the first.
 */
const inProgress = new Map<string, Promise<unknown>>();

export function isInProgress(key: string): boolean {
  return inProgress.has(key);
}

/**
 * How long answers are waited for. A read that hangs in the kernel (a process in D state, a file system that does not answer)
 * cannot be cancelled: after the deadline it goes on and its result is ignored.
 */
export class Deadline {
  readonly #start = nowMs();
  readonly #ms: number;
  readonly #signal: AbortSignal | null;
  readonly #abandoned: WeakSet<Promise<unknown>>;

  /** Ends `ms` from now; Infinity: never. */
  constructor(ms: number, { signal = null, abandoned = new WeakSet() }: DeadlineOptions = {}) {
    this.#ms = ms;
    this.#signal = signal;
    this.#abandoned = abandoned;
  }

  get isOver(): boolean {
    // A timer may end up to a millisecond early.
    return this.#signal?.aborted === true || this.#remainingMs < 1;
  }

  /** @throws the reason of the signal, once it is aborted */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  /** For one step of several. The next steps have time left even if this one hangs. */
  step(): Deadline {
    return new Deadline(this.#remainingMs * STEP_SHARE, { signal: this.#signal, abandoned: this.#abandoned });
  }

  /** Whether a read of `key` is in progress that was given up on. */
  isAbandoned(key: string): boolean {
    const read = inProgress.get(key);
    return read !== undefined && this.#abandoned.has(read);
  }

  /** As `within`, for a read that may hang for good: at most one of each key is in progress. */
  async read<Result>(
    keys: readonly string[],
    start: () => Promise<Result>,
    late: (why: CoverageFault) => Result,
  ): Promise<Result> {
    if (keys.some((key) => this.isAbandoned(key))) return late({ code: 'still-unanswered', params: {} });
    const earlier = keys.flatMap((key) => inProgress.get(key) ?? []);
    if (earlier.length > 0) {
      const ended = Promise.allSettled(earlier).then(() => null);
      const why = await this.within<CoverageFault | null>(ended, (reason) => reason);
      if (why !== null) {
        for (const read of earlier) this.#abandoned.add(read);
        return late(why);
      }
    }
    const read = start();
    for (const key of keys) inProgress.set(key, read);
    const forget = (): void => {
      for (const key of keys) if (inProgress.get(key) === read) inProgress.delete(key);
    };
    read.then(forget, forget);
    return this.within(read, (why) => {
      this.#abandoned.add(read);
      return late(why);
    });
  }

  /**
   * The result of `work`, or of `late` (given the reason) once the deadline is over.
   * @throws what `work` throws, or the reason of the signal as soon as it is aborted
   */
  async within<Result>(work: Promise<Result>, late: (why: CoverageFault) => Result): Promise<Result> {
    const signal = this.#signal;
    if (this.#ms === Number.POSITIVE_INFINITY && signal === null) return work;
    let timer: NodeJS.Timeout | undefined;
    let abort = (): void => {};
    const ended = new Promise<null>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort, { once: true });
      if (this.#ms !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, this.#remainingMs, null);
    });
    try {
      const answer = await Promise.race([work.then((result) => ({ result })), ended]);
      return answer === null ? late(this.#lateFault()) : answer.result;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #lateFault(): CoverageFault {
    return { code: 'no-answer', params: { seconds: Math.round(this.#ms / 100) / 10 } };
  }

  get #remainingMs(): number {
    return Math.max(0, this.#start + this.#ms - nowMs());
  }
}

/** For callers that wait as long as it takes. */
export const NO_DEADLINE = new Deadline(Number.POSITIVE_INFINITY);
