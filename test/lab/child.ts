import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface Output {
  /** As in a shell: 128 plus the signal number if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LOG_TAIL_LINES = 15;
const DEADLINE_MS = 20_000;

/** A long-running process with its standard error in a file. Closing its standard input asks it to exit. */
export class Child {
  readonly name: string;
  /** How it ended, as text. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  readonly #logFile: string;

  constructor(name: string, argv: readonly string[], logFile: string, variables: NodeJS.ProcessEnv = {}) {
    this.name = name;
    this.#logFile = logFile;
    const [program, ...rest] = argv as [string, ...string[]];
    // A service would take variables such as ETCD_NAME for options.
    const { PATH } = process.env;
    const log = openSync(logFile, 'a');
    try {
      this.#process = spawn(program, rest, {
        // A session of its own, so that Ctrl-C at the terminal of the demo does not reach the services.
        detached: true,
        stdio: ['pipe', 'pipe', log],
        env: { PATH, ...variables },
      });
    } finally {
      closeSync(log);
    }
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`could not be started: ${error.message}`));
      this.#process.once('exit', (code, signal) => resolve(signal === null ? `exited with ${code}` : `got ${signal}`));
    });
    // Writing fails if the process has exited, which `ended` reports.
    this.#process.stdin?.on('error', () => {});
  }

  /** The pid of the program itself: its wrappers only use exec. */
  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} has no process`);
    return this.#process.pid;
  }

  /** Waits for `what`. @throws with the end of the log if the process exits first or the wait takes too long. */
  async whileAlive<T>(what: string, wait: Promise<T>): Promise<T> {
    const failure = this.ended.then((end) => Promise.reject(new Error(end)));
    const deadline = new AbortController();
    const timeout = delay(DEADLINE_MS, null, { signal: deadline.signal }).then(() =>
      Promise.reject(new Error(`not done after ${DEADLINE_MS} ms`)),
    );
    timeout.catch(() => {});
    try {
      return await Promise.race([wait, failure, timeout]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.name}: ${what}: ${reason}\n${await this.logTail()}`, { cause: error });
    } finally {
      deadline.abort();
    }
  }

  /** The first line of its output. The rest is discarded. */
  async firstLine(): Promise<string> {
    const stdout = this.#process.stdout;
    if (stdout === null) throw new Error(`${this.name} has no standard output`);
    let line = '';
    for await (const chunk of stdout) {
      line += String(chunk);
      if (line.includes('\n')) return line.split('\n', 1)[0] ?? '';
    }
    // The output has ended, so the process is about to.
    throw new Error(await this.ended);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }

  async logTail(): Promise<string> {
    const log = await readFile(this.#logFile, 'utf8');
    const tail = log.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
    return tail === '' ? `(${this.#logFile} is empty)` : `the end of ${this.#logFile}:\n${tail}`;
  }
}

/** Runs a command until it exits. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Output> {
  const [program, ...rest] = argv as [string, ...string[]];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [[code, signal], stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code: exitCode(code, signal), stdout, stderr };
}

/** Runs a command. @throws if it fails. */
export async function mustRun(what: string, argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(argv);
  if (code !== 0) throw new Error(`${what}: exit code ${code}: ${stdout}${stderr}`.trimEnd());
}

/** Called with a message from a child, which may be anything. The result is sent back. Must not throw. */
export type Answer = (message: unknown) => Promise<object>;

/**
 * Runs a command on this process's terminal, which sends it Ctrl-C itself, and returns its exit code. `answer` opens a Node IPC
 * channel, which also works if the command line starts node through other programs (child_process, "options.stdio").
 */
export async function runAttached(argv: readonly string[], answer?: Answer): Promise<number> {
  const [program, ...rest] = argv as [string, ...string[]];
  const terminal = ['inherit', 'inherit', 'inherit'] as const;
  const child = spawn(program, rest, { stdio: answer === undefined ? [...terminal] : [...terminal, 'ipc'] });
  if (answer !== undefined) {
    child.on('message', async (message: unknown) => {
      const reply = await answer(message);
      if (child.connected) child.send(reply);
    });
  }
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGTERM', passOn).on('SIGHUP', passOn);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return exitCode(code, signal);
  } finally {
    process.off('SIGTERM', passOn).off('SIGHUP', passOn);
  }
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
