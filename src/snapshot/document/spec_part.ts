import type { Spec } from '../../spec/spec.js';
import { type PageRemark, pageRemarks } from '../../verdict/page_remarks.js';
import { pageRemarkText } from '../../verdict/text/page_remark.js';
import type { SnapshotDocument } from './document.js';

/** What a document says of the spec that a node with this release installed was compared with; null: unknown. */
export function specPart(spec: Spec, installed: string | null): SnapshotDocument['spec'] {
  const { title, source, release, sha256, notes } = spec;
  return { title, source, release, sha256, notes: notes.sources, remarks: pageRemarks(spec, installed).map(withText) };
}

export function withText(remark: PageRemark): SnapshotDocument['spec']['remarks'][number] {
  return { ...remark, message: pageRemarkText(remark) };
}
