import type { ReadStream, WriteStream } from 'node:tty';
import { encodeLine } from './encode_line.js';
import type { MouseEvent } from './handle_mouse.js';
import { ASK_BACKGROUND, type InputHandlers, listenToInput } from './input.js';
import type { Line } from './line.js';
import type { Background, Theme } from './theme.js';

export interface TerminalOptions extends Pick<InputHandlers, 'onKey' | 'onPaste'> {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** `unknown` asks the terminal. */
  readonly background: Background;
  readonly themeOn: (background: Background) => Theme;
  /** TERM. */
  readonly term: string;
  readonly onMouse: (mouse: MouseEvent) => void;
  /** The size or the colours are others, or the terminal was somebody else's in the meantime. */
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
  /** Puts text on the clipboard of the terminal, where it allows that (OSC 52). */
  copy(text: string): void;
  /** Without, the mouse selects text of the terminal. */
  setMouse(isOn: boolean): void;
  /** Gives the terminal back to the shell and stops the process, until it is continued. */
  suspend(): void;
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
  const { input, output, term } = options;
  const hasAlternateScreen = !NO_ALTERNATE_SCREEN.test(term);
  let theme = options.themeOn(options.background);
  let isOpen = true;
  let hasMouse = true;
  let drawn: readonly string[] = [];
  const repaint = (): void => {
    drawn = [];
  };
  const stopInput = await listenToInput(input, {
    ...options,
    onBackground: (background) => {
      theme = options.themeOn(background);
      repaint();
      options.onResize();
    },
  });
  const program = await openProgram(input, output);

  const setMouse = (isOn: boolean): void => {
    hasMouse = isOn;
    if (!hasAlternateScreen) return;
    if (isOn) program.setMouse({ vt200Mouse: true, sgrMouse: true }, true);
    else program.disableMouse();
  };
  const enter = (): void => {
    if (hasAlternateScreen) program.setMode('?1049');
    program.hideCursor();
    // No autowrap: a line that turns out too wide is cut instead of running over the next one.
    program.resetMode('?7');
    // Pasted text comes in brackets, so that it is not taken for keys.
    if (hasAlternateScreen) program.setMode('?2004');
    setMouse(hasMouse);
  };
  const leave = (): void => {
    program.disableMouse();
    if (hasAlternateScreen) program.resetMode('?2004');
    program.setMode('?7');
    program.showCursor();
    // Also of the alternate screen: after the window was enlarged, tmux would put some of its lines above the prompt.
    program.write('\x1b[0m\x1b[2J\x1b[H');
    if (hasAlternateScreen) program.resetMode('?1049');
  };
  const onContinued = (): void => {
    input.setRawMode(true);
    enter();
    repaint();
    options.onResize();
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.removeListener('exit', close);
    process.removeListener('SIGCONT', onContinued);
    stopInput();
    leave();
    program.destroy();
  };
  // However the process ends, the shell gets its terminal back.
  process.once('exit', close);

  const onLost = (): void => options.onLost();
  input.on('error', onLost).on('end', onLost);
  output.on('error', onLost);
  program.on('resize', () => {
    repaint();
    options.onResize();
  });
  program.on('mouse', ({ action = '', x = 0, y = 0 }: { action?: string; x?: number; y?: number }) => {
    const kind = MOUSE_KIND[action];
    if (kind !== undefined) options.onMouse({ kind, column: x, line: y });
  });
  enter();
  if (options.background === 'unknown' && hasAlternateScreen) program.write(ASK_BACKGROUND);

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
    copy: (text) => program.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    setMouse,
    suspend: () => {
      leave();
      input.setRawMode(false);
      process.once('SIGCONT', onContinued);
      // The whole job, as the terminal's own Ctrl-Z would.
      process.kill(0, 'SIGTSTP');
    },
    close,
  };
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
