import { availableParallelism } from 'node:os';
import type { SnapshotDocument } from './document/document.js';
import { type JudgeOptions, judgeAgain } from './document/judge_again.js';
import { type Evidence, type RawSnapshot, snapshotIn } from './evidence/bundle.js';
import { rawEvidenceAt } from './evidence/evidence_at.js';
import { explanation } from './explanation.js';
import { type Judged, JudgeThreads, type Start } from './judge_threads.js';
import { version } from './version.js';

type JudgedHere =
  | { readonly source: string; readonly document: SnapshotDocument }
  | { readonly source: string; readonly reason: string };

/** What one node has to say, as a document or reduced already; or why some evidence could not be read. */
export type JudgedFile = (Judged | JudgedHere) & {
  /** How many of the paths are behind it. */
  readonly done: number;
};

/** More would not keep the memory of a thousand nodes under 300 MiB. */
const MOST_THREADS = 2;

/** Snapshots that are read ahead. Fewer than these are judged sooner than threads start. */
const AHEAD = 16;

/** In bytes, and one snapshot whatever its size: parsed, it takes many times its bytes, in each thread. */
const AHEAD_BYTES = 8 * 1024 * 1024;

type Unreadable = Exclude<Evidence, { readonly document: unknown }>;

interface Ahead {
  readonly done: number;
  readonly piece: RawSnapshot | Unreadable;
  /** In bytes; those of a piece are gone once a thread has them. */
  readonly size: number;
  /** null: not given to a thread. */
  judged: Promise<Judged> | null;
}

/** How many threads are used, and how they are started; other than by default in tests. */
export interface Threads {
  readonly count: number;
  readonly start?: Start;
}

/**
 * Judges what files hold, as readEvidence does and in the same order, but with threads where there are many snapshots. Keeps
 * none.
 * @throws SockwatchError ERR_INPUT where a thread ran out of memory
 */
export async function* judgeFiles(
  files: readonly string[],
  options: JudgeOptions,
  { count, start }: Threads = { count: Math.min(MOST_THREADS, availableParallelism()) },
): AsyncGenerator<JudgedFile> {
  const ahead: Ahead[] = [];
  let threads: JudgeThreads | null = null;
  let snapshots = 0;
  const next = async (): Promise<JudgedFile> => {
    const first = ahead.shift();
    if (first === undefined) throw new RangeError('nothing was read ahead');
    const judged = first.judged === null ? judgedHere(first.piece, options) : await first.judged;
    return { ...judged, done: first.done };
  };
  const hasRoomFor = (size: number): boolean =>
    ahead.length < AHEAD && ahead.reduce((sum, one) => sum + one.size, size) <= AHEAD_BYTES;
  try {
    for (const [done, file] of files.entries()) {
      for await (const piece of rawEvidenceAt(file, version())) {
        if ('document' in piece) {
          while (ahead.length > 0) yield await next();
          yield { ...judgedHere(piece, options), done };
          continue;
        }
        const size = 'bytes' in piece ? piece.bytes.length : 0;
        while (ahead.length > 0 && !hasRoomFor(size)) yield await next();
        ahead.push({ done, piece, size, judged: null });
        if ('bytes' in piece) snapshots += 1;
        if (snapshots < AHEAD || count < 2) continue;
        threads ??= new JudgeThreads(count, options, start);
        for (const one of ahead) if ('bytes' in one.piece) one.judged ??= given(threads, one.piece);
      }
    }
    while (ahead.length > 0) yield await next();
  } finally {
    await threads?.close();
  }
}

/** Its failure is for who waits for it, which may be later than it happens. */
function given(threads: JudgeThreads, snapshot: RawSnapshot): Promise<Judged> {
  const judged = threads.judge(snapshot);
  judged.catch(() => {});
  return judged;
}

function judgedHere(piece: RawSnapshot | Evidence, options: JudgeOptions): JudgedHere {
  const one = 'bytes' in piece ? snapshotIn(piece.source, piece.bytes) : piece;
  if ('error' in one) return { source: one.source, reason: explanation(one.error) };
  return { source: one.source, document: judgeAgain(one.document, options) };
}
