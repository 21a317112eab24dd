import { version } from '../base/version.js';
import type { FailOn } from '../snapshot/document/document.js';
import { reevaluate } from '../snapshot/reevaluate.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { Evidence } from './bundle.js';
import { evidenceAt } from './evidence_at.js';

export interface EvidenceOptions {
  /** What the nodes are compared with. */
  readonly spec: Spec;
  /** Default: `auto`, the role that a snapshot gives, or what the sockets give away. */
  readonly role?: Role | 'auto';
  /** Default: `warning`. */
  readonly failOn?: FailOn;
}

/** One node as some evidence shows it, judged; or why some evidence could not be read. */
export type Checked = Evidence;

/**
 * Judges what files hold: snapshots, ss texts, directories and archives of them. Gives one node after the other, and
 * keeps none, so that memory is needed for one at a time. What cannot be read is among what is given, and nothing is
 * thrown for it.
 */
export async function* readEvidence(paths: readonly string[], options: EvidenceOptions): AsyncGenerator<Checked> {
  const { spec, role = 'auto', failOn = 'warning' } = options;
  for (const path of paths) {
    for await (const one of evidenceAt(path, version())) {
      yield 'error' in one ? one : { ...one, document: reevaluate(one.document, { spec, role, failOn }) };
    }
  }
}
