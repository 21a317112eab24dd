import { type Evidence, snapshotIn } from '../../src/evidence/bundle.js';
import { evidenceAt } from '../../src/evidence/evidence_at.js';

/** All evidence at a path, with its snapshots parsed. */
export async function* documentsAt(path: string): AsyncGenerator<Evidence> {
  for await (const one of evidenceAt(path, '1.2.3')) yield 'bytes' in one ? snapshotIn(one.source, one.bytes) : one;
}
