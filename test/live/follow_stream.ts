import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Change } from '../../src/snapshot/document/change.js';
import { validator } from '../package_schema.js';
import { CLI } from './cli.js';

const invalid = validator('watch/changes/change.schema.json');

/** `k8s-sockwatch --follow` as a user runs it, with what it has printed so far. */
export class FollowStream {
  readonly changes: Change[] = [];
  /** When each line arrived, milliseconds since the epoch. */
  readonly arrivals: number[] = [];
  readonly child: ChildProcess;
  stderr = '';
  #waiting: (() => void)[] = [];

  /** `prefix` runs the program inside something else, such as a network namespace. */
  constructor(options: readonly string[] = [], prefix: readonly string[] = []) {
    // The test runner's hooks are left out: what is measured and counted is the program alone.
    const [command = '', ...argv] = [
      ...prefix,
      'env',
      '-u',
      'NODE_OPTIONS',
      process.execPath,
      CLI,
      '--follow',
      ...options,
    ];
    this.child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    if (this.child.stdout === null || this.child.stderr === null) throw new Error('its output is a pipe');
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.arrivals.push(Date.now());
      this.changes.push(JSON.parse(line) as Change);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.child.once('exit', () => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Waits until the changes so far satisfy `condition`; throws with what there is after `deadlineMs`. */
  async until(condition: (changes: readonly Change[]) => boolean, what: string, deadlineMs = 20_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!condition(this.changes)) {
      const left = deadline - Date.now();
      if (left <= 0 || this.child.exitCode !== null) {
        const tail = this.changes.slice(-5).map((change) => JSON.stringify(change).slice(0, 300));
        throw new Error(`${what} did not come (${this.changes.length} changes, ${this.stderr})\n${tail.join('\n')}`);
      }
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  /** What the schema that ships with the package has against the lines so far. */
  invalid(): string[] {
    return this.changes.flatMap((change) => invalid(change).map((fault) => `${change.event} ${fault}`));
  }

  started(): Promise<void> {
    return this.until((changes) => changes.some(({ event }) => event === 'started'), 'the first line');
  }

  /** Ends it as a user does, and gives its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null) {
      this.child.kill(signal);
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }
}
