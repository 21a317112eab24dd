import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface TerminalOptions {
  readonly width?: number;
  readonly height?: number;
  /** Added to PATH, HOME, TERM (tmux-256color) and LANG (C.UTF-8); nothing else of our environment is passed on. */
  readonly env?: { readonly [name: string]: string };
}

/** The state of the terminal according to tmux. */
export interface TerminalState {
  readonly alternateScreen: boolean;
  readonly cursorVisible: boolean;
  readonly mouse: boolean;
  /** Arrow keys send application sequences. */
  readonly applicationKeys: boolean;
  /** Autowrap is on. */
  readonly wraps: boolean;
  readonly width: number;
  readonly height: number;
  /** Of the command. */
  readonly pid: number;
  /** As a shell reports it; null while the command runs. */
  readonly exitCode: number | null;
}

interface Reply {
  readonly resolve: (lines: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

const POLL_MS = 20;
const STILL_MS = 30;
let started = 0;

/**
 * A command in a real terminal, provided by a tmux server that ends with this process. Uses tmux's control mode (tmux(1),
 * CONTROL MODE) over a pipe, since starting a process for each query would take longer than what is measured.
 */
export class Terminal {
  readonly #control: ChildProcessByStdio<Writable, Readable, null>;
  readonly #replies: Reply[] = [];
  readonly #opened: Promise<void>;
  readonly #ended: Promise<unknown>;
  #isOver = false;
  #block: { guard: string; lines: string[] } | null = null;
  #outputs = 0;
  #open: () => void = () => {};
  #wake: () => void = () => {};

  private constructor(argv: readonly string[], { width = 80, height = 24, env = {} }: TerminalOptions) {
    started += 1;
    const { PATH = '', HOME = '/' } = process.env;
    const variables = { PATH, HOME, TERM: 'tmux-256color', LANG: 'C.UTF-8', ...env };
    const settings = [
      ['set', '-g', 'remain-on-exit', 'on'],
      ['set', '-g', 'remain-on-exit-format', ''],
      ['set', '-g', 'status', 'off'],
      ['set', '-s', 'escape-time', '0'],
      ['set', '-s', 'set-clipboard', 'on'],
      // Ends the server and the command even if this process is killed.
      ['set', '-s', 'exit-unattached', 'on'],
    ].flatMap((setting) => [...setting, ';']);
    const size = ['-x', String(width), '-y', String(height)];
    const server = ['-L', `sockwatch-${process.pid}-${started}`, '-f', '/dev/null', '-u'];
    // Several words are run without a shell. `env` comes first because tmux sets TERM itself.
    const command = ['env', '-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ...argv];
    // Otherwise the window has the size of its clients. Before there is a window, tmux 3.3 crashes.
    const sized = [';', 'set', '-g', 'window-size', 'manual'];
    this.#control = spawn('tmux', [...server, '-C', ...settings, 'new-session', ...size, '--', ...command, ...sized], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm' },
    });
    this.#control.stdin.on('error', () => {});
    let rest = '';
    // Not node:readline, which also ends lines at characters that a screen can contain.
    this.#control.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#read(line);
    });
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#ended = once(this.#control, 'close').then(() => {
      this.#isOver = true;
      for (const { reject } of this.#replies.splice(0)) reject(new Error('the terminal is gone'));
      this.#wake();
    });
  }

  /** Starts a program with its arguments. */
  static async start(argv: readonly string[], options: TerminalOptions = {}): Promise<Terminal> {
    const terminal = new Terminal(argv, options);
    // tmux 3.3 may run what it reads on its standard input before the commands it is started with.
    await Promise.race([terminal.#opened, terminal.#ended]);
    if (terminal.#isOver) throw new Error('the terminal did not open');
    return terminal;
  }

  /** Presses keys by their tmux names: `j`, `Enter`, `Escape`, `C-c`, `PPage`, `Down`. */
  async keys(...names: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...names.map(quoted));
  }

  /** Types text literally. */
  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-H', ...[...Buffer.from(text)].map((byte) => byte.toString(16)));
  }

  /** Clicks the left button at a position from 0, as xterm's SGR mode reports it (ctlseqs, "Extended coordinates"). */
  async click(column: number, row: number): Promise<void> {
    const position = `${column + 1};${row + 1}`;
    await this.type(`\x1b[<0;${position}M\x1b[<0;${position}m`);
  }

  async wheel(direction: 'up' | 'down', column: number, row: number): Promise<void> {
    await this.type(`\x1b[<${direction === 'up' ? 64 : 65};${column + 1};${row + 1}M`);
  }

  /** What a program put on the clipboard (OSC 52). */
  async clipboard(): Promise<string> {
    return (await this.#tmux('show-buffer')).join('\n');
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  /** The lines of the screen, without trailing spaces. */
  async lines(): Promise<string[]> {
    return (await this.#tmux('capture-pane', '-p')).map((line) => line.trimEnd());
  }

  async text(): Promise<string> {
    return (await this.lines()).join('\n');
  }

  /** The lines of the screen with their colours as SGR sequences. */
  async styled(): Promise<string[]> {
    return [...(await this.#tmux('capture-pane', '-p', '-e', '-N'))];
  }

  async state(): Promise<TerminalState> {
    const names = [
      'alternate_on',
      'cursor_flag',
      'mouse_any_flag',
      'keypad_cursor_flag',
      'wrap_flag',
      'pane_width',
      'pane_height',
    ];
    const format = [...names, 'pane_pid', 'pane_dead_status', 'pane_dead_signal'].map((name) => `#{${name}}`);
    const [line = ''] = await this.#tmux('display-message', '-p', quoted(format.join(',')));
    const [alternate, cursor, mouse, keys, wraps, width, height, pid, status, signal] = line.split(',');
    return {
      alternateScreen: alternate === '1',
      cursorVisible: cursor === '1',
      mouse: mouse === '1',
      applicationKeys: keys === '1',
      wraps: wraps === '1',
      width: Number(width),
      height: Number(height),
      pid: Number(pid),
      exitCode: exitCodeOf(status, signal),
    };
  }

  /** Process id of the command's first child, such as the program that a shell runs. */
  async child(): Promise<number> {
    const { pid } = await this.state();
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    if (child === undefined || child === '') throw new Error('the command has no child');
    return Number(child);
  }

  /**
   * Waits for a screen and returns it once it is drawn: a pseudo terminal delivers a frame in parts, and half of one can match. On
   * timeout, throws an error that shows the current screen.
   */
  async until(wanted: (text: string) => boolean, what: string, deadlineMs = 10_000): Promise<string> {
    let text = '';
    const matches = async () => {
      if (!wanted(await this.text())) return false;
      text = await this.still();
      return wanted(text);
    };
    await this.untilTrue(matches, what, deadlineMs);
    return text;
  }

  /** The same for any condition. */
  async untilTrue(ask: () => Promise<boolean>, what: string, deadlineMs = 10_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await ask())) {
      if (Date.now() > deadline) throw new Error(`${what}: not after ${deadlineMs} ms:\n${await this.text()}`);
      await this.#nextOutput();
    }
  }

  /** Waits until output pauses, and returns the screen. */
  async still(): Promise<string> {
    for (;;) {
      const before = this.#outputs;
      await delay(STILL_MS);
      if (this.#outputs === before) return this.text();
    }
  }

  /** Waits for the command to end and returns its exit code. */
  async exit(deadlineMs = 10_000): Promise<number> {
    let exitCode: number | null = null;
    const hasEnded = async () => {
      exitCode = (await this.state()).exitCode;
      // tmux 3.3 sometimes misses the end of a child until another one ends.
      if (exitCode === null) await this.#tmux('run-shell', '-b', 'true');
      return exitCode !== null;
    };
    await this.untilTrue(hasEnded, 'the command to end', deadlineMs);
    return exitCode ?? 0;
  }

  /** Closes the terminal like a window: the command gets SIGHUP. */
  async stop(): Promise<void> {
    if (!this.#isOver) this.#control.stdin.write('kill-server\n');
    await this.#ended;
  }

  /** Waits for output or a short time: not every change of state causes output. */
  async #nextOutput(): Promise<void> {
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, delay(POLL_MS, null, { signal: over.signal }).catch(() => {})]);
    over.abort();
  }

  #tmux(...words: readonly string[]): Promise<readonly string[]> {
    if (this.#isOver) return Promise.reject(new Error('the terminal is gone'));
    return new Promise((resolve, reject) => {
      this.#replies.push({ resolve, reject });
      this.#control.stdin.write(`${words.join(' ')}\n`);
    });
  }

  /** A reply is between %begin and %end (or %error) with the same numbers; the last number is 1 for replies to our commands. */
  #read(line: string): void {
    if (this.#block === null) {
      const [, guard] = /^%begin (.*)$/.exec(line) ?? [];
      if (guard !== undefined) this.#block = { guard, lines: [] };
      else if (line.startsWith('%output ')) {
        this.#outputs += 1;
        this.#wake();
      } else if (line.startsWith('%session-changed ')) this.#open();
      return;
    }
    const { guard, lines } = this.#block;
    if (line !== `%end ${guard}` && line !== `%error ${guard}`) {
      lines.push(line);
      return;
    }
    this.#block = null;
    if (!guard.endsWith(' 1')) return;
    const reply = this.#replies.shift();
    if (line.startsWith('%end')) reply?.resolve(lines);
    else reply?.reject(new Error(`tmux: ${lines.join(' ')}`));
  }
}

/** tmux reports `pane_dead` before it knows the exit status, so the status alone tells whether the command has ended. */
function exitCodeOf(status = '', signal = ''): number | null {
  if (status !== '') return Number(status);
  return signal === '' ? null : 128 + Number(signal);
}

/** Quotes a word for tmux's parser, in which only a single quote is special between single quotes. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
