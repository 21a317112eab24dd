/**
 * Questions that were given up and have not been answered since. Each holds a thread of this process's pool, which has few, so
 * that it is not put again meanwhile.
 */
const unanswered = new Set<string>();

export function isUnanswered(question: string): boolean {
  return unanswered.has(question);
}

/**
 * Until when answers are waited for, and whether somebody still waits for them at all. What is late goes on unheeded: a read
 * that hangs in the kernel (a process that cannot be woken, a file system that does not answer) cannot be called back.
 */
export class Deadline {
  readonly #start: number;
  readonly #ms: number;
  readonly #signal: AbortSignal | null;

  /** `ms` from `start`, which is now unless given; Infinity: for as long as it takes. Aborting `signal` ends all waiting. */
  constructor(ms: number, signal: AbortSignal | null = null, start = performance.now()) {
    this.#start = start;
    this.#ms = ms;
    this.#signal = signal;
  }

  /** Nobody waits any more: what has not been begun need not be. */
  get isOver(): boolean {
    return this.#signal?.aborted === true || performance.now() >= this.#start + this.#ms;
  }

  /** Between two steps. @throws the reason of the signal, once it is aborted */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  /** For one step of several, so that there is time for the next: over after this share of the time. */
  part(share: number): Deadline {
    return new Deadline(this.#ms * share, this.#signal, this.#start);
  }

  /** For the same steps once more: they share what is left until this share of the time. */
  rest(share: number): Deadline {
    const now = performance.now();
    return new Deadline(Math.max(0, this.#start + this.#ms * share - now), this.#signal, now);
  }

  /**
   * As `within`, of what may hang for good: what does not answer is not asked again before it has. `questions` are those that
   * `ask` puts, in words of their own.
   */
  async ask<Result>(
    questions: readonly string[],
    ask: () => Promise<Result>,
    late: (why: string) => Result,
  ): Promise<Result> {
    if (questions.some(isUnanswered)) return late('it was asked before and has not answered yet');
    const work = ask();
    return this.within(work, (why) => {
      for (const question of questions) unanswered.add(question);
      const answered = (): void => {
        for (const question of questions) unanswered.delete(question);
      };
      work.then(answered, answered);
      return late(why);
    });
  }

  /**
   * What comes of `work`; where that is late, what `late` makes of the reason, in words.
   * @throws what `work` throws, or the reason of the signal as soon as it is aborted
   */
  async within<Result>(work: Promise<Result>, late: (why: string) => Result): Promise<Result> {
    const signal = this.#signal;
    if (this.#ms === Number.POSITIVE_INFINITY && signal === null) return work;
    // If it fails once nobody waits for it any more, that is nobody's business.
    work.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    let abort = (): void => {};
    const ended = new Promise<Result>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort, { once: true });
      if (this.#ms === Number.POSITIVE_INFINITY) return;
      const why = `there was no answer within ${(this.#ms / 1000).toFixed(1)} s`;
      timer = setTimeout(() => resolve(late(why)), Math.max(0, this.#start + this.#ms - performance.now()));
    });
    return Promise.race([work, ended]).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
  }
}

/** For whoever can wait. */
export const NO_DEADLINE = new Deadline(Number.POSITIVE_INFINITY);
