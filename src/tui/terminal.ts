import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { ReadStream, WriteStream } from 'node:tty';
import { encodeLine } from './encode_line.js';
import type { MouseEvent } from './handle_mouse.js';
import { type BlessedKey, type Key, keyOf, splitKeys } from './keys.js';
import type { Line } from './line.js';
import type { Theme } from './theme.js';

export interface TerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly theme: Theme;
  /** TERM. */
  readonly term: string;
  readonly onKey: (key: Key) => void;
  readonly onMouse: (mouse: MouseEvent) => void;
  readonly onResize: () => void;
  /** The terminal is gone. */
  readonly onLost: () => void;
}

export interface Terminal {
  size(): { readonly width: number; readonly height: number };
  /** Writes only the lines that changed. */
  draw(lines: readonly Line[]): void;
  /** Makes the next `draw` write the whole screen. */
  repaint(): void;
  /** Restores the terminal. Idempotent. */
  close(): void;
}

/** The Linux console and older terminals have no alternate screen. */
const NO_ALTERNATE_SCREEN = /^(?:linux|vt\d|ansi)/;

const MOUSE_KIND: Readonly<Record<string, MouseEvent['kind']>> = {
  mousedown: 'press',
  wheelup: 'wheel-up',
  wheeldown: 'wheel-down',
};

export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { input, output, theme, term } = options;
  const hasAlternateScreen = !NO_ALTERNATE_SCREEN.test(term);
  const stopKeys = await listenToKeys(input, options.onKey);
  const program = await openProgram(input, output);
  let isOpen = true;
  let drawn: readonly string[] = [];

  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.removeListener('exit', close);
    stopKeys();
    program.disableMouse();
    program.setMode('?7');
    program.showCursor();
    if (hasAlternateScreen) program.resetMode('?1049');
    else program.write('\x1b[0m\x1b[2J\x1b[H');
    program.destroy();
  };
  // However the process ends, the shell gets its terminal back.
  process.once('exit', close);

  const onLost = (): void => options.onLost();
  input.on('error', onLost).on('end', onLost);
  output.on('error', onLost);
  const repaint = (): void => {
    drawn = [];
  };
  program.on('resize', () => {
    repaint();
    options.onResize();
  });
  program.on('mouse', ({ action = '', x = 0, y = 0 }: { action?: string; x?: number; y?: number }) => {
    const kind = MOUSE_KIND[action];
    if (kind !== undefined) options.onMouse({ kind, column: x, line: y });
  });
  if (hasAlternateScreen) program.setMode('?1049');
  program.hideCursor();
  // No autowrap: a line that turns out too wide is cut instead of running over the next one.
  program.resetMode('?7');
  if (hasAlternateScreen) program.setMouse({ vt200Mouse: true, sgrMouse: true }, true);

  // A terminal that does not know its size reports 0.
  const size = () => ({ width: output.columns || 80, height: output.rows || 24 });
  return {
    size,
    draw: (lines) => {
      if (!isOpen) return;
      const { width } = size();
      const encoded = lines.map((line) => encodeLine(line, width, theme));
      const changes = encoded.map((line, at) => (line === drawn[at] ? '' : `\x1b[${at + 1};1H${line}`));
      const text = (drawn.length === 0 ? '\x1b[2J' : '') + changes.join('');
      drawn = encoded;
      if (text !== '') program.write(text);
    },
    repaint,
    close,
  };
}

/** Passes input to blessed one key at a time. */
async function listenToKeys(input: ReadStream, onKey: (key: Key) => void): Promise<() => void> {
  const { default: keys } = await import('blessed/lib/keys.js');
  const emitter = new EventEmitter();
  const decoder = new StringDecoder('utf8');
  emitter.on('keypress', (character: string | undefined, blessedKey: BlessedKey | undefined) => {
    const key = keyOf(character, blessedKey ?? {});
    if (key !== null) onKey(key);
  });
  keys.emitKeypressEvents(emitter);
  const onData = (data: Buffer): void => {
    for (const sequence of splitKeys(decoder.write(data))) emitter.emit('data', Buffer.from(sequence));
  };
  input.on('data', onData);
  return () => input.off('data', onData);
}

/** Without TMUX in the environment, since blessed would run `tmux -V`: no process may be started. */
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
