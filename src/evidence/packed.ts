import { Readable } from 'node:stream';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { BoundedReader } from './bounded_reader.js';
import { ARCHIVE_NAME, COMPRESSED_NAME } from './classify_file.js';
import { inflateError, isGzip, isTar, unsupportedError } from './compression.js';
import type { EvidenceFile, EvidenceItem } from './evidence_file.js';
import { inflatedStream, membersIn, TAR_LIMITS } from './tarball.js';

/** What the packed files of one bundle have in common. */
interface Budget {
  /** Bytes that they may still unpack to. */
  left: number;
  /** Whether an unsupported format was named: a bundle may have a hundred such files. */
  hasNamedFormat: boolean;
}

/** The items of a bundle, with the content of its compressed files and archives in their place. Archives in these are refused. */
export async function* unpacked(
  items: AsyncIterable<EvidenceItem>,
  budget: Budget = { left: TAR_LIMITS.totalBytes, hasNamedFormat: false },
  isInArchive = false,
): AsyncGenerator<EvidenceItem> {
  for await (const item of items) {
    if (item.kind !== 'packed') {
      yield item;
      continue;
    }
    const unsupported = unsupportedError(item.bytes, item.source);
    if (unsupported !== null) {
      if (!budget.hasNamedFormat) yield { kind: 'refused', source: item.source, error: unsupported };
      budget.hasNamedFormat = true;
    } else if (isTar(item.bytes) || ARCHIVE_NAME.test(item.path)) {
      yield* isInArchive ? [tooDeep(item)] : membersOf(item, budget);
    } else {
      yield* fileIn(item, budget);
    }
  }
}

function tooDeep({ source }: EvidenceFile): EvidenceItem {
  const error = inputError({ file: source, line: null, expected: 'archives one level deep', found: 'one in another' });
  return { kind: 'refused', source, error };
}

async function* membersOf(item: EvidenceFile, budget: Budget): AsyncGenerator<EvidenceItem> {
  for await (const one of unpacked(membersIn(contentOf(item, budget), item.source), budget, true)) {
    // Members get the archive as parent directory, so that several archives are not mixed up.
    yield one.kind === 'refused' ? one : { ...one, path: `${item.path}/${one.path}` };
  }
}

async function* fileIn(item: EvidenceFile, budget: Budget): AsyncGenerator<EvidenceItem> {
  const { source, path, modifiedAt } = item;
  const reader = new BoundedReader(source, path.replace(COMPRESSED_NAME, ''));
  try {
    for await (const chunk of contentOf(item, budget)) if (!reader.write(chunk)) break;
    const inner = reader.finish(modifiedAt);
    if (inner === null) return;
    yield inner.kind === 'packed' ? tooDeep(item) : inner;
  } catch (error) {
    const fault = error instanceof SockwatchError ? error : inflateError(error, source);
    if (fault === null) throw error;
    yield { kind: 'refused', source, error: fault };
  }
}

async function* contentOf({ bytes, source }: EvidenceFile, budget: Budget): AsyncGenerator<Buffer> {
  const limits = { ...TAR_LIMITS, totalBytes: budget.left };
  const raw = Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]);
  for await (const chunk of inflatedStream(raw, isGzip(bytes), source, limits)) {
    budget.left -= chunk.length;
    yield chunk;
  }
}
