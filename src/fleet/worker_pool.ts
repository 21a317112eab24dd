import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { SockwatchError } from '../base/errors.js';
import { printable, unshared } from '../base/text.js';
import type { RawSnapshot } from '../evidence/bundle.js';
import type { ReevaluateOptions } from '../snapshot/reevaluate.js';
import { Renumbering } from './renumbering.js';
import type { Share } from './share.js';
import type { Answer, Given } from './worker.js';

/** What a thread made of a snapshot, to be put into a matrix in the order of the snapshots; or why it cannot be read. */
export type Evaluated =
  | { readonly share: Share; readonly renumbering: Renumbering }
  | { readonly source: string; readonly reason: string };

/** Starts a thread that does as judge_thread.ts; another in tests. */
export type Start = (options: ReevaluateOptions) => Worker;

/**
 * In MiB, of a thread. By default it would be 48, most of which holds what was parsed and is no longer needed; with less than
 * this more of it is moved about than is saved.
 */
const YOUNG_GENERATION = 24;

/** What was loaded into this program (--import) or asked of it is not for its threads. */
const startThread: Start = (options) =>
  new Worker(new URL('./worker.js', import.meta.url), {
    workerData: options,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  });

interface Waiting {
  readonly source: string;
  readonly done: (judged: Evaluated) => void;
  readonly failed: (error: unknown) => void;
}

/** Snapshots that a thread is given at a time: one to judge, and the next, so that it does not wait. */
const MOST_GIVEN = 2;

/** In bytes, what all threads are given at a time, or one snapshot whatever its size: parsed, it takes many times its bytes. */
const MOST_BYTES = 8 * 1024 * 1024;

interface Task {
  readonly snapshot: RawSnapshot;
  readonly done: (judged: Promise<Evaluated>) => void;
}

/** Threads that judge snapshots beside each other. Each is given them in the order in which they come. */
export class WorkerPool {
  readonly #threads: readonly PoolWorker[];
  readonly #queue: Task[] = [];
  /** In bytes. */
  #given = 0;

  constructor(count: number, options: ReevaluateOptions, start: Start = startThread) {
    // Helpers of each thread's collector would only wait for each other where threads are as many as processors.
    setFlagsFromString('--no-parallel-scavenge');
    this.#threads = Array.from({ length: count }, () => new PoolWorker(start(options)));
  }

  /**
   * Takes the bytes away from the caller. Rejects with ERR_INPUT where the thread ran out of memory, with what was thrown where it
   * failed otherwise; nothing more is to be asked then.
   */
  judge(snapshot: RawSnapshot): Promise<Evaluated> {
    return new Promise((done) => {
      this.#queue.push({ snapshot, done });
      this.#deal();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #deal(): void {
    for (let task = this.#queue[0]; task !== undefined; task = this.#queue[0]) {
      const thread = this.#threads.reduce((best, one) => (one.load < best.load ? one : best));
      const size = task.snapshot.bytes.length;
      if (thread.load >= MOST_GIVEN || (this.#given > 0 && this.#given + size > MOST_BYTES)) return;
      this.#queue.shift();
      this.#given += size;
      const judged = thread.judge(task.snapshot).finally(() => {
        this.#given -= size;
        this.#deal();
      });
      task.done(judged);
    }
  }
}

class PoolWorker {
  readonly #worker: Worker;
  readonly #renumbering = new Renumbering();
  readonly #waiting: Waiting[] = [];
  readonly #begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #answers = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#answered(answer));
    worker.on('error', (error) => this.#failed(error));
    worker.on('messageerror', (error) => this.#failed(error));
    worker.on('exit', (code) =>
      this.#failed(new Error(`a thread that judges snapshots ended by itself, with code ${code}`)),
    );
  }

  /** Snapshots that it was given and did not answer yet. */
  get load(): number {
    return this.#waiting.length;
  }

  judge({ source, bytes }: RawSnapshot): Promise<Evaluated> {
    return new Promise((done, failed) => {
      if (this.#failure !== null) {
        failed(this.#failure.error);
        return;
      }
      this.#waiting.push({ source, done, failed });
      const own = unshared(bytes);
      const { buffer } = own;
      const given: Given = { source, bytes: own, begun: this.#begun };
      this.#worker.postMessage(given, buffer instanceof ArrayBuffer ? [buffer] : []);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered(answer: Answer): void {
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#answers += 1;
    first.done('share' in answer ? { ...answer, renumbering: this.#renumbering } : { ...answer, source: first.source });
  }

  /** The first failure counts; an exit follows every other. */
  #failed(error: unknown): void {
    if (this.#failure !== null) return;
    // Answers may have been lost on their way: not the first that waits counts, but the last that was begun.
    const source = this.#waiting[Atomics.load(this.#begun, 0) - this.#answers - 1]?.source ?? null;
    this.#failure = { error: isOutOfMemory(error) ? outOfMemory(source) : error };
    for (const { failed } of this.#waiting.splice(0)) failed(this.#failure.error);
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function outOfMemory(source: string | null): SockwatchError {
  const what = source === null ? 'a thread that judges snapshots' : printable(source);
  return new SockwatchError('ERR_INPUT', `${what}: judging it ran out of memory`, {
    hint: 'Leave it out, or judge it alone.',
  });
}
