import type { Lost } from '../../snapshot/document/change.js';

/** Under a storm of events, they are dropped all the time. */
const REPORT_MS = 1_000;

/** Counts kernel events that were dropped, and reports them once a second at most. */
export class DroppedEvents {
  #lost = 0;
  #suppressed = 0;
  #reportedAt = -Infinity;

  add(lost: number, suppressed: number): void {
    this.#lost += lost;
    this.#suppressed += suppressed;
  }

  report(now: number): Lost | null {
    const count = this.#lost + this.#suppressed;
    if (count === 0 || now < this.#reportedAt + REPORT_MS) return null;
    const suppressed = this.#suppressed;
    this.#lost = this.#suppressed = 0;
    this.#reportedAt = now;
    return { event: 'lost', at: new Date().toISOString(), count, suppressed };
  }
}
