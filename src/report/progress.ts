/** What a progress bar is drawn on: standard error, or a fake in tests. */
export interface ProgressScreen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shorter work gets no bar. */
const DELAY_MS = 500;

/** Redrawing more often would not be visible. */
const REDRAW_MS = 100;

const BAR_LENGTH = 20;

/** Carriage return, then erase to the end of the line (ECMA-48, EL). */
const CLEAR = '\r\x1b[K';

/**
 * A progress bar on one line of a terminal; draws nothing anywhere else. Call `clear` before anything else is written to the
 * same screen, and at the end.
 */
export class Progress {
  readonly #screen: ProgressScreen;
  readonly #total: number;
  readonly #now: () => number;
  readonly #start: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isDrawn = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(screen: ProgressScreen, total: number, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#total = total;
    this.#now = now;
    this.#start = now();
  }

  /** What is waited for, should it take long. `note`, in ASCII, is shown beside the bar. */
  wait(done: number, note: string): void {
    this.#stopWaiting();
    if (this.#screen.isTTY === true) this.#timer = setTimeout(() => this.#draw(done, note), DELAY_MS).unref();
  }

  /** The same for what has been done. */
  update(done: number, note: string): void {
    this.#stopWaiting();
    const now = this.#now();
    if (this.#screen.isTTY !== true || now - this.#start < DELAY_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#draw(done, note);
  }

  #draw(done: number, note: string): void {
    this.#isDrawn = true;
    const full = Math.round((Math.min(done, this.#total) / Math.max(1, this.#total)) * BAR_LENGTH);
    const bar = '#'.repeat(full) + '.'.repeat(BAR_LENGTH - full);
    // A serial console has 0 columns. Writing to the last column may move the cursor to the next line.
    const room = Math.max(0, (this.#screen.columns || 80) - 1);
    this.#screen.write(`${CLEAR}${`[${bar}] ${note}`.slice(0, room)}`);
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  clear(): void {
    this.#stopWaiting();
    if (this.#isDrawn) this.#screen.write(CLEAR);
    this.#isDrawn = false;
  }
}
