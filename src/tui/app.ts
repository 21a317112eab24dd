import type { ReadStream, WriteStream } from 'node:tty';
import { messageOf } from '../base/errors.js';
import type { ProcessOwner } from '../kernel/owners/owner.js';
import type { CountersByInode } from '../kernel/sockets/table_poller.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { aboutOf } from './about.js';
import { prepareFilter } from './filter.js';
import { glyphsFor } from './glyphs.js';
import { type Effect, handleKey, type KeyResult } from './handle_key.js';
import { handleMouse } from './handle_mouse.js';
import { inSlices } from './in_slices.js';
import { itemsOf } from './list.js';
import { frameOf } from './render/frame.js';
import { savedDocument } from './saved_document.js';
import { clampSelection } from './selection.js';
import { type Start, startWith } from './start.js';
import {
  type ActionLabel,
  initialState,
  type ProcessDetails,
  processKey,
  type Source,
  type State,
  shownData,
} from './state.js';
import { openTerminal, type Terminal } from './terminal.js';
import { backgroundOf, colourDepthOf, themeFor } from './theme.js';
import { pasteText } from './type_key.js';
import { applyUpdate, readingText, showMessage, tick, type Update, withAnswers, withCounters } from './update.js';

export interface UpdateSource {
  /** Ends after `close`. */
  updates(): AsyncIterable<Update>;
  readAgain(): void;
  /** Calls back with the lengths of queues about every second, until called with null. */
  followCounters(onCounters: ((counters: CountersByInode) => void) | null): void;
  /** null: the process has ended, or cannot be read. */
  describe(process: ProcessOwner): Promise<ProcessDetails | null>;
  /** Probes the listeners for what the page claims of them: a snapshot with `claims`. Only ever for a key. null: a recording has none. */
  probe(): Promise<SnapshotDocument | null>;
  close(): void;
}

/** What a key of the caller's own does. It must not be one of BINDING_GROUPS. */
export interface Action extends ActionLabel {
  /** Returns the message to show. */
  run(): Promise<string>;
}

export interface AppOptions {
  readonly source: Source;
  readonly start: Start;
  readonly updates: UpdateSource;
  readonly actions: readonly Action[];
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called when the terminal is gone; the app then ends. */
  onTerminalLost(): void;
  /** Writes a snapshot to a file and returns the message to show. */
  save(document: SnapshotDocument): Promise<string>;
}

/**
 * Runs the screen until the user quits or `ending` settles. Restores the terminal before it returns or throws.
 * @throws what the update source throws or `ending` rejects with
 */
export async function runApp(options: AppOptions, ending: Promise<void>): Promise<void> {
  await new App(options).run(ending);
}

const SECOND_MS = 1000;
/** Processes of one line that are read. */
const MAX_DESCRIBED = 16;
/** Between frames drawn for updates; keys are answered at once. */
const MIN_FRAME_MS = 50;

class App {
  readonly #options: AppOptions;
  #state: State;
  #terminal: Terminal | null = null;
  #tickTimer: NodeJS.Timeout | null = null;
  #drawTimer: NodeJS.Timeout | null = null;
  #drawing: NodeJS.Immediate | null = null;
  #drawnAt = 0;
  #isProbing = false;
  readonly #prepared = new Set<State['view']>();
  #countsQueues = false;
  readonly #described = new Set<string>();
  #quit: () => void = () => {};

  constructor(options: AppOptions) {
    const { source, env, actions, start } = options;
    this.#options = options;
    const size = { width: 80, height: 24 };
    this.#state = startWith(initialState({ source, glyphs: glyphsFor(env), size, now: Date.now(), actions }), start);
  }

  async run(ending: Promise<void>): Promise<void> {
    const { input, output, env, updates } = this.#options;
    const quit = new Promise<void>((resolve) => {
      this.#quit = resolve;
    });
    try {
      const terminal = await openTerminal({
        input,
        output,
        background: backgroundOf(env),
        themeOn: (background) => themeFor(colourDepthOf(env), background),
        term: env['TERM'] ?? '',
        onKey: (key) => this.#change((state) => this.#performAll(handleKey({ ...state, now: Date.now() }, key))),
        onPaste: (text) => this.#change((state) => pasteText({ ...state, now: Date.now() }, text)),
        onMouse: (mouse) => this.#change((state) => this.#performAll(handleMouse(state, mouse))),
        onResize: () => this.#change((state) => ({ ...state, size: this.#terminal?.size() ?? state.size })),
        onLost: () => {
          this.#options.onTerminalLost();
          this.#quit();
        },
      });
      this.#terminal = terminal;
      this.#change((state) => ({ ...state, size: terminal.size() }));
      await Promise.race([quit, ending, this.#readUpdates()]);
    } finally {
      updates.close();
      if (this.#tickTimer !== null) clearTimeout(this.#tickTimer);
      if (this.#drawTimer !== null) clearTimeout(this.#drawTimer);
      if (this.#drawing !== null) clearImmediate(this.#drawing);
      this.#terminal?.close();
    }
  }

  async #readUpdates(): Promise<void> {
    for await (const update of this.#options.updates.updates()) {
      this.#state = applyUpdate({ ...this.#state, now: Date.now() }, update);
      this.#drawSoon();
    }
    // A recording stays on the screen.
    await new Promise<void>(() => {});
  }

  #performAll({ state, effect }: KeyResult): State {
    return effect === null ? state : this.#perform(state, effect);
  }

  #perform(state: State, effect: Effect): State {
    switch (effect.kind) {
      case 'quit':
        this.#quit();
        return state;
      case 'read-again':
        this.#options.updates.readAgain();
        return showMessage(state, readingText(state), false);
      case 'probe':
        void this.#probe();
        return showMessage(state, 'probing the listeners: TLS, certificates, authentication, health', false);
      case 'save': {
        const document = savedDocument(state);
        if (document === null) return showMessage(state, 'there is nothing to save yet', true);
        this.#showOutcome(this.#options.save(document));
        return state;
      }
      case 'suspend':
        this.#terminal?.suspend();
        return state;
      case 'copy':
        this.#terminal?.copy(effect.entry.text);
        return showMessage(state, `sent to the clipboard of the terminal (OSC 52): ${effect.entry.label}`, false);
      case 'mouse':
        this.#terminal?.setMouse(effect.isOn);
        return state;
      case 'repaint':
        this.#terminal?.repaint();
        return state;
      case 'action': {
        const action = this.#options.actions.find(({ key }) => key === effect.key);
        if (action === undefined) return state;
        this.#showOutcome(action.run());
        return showMessage(state, action.label, false);
      }
    }
  }

  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    try {
      const probed = await this.#options.updates.probe();
      if (probed !== null) this.#change((state) => withAnswers({ ...state, now: Date.now() }, probed));
    } catch (error) {
      this.#change((state) => showMessage({ ...state, now: Date.now() }, messageOf(error), true));
    } finally {
      this.#isProbing = false;
    }
  }

  #showOutcome(outcome: Promise<string>): void {
    const show = (text: string, isError: boolean): void =>
      this.#change((state) => showMessage({ ...state, now: Date.now() }, text, isError));
    outcome.then(
      (text) => show(text, false),
      (error: unknown) => show(messageOf(error), true),
    );
  }

  /** Changes within one turn of the event loop are drawn once. */
  #change(change: (state: State) => State): void {
    // Not after each update: they can arrive by the hundred, and making the list is costly.
    this.#state = change(clampSelection(this.#state));
    this.#drawing ??= setImmediate(() => {
      this.#drawing = null;
      this.#drawnAt = performance.now();
      this.#state = clampSelection(this.#state);
      this.#terminal?.draw(frameOf(this.#state));
      this.#prepareFilter();
    });
    this.#scheduleTick();
    this.#followCounters();
    this.#describeOwners();
  }

  /** Once for each view: with thousands of listeners, the first letter of a filter would take too long. */
  #prepareFilter(): void {
    const items = itemsOf(shownData(this.#state), this.#state.view);
    if (items.length === 0 || this.#prepared.has(this.#state.view)) return;
    this.#prepared.add(this.#state.view);
    inSlices(items, prepareFilter);
  }

  /** Of the line whose details are open. */
  #describeOwners(): void {
    const { details } = this.#state;
    if (details === null) return;
    for (const owner of aboutOf(details.item.subject).owners.slice(0, MAX_DESCRIBED)) {
      if (owner.kind === 'process' && !this.#described.has(processKey(owner))) void this.#describe(owner);
    }
  }

  async #describe(owner: ProcessOwner): Promise<void> {
    const key = processKey(owner);
    this.#described.add(key);
    const details = await this.#options.updates.describe(owner);
    if (details === null) return;
    this.#change((state) => ({ ...state, processes: new Map(state.processes).set(key, details) }));
  }

  /** Only for what is shown: a paused screen stays as it is. */
  #followCounters(): void {
    const isWanted = this.#state.paused === null;
    if (isWanted === this.#countsQueues) return;
    this.#countsQueues = isWanted;
    let seen: readonly unknown[] = [];
    const onCounters = (counters: CountersByInode): void => {
      const before = this.#state;
      const [counted, sockets] = seen;
      // At rest both are the same every second.
      if (counters === counted && before.data.document?.sockets === sockets) return;
      this.#state = withCounters(before, counters);
      seen = [counters, this.#state.data.document?.sockets];
      if (this.#state !== before) this.#drawSoon();
    };
    this.#options.updates.followCounters(isWanted ? onCounters : null);
  }

  #drawSoon(): void {
    this.#drawTimer ??= setTimeout(
      () => {
        this.#drawTimer = null;
        this.#change((state) => state);
      },
      Math.max(0, this.#drawnAt + MIN_FRAME_MS - performance.now()),
    );
  }

  /** One timer for the clock, ages, marks and messages. A recording needs it only for messages. */
  #scheduleTick(): void {
    if (this.#tickTimer !== null) return;
    const now = Date.now();
    const { message, source } = this.#state;
    const due = source.kind === 'live' ? SECOND_MS - (now % SECOND_MS) : message === null ? null : message.until - now;
    if (due === null) return;
    this.#tickTimer = setTimeout(() => {
      this.#tickTimer = null;
      this.#change((state) => tick(state, Date.now()));
    }, Math.max(0, due) + 1);
  }
}
