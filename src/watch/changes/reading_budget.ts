/** While changes do not end, reading tables takes this share of a processor at most. */
const SHARE = 0.1;
/** What may be saved up while nothing changes: some readings one after the other, as when a service is restarted. */
const MOST_SAVED_MS = 500;

/** How long to wait before the tables are read again, so that reading does not take all the time. Milliseconds of time, and of processor time. */
export class ReadingBudget {
  #saved = MOST_SAVED_MS;
  #asOf: number;

  constructor(now: number) {
    this.#asOf = now;
  }

  /** A reading that took so much has ended. */
  spend(cost: number, now: number): void {
    this.#save(now);
    this.#saved -= cost;
  }

  /** Until the next reading; 0 while there is something left. */
  restMs(now: number): number {
    this.#save(now);
    return Math.max(0, -this.#saved / SHARE);
  }

  #save(now: number): void {
    this.#saved = Math.min(MOST_SAVED_MS, this.#saved + (now - this.#asOf) * SHARE);
    this.#asOf = now;
  }
}
