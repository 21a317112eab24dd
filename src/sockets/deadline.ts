/**
 * Until when answers are waited for. What is late goes on unheeded: a read that hangs in the kernel (a process that cannot be
 * woken, a file system that does not answer) cannot be called back.
 */
export class Deadline {
  readonly #start: number;
  readonly #ms: number;

  /** `ms` from `start`, which is now unless given; Infinity: for as long as it takes. */
  constructor(ms: number, start = performance.now()) {
    this.#start = start;
    this.#ms = ms;
  }

  /** For one step of several, so that there is time for the next: over after this share of the time. */
  part(share: number): Deadline {
    return new Deadline(this.#ms * share, this.#start);
  }

  /** What comes of `work`; where that is late, what `late` makes of the reason, in words. */
  async within<Result>(work: Promise<Result>, late: (why: string) => Result): Promise<Result> {
    if (this.#ms === Number.POSITIVE_INFINITY) return work;
    // If it fails once nobody waits for it any more, that is nobody's business.
    work.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<Result>((resolve) => {
      const why = `there was no answer within ${(this.#ms / 1000).toFixed(1)} s`;
      timer = setTimeout(() => resolve(late(why)), Math.max(0, this.#start + this.#ms - performance.now()));
    });
    return Promise.race([work, expired]).finally(() => clearTimeout(timer));
  }
}

/** For whoever can wait. */
export const NO_DEADLINE = new Deadline(Number.POSITIVE_INFINITY);
