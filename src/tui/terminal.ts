import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { ReadStream, WriteStream } from 'node:tty';
import { encodeLine } from './encode.js';
import { type Key, keysOf, type RawKey, sequencesOf } from './keys.js';
import type { Line } from './line.js';
import type { Mouse } from './mouse.js';
import type { Theme } from './theme.js';

export interface TerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly theme: Theme;
  /** TERM. */
  readonly term: string;
  readonly onKey: (key: Key) => void;
  readonly onMouse: (mouse: Mouse) => void;
  readonly onResize: () => void;
  /** The terminal is there no more. */
  readonly onLost: () => void;
}

export interface Terminal {
  size(): { readonly width: number; readonly height: number };
  /** Shows these lines; only those that are other than before are written. */
  draw(lines: readonly Line[]): void;
  /** Leaves the terminal as it was found. May be called at any time, and again. */
  close(): void;
}

/** The Linux console and what is older have no second screen to go to. */
const WITHOUT_ALTERNATE = /^(?:linux|vt\d|ansi)/;

/** What a terminal without a size of its own is taken for. */
const FALLBACK = { width: 80, height: 24 };

/** Takes the terminal over. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { input, output, theme, term } = options;
  const hasAlternate = !WITHOUT_ALTERNATE.test(term);
  const stopKeys = await listenToKeys(input, options.onKey);
  const program = await openProgram(input, output);
  let [isOpen, shown]: [boolean, readonly string[]] = [true, []];

  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.removeListener('exit', close);
    stopKeys();
    program.disableMouse();
    program.setMode('?7');
    program.showCursor();
    if (hasAlternate) program.resetMode('?1049');
    else program.write('\x1b[0m\x1b[2J\x1b[H');
    program.destroy();
  };
  // Whatever ends the process, the shell gets its terminal back.
  process.once('exit', close);

  const lost = (): void => options.onLost();
  input.on('error', lost).on('end', lost);
  output.on('error', lost);
  program.on('resize', () => {
    shown = [];
    options.onResize();
  });
  program.on('mouse', (event: { action?: string; x?: number; y?: number }) => {
    const kind = MOUSE[event.action ?? ''];
    if (kind !== undefined) options.onMouse({ kind, column: event.x ?? 0, line: event.y ?? 0 });
  });
  if (hasAlternate) program.setMode('?1049');
  program.hideCursor();
  // A line that turns out wider than it was thought to be is cut, not carried on over the next one.
  program.resetMode('?7');
  if (hasAlternate) program.setMouse({ vt200Mouse: true, sgrMouse: true }, true);

  return {
    size: () => ({
      width: output.columns > 0 ? output.columns : FALLBACK.width,
      height: output.rows > 0 ? output.rows : FALLBACK.height,
    }),
    draw: (lines) => {
      if (!isOpen) return;
      const width = output.columns > 0 ? output.columns : FALLBACK.width;
      const encoded = lines.map((line) => encodeLine(line, width, theme));
      const changes = encoded.map((text, at) => (text === shown[at] ? '' : `\x1b[${at + 1};1H${text}`));
      const clear = shown.length === 0 ? '\x1b[2J' : '';
      shown = encoded;
      const all = clear + changes.join('');
      if (all !== '') program.write(all);
    },
    close,
  };
}

const MOUSE: Readonly<Record<string, Mouse['kind']>> = {
  mousedown: 'press',
  wheelup: 'wheel-up',
  wheeldown: 'wheel-down',
};

/** Gives blessed key by key what came at once. */
async function listenToKeys(input: ReadStream, onKey: (key: Key) => void): Promise<() => void> {
  const { default: keys } = await import('blessed/lib/keys.js');
  const single = new EventEmitter();
  const decoder = new StringDecoder('utf8');
  single.on('keypress', (character: string | undefined, raw: RawKey | undefined) => {
    for (const key of keysOf(character, raw ?? {})) onKey(key);
  });
  keys.emitKeypressEvents(single);
  const onData = (data: Buffer): void => {
    for (const sequence of sequencesOf(decoder.write(data))) single.emit('data', Buffer.from(sequence));
  };
  input.on('data', onData);
  return () => input.off('data', onData);
}

/** Within tmux, blessed asks `tmux -V` for its version when it starts; no process is started here, so it does not see it. */
async function openProgram(input: ReadStream, output: WriteStream) {
  const { default: Program } = await import('blessed/lib/program.js');
  const { TMUX } = process.env;
  delete process.env['TMUX'];
  try {
    return new Program({ input, output, tput: false, zero: true });
  } finally {
    if (TMUX !== undefined) process.env['TMUX'] = TMUX;
  }
}
