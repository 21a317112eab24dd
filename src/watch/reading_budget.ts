/** Share of one core that reading may use while changes do not end. */
const CPU_SHARE = 0.05;
/** What may be saved while nothing changes: enough for some readings in a row, as when a service restarts. */
const MAX_SAVED_MS = 500;

/** How long to wait before the tables are read again. Times are milliseconds, costs milliseconds of processor time. */
export class ReadingBudget {
  #savedMs = MAX_SAVED_MS;
  #asOf: number;
  readonly #share: number;

  constructor(now: number, share = CPU_SHARE) {
    this.#asOf = now;
    this.#share = share;
  }

  spend(costMs: number, now: number): void {
    this.#save(now);
    this.#savedMs -= costMs;
  }

  /** 0 unless more was spent than saved. */
  waitMs(now: number): number {
    this.#save(now);
    return Math.max(0, -this.#savedMs / this.#share);
  }

  #save(now: number): void {
    this.#savedMs = Math.min(MAX_SAVED_MS, this.#savedMs + (now - this.#asOf) * this.#share);
    this.#asOf = now;
  }
}
