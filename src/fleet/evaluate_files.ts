import { formatError } from '../base/format_error.js';
import { version } from '../base/version.js';
import { evidenceAt } from '../evidence/evidence_at.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type ReevaluateOptions, reevaluate } from '../snapshot/reevaluate.js';

/** A snapshot evaluated again, or why some evidence could not be read. */
export type EvaluatedFile = (
  | { readonly source: string; readonly document: SnapshotDocument }
  | { readonly source: string; readonly reason: string }
) & {
  /** How many of the paths were finished before. */
  readonly done: number;
};

/** Evaluates the evidence at some paths, in order, one at a time. */
export async function* evaluateFiles(
  paths: readonly string[],
  options: ReevaluateOptions,
): AsyncGenerator<EvaluatedFile> {
  for (const [done, path] of paths.entries()) {
    for await (const one of evidenceAt(path, version())) {
      const { source } = one;
      if ('error' in one) yield { source, reason: formatError(one.error), done };
      else yield { source, document: reevaluate(one.document, options), done };
    }
  }
}
