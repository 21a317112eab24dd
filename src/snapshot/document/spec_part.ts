import type { Spec } from '../../spec/spec.js';
import type { SnapshotDocument } from './document.js';

/** What a document says of the spec that the node was compared with. */
export function specPart({ title, source, release, sha256, notes }: Spec): SnapshotDocument['spec'] {
  return { title, source, release, sha256, notes: notes.sources };
}
