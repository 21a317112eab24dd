import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Holders, holdersOfNode } from '../evidence/seen_snapshots.js';
import { type Evidence, type ReadElsewhere, snapshotIn } from '../evidence/snapshot_in.js';
import { PartSource } from './fleet.js';
import { PartMaker, type SnapshotPart } from './part_maker.js';
import type { FleetOptions } from './reduce.js';

/** A snapshot that is evaluated already, or by a thread. */
export interface Evaluating extends ReadElsewhere {
  /** Bytes that a thread was given; 0: it was evaluated here. */
  readonly size: number;
  readonly result: Promise<Evidence | Evaluated>;
}

/** For `FleetBuilder.addPart`. */
export interface Evaluated {
  readonly part: SnapshotPart;
  readonly from: PartSource;
}

/** In bytes. Threads start once more than this was read, 40 snapshots of 500 listeners: less is evaluated before they would begin. */
const MANY = 16 * 1024 * 1024;

/** In bytes: a thread takes 50 MiB. */
const MIN_MEMORY = 512 * 1024 * 1024;

/** Beside the main thread, which also evaluates. */
const MAX_WORKERS = 3;

/** Snapshots that a thread has: one that it evaluates, and the next. */
const MAX_LOAD = 2;

/** In MiB. Most of it is what was parsed and is no longer needed; with less, more of it is moved about. */
const YOUNG_GENERATION = 16;

export function workerCount(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const processors = availableParallelism();
  return memory < MIN_MEMORY || isAddressSpaceLimited() ? 0 : Math.min(MAX_WORKERS, processors - 1);
}

/** Where the address space for the heap of a thread cannot be had, V8 ends the whole process. */
function isAddressSpaceLimited(): boolean {
  try {
    return !/^Max address space +unlimited /m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return true;
  }
}

/** Evaluates snapshots on other threads too, once there are many. */
export class Workers {
  readonly #workers: FleetWorker[] = [];
  readonly #own: PartMaker;
  readonly #from: PartSource;
  #size = 0;

  constructor(
    readonly options: FleetOptions,
    /** Other than by default in tests. */
    readonly threads: { readonly count: number; readonly many: number; readonly program?: string } = {
      count: workerCount(),
      many: MANY,
    },
  ) {
    this.#own = new PartMaker(options);
    this.#from = new PartSource(options.spec);
  }

  /** Of few snapshots, it reads them only. */
  readonly read = async (source: string, bytes: Uint8Array): Promise<Evidence | Evaluating> => {
    const { count, many } = this.threads;
    const isMany = this.#size > many;
    this.#size += bytes.length;
    if (!isMany || count === 0) return snapshotIn(source, bytes);
    if (this.#workers.length === 0) await this.#start(count);
    const worker = this.#workers.find(({ load }) => load < MAX_LOAD);
    if (worker === undefined) {
      const part = this.#own.read(source, bytes);
      if ('error' in part) return part;
      const result = Promise.resolve({ part, from: this.#from });
      return { size: 0, result, holders: Promise.resolve(part.holders) };
    }
    const result = worker
      .evaluate(source, bytes)
      .then((part) => (part === null ? snapshotIn(source, bytes) : { part, from: worker.from }));
    return { size: bytes.length, result, holders: result.then(holdersIn) };
  };

  async #start(count: number): Promise<void> {
    const program = this.threads.program ?? (await import('./worker_program.js')).WORKER_PROGRAM;
    for (let at = 0; at < count; at++) this.#workers.push(new FleetWorker(program, this.options));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}

function holdersIn(one: Evidence | Evaluated): Holders | null {
  if ('part' in one) return one.part.holders;
  return 'document' in one ? holdersOfNode(one.document) : null;
}

class FleetWorker {
  readonly from: PartSource;
  readonly #worker: Worker;
  readonly #waiting: ((answer: SnapshotPart | null) => void)[] = [];
  #hasEnded = false;

  constructor(program: string, options: FleetOptions) {
    this.from = new PartSource(options.spec);
    // What was loaded into this program (--import) is not for its threads.
    this.#worker = new Worker(program, {
      eval: true,
      workerData: options,
      execArgv: [],
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
    });
    this.#worker.on('message', (answer: SnapshotPart | null) => this.#waiting.shift()?.(answer));
    // Without memory, or by a defect, which will show on the main thread.
    this.#worker.on('error', () => {});
    this.#worker.on('exit', () => {
      this.#hasEnded = true;
      for (const done of this.#waiting.splice(0)) done(null);
    });
  }

  /** Snapshots that it has not answered. */
  get load(): number {
    return this.#hasEnded ? Number.POSITIVE_INFINITY : this.#waiting.length;
  }

  evaluate(source: string, bytes: Uint8Array): Promise<SnapshotPart | null> {
    if (this.#hasEnded) return Promise.resolve(null);
    this.#worker.postMessage({ source, bytes });
    return new Promise((done) => this.#waiting.push(done));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
