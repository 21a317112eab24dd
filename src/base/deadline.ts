export interface DeadlineOptions {
  /** Aborting it ends all waiting. */
  readonly signal?: AbortSignal | null;
  /** See {@link Deadline.read}. Deadlines that share it skip what any of them gave up on. */
  readonly unanswered?: Set<string>;
}

/**
 * How long answers are waited for. A read that hangs in the kernel (a process in D state, a file system that does not answer)
 * cannot be cancelled: after the deadline it goes on and its result is ignored.
 */
export class Deadline {
  readonly #start = performance.now();
  readonly #ms: number;
  readonly #signal: AbortSignal | null;
  readonly #unanswered: Set<string>;

  /** Ends `ms` from now; Infinity: never. */
  constructor(ms: number, { signal = null, unanswered = new Set() }: DeadlineOptions = {}) {
    this.#ms = ms;
    this.#signal = signal;
    this.#unanswered = unanswered;
  }

  get isOver(): boolean {
    return this.#signal?.aborted === true || this.#remainingMs <= 0;
  }

  /** @throws the reason of the signal, once it is aborted */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  /** For one step of several: half of the remaining time, so that the next steps have some left even if this one hangs. */
  step(): Deadline {
    return new Deadline(this.#remainingMs / 2, { signal: this.#signal, unanswered: this.#unanswered });
  }

  /** Whether a read of `key` was given up on and has not ended since. */
  isUnanswered(key: string): boolean {
    return this.#unanswered.has(key);
  }

  /**
   * As `within`, for a read that may hang for good. Each one that hangs holds a thread of libuv's pool, which has few, so nothing is
   * read again before an earlier read of the same key has ended.
   */
  async read<Result>(
    keys: readonly string[],
    start: () => Promise<Result>,
    late: (why: string) => Result,
  ): Promise<Result> {
    if (keys.some((key) => this.isUnanswered(key))) return late('it was asked before and has not answered yet');
    const work = start();
    return this.within(work, (why) => {
      for (const key of keys) this.#unanswered.add(key);
      const forget = (): void => {
        for (const key of keys) this.#unanswered.delete(key);
      };
      work.then(forget, forget);
      return late(why);
    });
  }

  /**
   * The result of `work`, or of `late` (given the reason) once the deadline is over.
   * @throws what `work` throws, or the reason of the signal as soon as it is aborted
   */
  async within<Result>(work: Promise<Result>, late: (why: string) => Result): Promise<Result> {
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
      return answer === null ? late(`there was no answer within ${(this.#ms / 1000).toFixed(1)} s`) : answer.result;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  get #remainingMs(): number {
    return Math.max(0, this.#start + this.#ms - performance.now());
  }
}

/** For callers that wait as long as it takes. It never gives up on a read, so nothing is remembered in it. */
export const NO_DEADLINE = new Deadline(Number.POSITIVE_INFINITY);
