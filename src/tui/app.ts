import type { ReadStream, WriteStream } from 'node:tty';
import { messageOf } from '../base/errors.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { glyphsFor } from './glyphs.js';
import { prepareFilter } from './list.js';
import { clicked } from './mouse.js';
import { type Effect, pressed } from './press.js';
import { type ActionLabel, initialState, type Source, type State, shownData } from './state.js';
import { openTerminal, type Terminal } from './terminal.js';
import { backgroundOf, depthOf, themeFor } from './theme.js';
import { later, learned, settle, told, type Update } from './update.js';
import { frameOf } from './views/frame.js';

/** Where updates come from; `close` ends them. */
export interface UpdateSource {
  updates(): AsyncIterable<Update>;
  readAgain(): void;
  close(): void;
}

/** Something else that can be done with a key. It must be one that the screen does not use itself (keys.ts). */
export interface Action extends ActionLabel {
  /** Gives what has been done, in a few words. */
  run(): Promise<string>;
}

export interface AppOptions {
  readonly source: Source;
  readonly updates: UpdateSource;
  readonly actions: readonly Action[];
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The terminal is there no more; the screen ends then. */
  onLost(): void;
  /** Writes a snapshot to a new file, and says where. */
  write(document: SnapshotDocument): Promise<string>;
}

/**
 * Shows a node until somebody leaves, or `ending` settles. The terminal is as it was before when this returns or throws.
 * @throws whatever the source throws, or `ending`
 */
export async function runApp(options: AppOptions, ending: Promise<void>): Promise<void> {
  const app = new App(options);
  await app.run(ending);
}

const SECOND = 1000;
/** Between two screens that are drawn for changes; a key is answered at once. */
const REST_MS = 50;

class App {
  readonly #options: AppOptions;
  readonly #glyphs;
  #state: State;
  #terminal: Terminal | null = null;
  #timer: NodeJS.Timeout | null = null;
  #drawing: NodeJS.Immediate | null = null;
  #waiting: NodeJS.Timeout | null = null;
  #drawnAt = 0;
  #leave: () => void = () => {};

  constructor(options: AppOptions) {
    this.#options = options;
    this.#glyphs = glyphsFor(options.env);
    this.#state = initialState(options.source, { width: 80, height: 24 }, Date.now(), options.actions);
  }

  async run(ending: Promise<void>): Promise<void> {
    const { input, output, env, updates } = this.#options;
    const left = new Promise<void>((resolve) => {
      this.#leave = resolve;
    });
    try {
      const terminal = await openTerminal({
        input,
        output,
        theme: themeFor(depthOf(env), backgroundOf(env)),
        term: env['TERM'] ?? '',
        onKey: (key) => this.#apply((state) => this.#pressed(state, key)),
        onMouse: (mouse) => this.#apply((state) => clicked(settle(state, this.#glyphs), mouse, this.#glyphs)),
        onResize: () => this.#apply((state) => ({ ...state, size: this.#terminal?.size() ?? state.size })),
        onLost: () => {
          this.#options.onLost();
          this.#leave();
        },
      });
      this.#terminal = terminal;
      this.#apply((state) => ({ ...state, size: terminal.size() }));
      this.#tick();
      await Promise.race([left, ending, this.#watch()]);
    } finally {
      updates.close();
      if (this.#timer !== null) clearTimeout(this.#timer);
      if (this.#drawing !== null) clearImmediate(this.#drawing);
      if (this.#waiting !== null) clearTimeout(this.#waiting);
      this.#terminal?.close();
    }
  }

  async #watch(): Promise<void> {
    for await (const update of this.#options.updates.updates()) {
      this.#state = learned({ ...this.#state, now: Date.now() }, update);
      this.#drawSoon();
    }
    // A recording is one update; it stays until somebody leaves.
    await new Promise<void>(() => {});
  }

  #pressed(before: State, key: Parameters<typeof pressed>[1]): State {
    const { state, effect } = pressed(settle({ ...before, now: Date.now() }, this.#glyphs), key, this.#glyphs);
    return effect === null ? state : this.#effect(state, effect);
  }

  #effect(state: State, effect: Effect): State {
    switch (effect.kind) {
      case 'quit':
        this.#leave();
        return state;
      case 'read-again':
        this.#options.updates.readAgain();
        return told(state, 'reading everything again', false);
      case 'write': {
        const { document } = shownData(state);
        if (document === null) return told(state, 'there is nothing to write yet', true);
        this.#report(this.#options.write(document));
        return state;
      }
      case 'action': {
        const action = this.#options.actions.find(({ key }) => key === effect.key);
        if (action === undefined) return state;
        this.#report(action.run());
        return told(state, action.label, false);
      }
    }
  }

  /** Tells how something ended. */
  #report(outcome: Promise<string>): void {
    const tell = (text: string, isError: boolean): void =>
      this.#apply((state) => told({ ...state, now: Date.now() }, text, isError));
    outcome.then(
      (text) => tell(text, false),
      (error: unknown) => tell(messageOf(error), true),
    );
  }

  /** Whatever happens within one turn of the event loop is drawn once. */
  #apply(change: (state: State) => State): void {
    this.#state = change(this.#state);
    this.#drawing ??= setImmediate(() => {
      this.#drawing = null;
      this.#drawnAt = performance.now();
      this.#state = settle(this.#state, this.#glyphs);
      this.#terminal?.draw(frameOf(this.#state, this.#glyphs));
      if (this.#state.typing && this.#state.filter === '') prepareFilter(this.#state);
    });
    this.#tick();
  }

  /** Changes can come by the hundred in a second; nobody reads so many screens, and each costs as much as what is on it. */
  #drawSoon(): void {
    this.#waiting ??= setTimeout(
      () => {
        this.#waiting = null;
        this.#apply((state) => state);
      },
      Math.max(0, this.#drawnAt + REST_MS - performance.now()),
    );
  }

  /** One timer for the clock, ages, marks and messages. A recording stands still but for its messages. */
  #tick(): void {
    if (this.#timer !== null) return;
    const now = Date.now();
    const { message, source } = this.#state;
    const due = source.kind === 'live' ? SECOND - (now % SECOND) : message === null ? null : message.until - now;
    if (due === null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#apply((state) => later(state, Date.now()));
    }, Math.max(0, due) + 1);
  }
}
