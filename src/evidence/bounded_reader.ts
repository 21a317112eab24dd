import { inputError } from '../base/input_error.js';
import { unshared } from '../base/text.js';
import { classifyFile, type EvidenceKind, MAX_EVIDENCE_BYTES, MAX_HEAD_BYTES } from './classify_file.js';
import type { EvidenceItem } from './evidence_file.js';

/** Collects a file in chunks. Keeps it only if its head looks like evidence, up to the size limit of that kind. */
export class BoundedReader {
  private chunks: Uint8Array[] = [];
  private length = 0;
  private kind: EvidenceKind | null | undefined;
  private isTooLarge = false;

  /** `source` names the file in messages, `path` is its path within the bundle. */
  constructor(
    private readonly source: string,
    private readonly path: string,
  ) {}

  /** Returns false once no more data is needed. */
  write(chunk: Uint8Array): boolean {
    if (this.kind === null || this.isTooLarge) return false;
    this.chunks.push(chunk);
    this.length += chunk.length;
    if (this.kind === undefined && this.length >= MAX_HEAD_BYTES) this.classify();
    if (this.kind !== null && this.kind !== undefined && this.length > MAX_EVIDENCE_BYTES[this.kind])
      this.isTooLarge = true;
    if (this.kind === null || this.isTooLarge) this.chunks = [];
    return this.kind !== null && !this.isTooLarge;
  }

  /** null if the file is not evidence. */
  finish(modifiedAt: Date): EvidenceItem | null {
    if (this.kind === undefined) this.classify();
    const { kind, path, isTooLarge, chunks } = this;
    const source = this.source;
    if (kind === null || kind === undefined) return null;
    if (!isTooLarge) return { kind, path, source, bytes: joined(chunks), modifiedAt };
    // What is not known without it is unverified.
    if (kind === 'hostname' || kind === 'fact') return null;
    const expected = `at most ${MAX_EVIDENCE_BYTES[kind]} bytes`;
    return { kind: 'refused', source, error: inputError({ file: source, line: null, expected, found: 'more' }) };
  }

  private classify(): void {
    this.kind = classifyFile(this.path, joined(this.chunks).subarray(0, MAX_HEAD_BYTES));
  }
}

/** Copies a single chunk too: a slice would keep the whole inflated buffer alive. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? unshared(first) : Buffer.concat(chunks);
}
