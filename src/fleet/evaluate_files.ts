import { formatError } from '../base/format_error.js';
import { version } from '../base/version.js';
import { type Evidence, type RawSnapshot, snapshotIn } from '../evidence/bundle.js';
import { evidenceAt } from '../evidence/evidence_at.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type ReevaluateOptions, reevaluate } from '../snapshot/reevaluate.js';
import { thisMachine, threadCount } from './worker_count.js';
import { type Evaluated, type Start, WorkerPool } from './worker_pool.js';

type EvaluatedHere =
  | { readonly source: string; readonly document: SnapshotDocument }
  | { readonly source: string; readonly reason: string };

/** What one node has to say, as a document or reduced already; or why some evidence could not be read. */
export type EvaluatedFile = (Evaluated | EvaluatedHere) & {
  /** How many of the paths are behind it. */
  readonly done: number;
};

/**
 * In bytes. Threads begin once more than this was read, 40 snapshots of 500 listeners: less is judged sooner than they would have
 * started.
 */
const MANY = 16 * 1024 * 1024;

/** In bytes, what is read ahead of threads, or one snapshot whatever its size. */
const AHEAD_BYTES = 4 * 1024 * 1024;

/** The same for small ones and what cannot be read. */
const AHEAD = 256;

type Unreadable = Exclude<Evidence, { readonly document: unknown }>;

interface Ahead {
  readonly done: number;
  readonly piece: RawSnapshot | Unreadable;
  /** In bytes; those of a piece are gone once a thread has them. */
  readonly size: number;
  /** null: not given to a thread. */
  judged: Promise<Evaluated> | null;
}

/** Other than by default in tests. */
export interface Threads {
  readonly count: number;
  readonly start?: Start;
  /** In bytes. */
  readonly many?: number;
}

/**
 * Evaluates what files hold, in order, with threads where there are many snapshots. Keeps none of them.
 * @throws SockwatchError ERR_INPUT where a thread ran out of memory
 */
export async function* evaluateFiles(
  files: readonly string[],
  options: ReevaluateOptions,
  { count, start, many = MANY }: Threads = { count: threadCount(thisMachine()) },
): AsyncGenerator<EvaluatedFile> {
  const ahead: Ahead[] = [];
  let threads: WorkerPool | null = null;
  const next = async (): Promise<EvaluatedFile> => {
    const first = ahead.shift();
    if (first === undefined) throw new RangeError('nothing was read ahead');
    const judged = first.judged === null ? evaluateHere(first.piece, options) : await first.judged;
    return { ...judged, done: first.done };
  };
  const hasRoomFor = (size: number): boolean =>
    ahead.length < AHEAD &&
    ahead.reduce((sum, one) => sum + one.size, size) <= (threads === null && count > 0 ? many : AHEAD_BYTES);
  try {
    for (const [done, file] of files.entries()) {
      for await (const piece of evidenceAt(file, version())) {
        if ('document' in piece) {
          while (ahead.length > 0) yield await next();
          yield { ...evaluateHere(piece, options), done };
          continue;
        }
        const size = 'bytes' in piece ? piece.bytes.length : 0;
        while (ahead.length > 0 && !hasRoomFor(size)) {
          if (threads === null && count > 0) {
            threads = new WorkerPool(count, options, start);
            for (const one of ahead) one.judged = given(threads, one.piece);
          }
          yield await next();
        }
        ahead.push({ done, piece, size, judged: given(threads, piece) });
      }
    }
    while (ahead.length > 0) yield await next();
  } finally {
    await threads?.close();
  }
}

/** null: there is no thread, or nothing for it to do. A failure is for who waits for it, which may be later than it happens. */
function given(threads: WorkerPool | null, piece: RawSnapshot | Unreadable): Promise<Evaluated> | null {
  if (threads === null || !('bytes' in piece)) return null;
  const judged = threads.judge(piece);
  judged.catch(() => {});
  return judged;
}

function evaluateHere(piece: RawSnapshot | Evidence, options: ReevaluateOptions): EvaluatedHere {
  const one = 'bytes' in piece ? snapshotIn(piece.source, piece.bytes) : piece;
  if ('error' in one) return { source: one.source, reason: formatError(one.error) };
  return { source: one.source, document: reevaluate(one.document, options) };
}
