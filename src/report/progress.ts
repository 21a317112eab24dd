/** Where a progress bar is drawn: standard error, or what stands for it in a test. */
export interface ProgressScreen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Work that is done sooner needs no bar. */
const QUIET_MS = 500;

/** A person sees no more than this. */
const REDRAW_MS = 100;

const BAR_LENGTH = 20;

/** Carriage return, then erase to the end of the line (ECMA-48, EL). */
const CLEAR = '\r\x1b[K';

/**
 * A bar on one line of a terminal, for work of so many steps that takes long enough; nothing at all anywhere else. `clear`
 * before anything else is written to the same screen, and at the end.
 */
export class Progress {
  readonly #screen: ProgressScreen;
  readonly #total: number;
  readonly #now: () => number;
  readonly #start: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(screen: ProgressScreen, total: number, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#total = total;
    this.#now = now;
    this.#start = now();
  }

  /** `done` of the steps are done; `note` says more, in plain characters. */
  update(done: number, note: string): void {
    const now = this.#now();
    if (this.#screen.isTTY !== true || now - this.#start < QUIET_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#isDrawn = true;
    const full = Math.round((Math.min(done, this.#total) / Math.max(1, this.#total)) * BAR_LENGTH);
    const bar = '#'.repeat(full) + '.'.repeat(BAR_LENGTH - full);
    // The last column stays free: to write there may move the cursor to the next line.
    const room = Math.max(0, (this.#screen.columns ?? 80) - 1);
    this.#screen.write(`${CLEAR}${`[${bar}] ${note}`.slice(0, room)}`);
  }

  clear(): void {
    if (this.#isDrawn) this.#screen.write(CLEAR);
    this.#isDrawn = false;
  }
}
