import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface TerminalOptions {
  readonly width?: number;
  readonly height?: number;
  /** Besides PATH, HOME, TERM (tmux-256color) and LANG (C.UTF-8); nothing else of our own environment gets through. */
  readonly env?: { readonly [name: string]: string };
}

/** What the terminal itself is in, as tmux tells it. */
export interface TerminalState {
  readonly alternateScreen: boolean;
  readonly cursorVisible: boolean;
  readonly mouse: boolean;
  /** Arrow keys send application sequences. */
  readonly applicationKeys: boolean;
  /** A line that is too long goes on in the next one. */
  readonly wraps: boolean;
  readonly width: number;
  readonly height: number;
  /** Process id of the command that was started. */
  readonly pid: number;
  /** How it ended: as a shell gives it; null while it runs. */
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
 * A command in a real terminal: that of tmux, whose server is our own and dies with us. It is driven by tmux's control
 * mode (tmux(1), CONTROL MODE) over a pipe, since starting a process for every look would take longer than what is
 * measured.
 */
export class Terminal {
  readonly #control: ChildProcessByStdio<Writable, Readable, null>;
  readonly #replies: Reply[] = [];
  readonly #ended: Promise<unknown>;
  #isOver = false;
  #block: { guard: string; lines: string[] } | null = null;
  #outputs = 0;
  #wake: () => void = () => {};

  private constructor(argv: readonly string[], { width = 80, height = 24, env = {} }: TerminalOptions) {
    started += 1;
    const { PATH = '', HOME = '/' } = process.env;
    const variables = { PATH, HOME, TERM: 'tmux-256color', LANG: 'C.UTF-8', ...env };
    const settings = [
      ...['set', '-g', 'remain-on-exit', 'on', ';', 'set', '-g', 'remain-on-exit-format', '', ';'],
      ...['set', '-g', 'status', 'off', ';', 'set', '-s', 'escape-time', '0', ';'],
      // Its server, and what runs in it, ends with us even where we are killed.
      ...['set', '-s', 'exit-unattached', 'on', ';'],
    ];
    const size = ['-x', String(width), '-y', String(height)];
    const server = ['-L', `sockwatch-${process.pid}-${started}`, '-f', '/dev/null', '-u'];
    // A command line in several words is not given to a shell. env as its first word, because tmux sets TERM itself.
    const command = ['env', '-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ...argv];
    this.#control = spawn('tmux', [...server, '-C', ...settings, 'new-session', ...size, '--', ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm' },
    });
    this.#control.stdin.on('error', () => {});
    let rest = '';
    // By hand: node:readline takes more for the end of a line than a newline, and a screen may hold any of it.
    this.#control.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#read(line);
    });
    this.#ended = once(this.#control, 'close').then(() => {
      this.#isOver = true;
      for (const { reject } of this.#replies.splice(0)) reject(new Error('the terminal is gone'));
      this.#wake();
    });
  }

  /** Starts a command, which is a program and its arguments, and gives its terminal. */
  static async start(argv: readonly string[], options: TerminalOptions = {}): Promise<Terminal> {
    const terminal = new Terminal(argv, options);
    // Otherwise a window has the size of the clients that look at it.
    await terminal.#tmux('set', '-g', 'window-size', 'manual');
    return terminal;
  }

  /** Presses keys by tmux's names for them: `j`, `Enter`, `Escape`, `C-c`, `PPage`, `Down`. */
  async keys(...names: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...names.map(quoted));
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-H', ...[...Buffer.from(text)].map((byte) => byte.toString(16)));
  }

  /** A click of the left button, as xterm's SGR mode reports it (ctlseqs, "Extended coordinates"); from 0. */
  async click(column: number, row: number): Promise<void> {
    const place = `${column + 1};${row + 1}`;
    await this.type(`\x1b[<0;${place}M\x1b[<0;${place}m`);
  }

  async wheel(direction: 'up' | 'down', column: number, row: number): Promise<void> {
    await this.type(`\x1b[<${direction === 'up' ? 64 : 65};${column + 1};${row + 1}M`);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  /** The screen, a string a line, without spaces at the ends. */
  async lines(): Promise<string[]> {
    return (await this.#tmux('capture-pane', '-p')).map((line) => line.trimEnd());
  }

  async text(): Promise<string> {
    return (await this.lines()).join('\n');
  }

  /** The screen with its colours, as SGR sequences. */
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

  /** The process that the command has started, where it has started one: that of a shell. */
  async child(): Promise<number> {
    const { pid } = await this.state();
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    if (child === undefined || child === '') throw new Error('it has no child');
    return Number(child);
  }

  /** Waits until the screen is as wanted and gives it; throws with the screen as it is where that takes too long. */
  async until(wanted: (text: string) => boolean, what: string, deadlineMs = 10_000): Promise<string> {
    let text = '';
    const isWanted = async () => {
      text = await this.text();
      return wanted(text);
    };
    await this.untilTrue(isWanted, what, deadlineMs);
    return text;
  }

  /** The same for whatever can be asked of the terminal. */
  async untilTrue(ask: () => Promise<boolean>, what: string, deadlineMs = 10_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await ask())) {
      if (Date.now() > deadline) throw new Error(`${what}: not after ${deadlineMs} ms:\n${await this.text()}`);
      await this.#somethingNew();
    }
  }

  /**
   * Waits until nothing has been written for a moment, and gives the screen. A screen comes in parts, since what a pseudo
   * terminal takes at once is limited, so that one can be seen half drawn.
   */
  async still(): Promise<string> {
    for (;;) {
      const before = this.#outputs;
      await delay(STILL_MS);
      if (this.#outputs === before) return this.text();
    }
  }

  /** Waits until the command has ended and gives its exit code. */
  async exit(deadlineMs = 10_000): Promise<number> {
    let exitCode: number | null = null;
    const hasEnded = async () => {
      exitCode = (await this.state()).exitCode;
      // tmux 3.3 misses a child's end now and then; at the end of another child it sees both.
      if (exitCode === null) await this.#tmux('run-shell', '-b', 'true');
      return exitCode !== null;
    };
    await this.untilTrue(hasEnded, 'its end', deadlineMs);
    return exitCode ?? 0;
  }

  /** Takes the terminal away, as closing its window does: whatever runs in it gets SIGHUP. */
  async stop(): Promise<void> {
    if (!this.#isOver) this.#control.stdin.write('kill-server\n');
    await this.#ended;
  }

  /** Until the command has written something, or a moment has passed: some changes of state are told by nobody. */
  async #somethingNew(): Promise<void> {
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

  /** A reply stands between %begin and %end (or %error) with the same numbers; the last is 1 where we have asked for it. */
  #read(line: string): void {
    if (this.#block === null) {
      const [, guard] = /^%begin (.*)$/.exec(line) ?? [];
      if (guard !== undefined) this.#block = { guard, lines: [] };
      else if (line.startsWith('%output ')) {
        this.#outputs += 1;
        this.#wake();
      }
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

/** A pane is dead once its output is closed, and only told how a moment later, so that `pane_dead` alone says too little. */
function exitCodeOf(status = '', signal = ''): number | null {
  if (status !== '') return Number(status);
  return signal === '' ? null : 128 + Number(signal);
}

/** As tmux's own parser takes it: nothing is special between single quotes but they themselves. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
