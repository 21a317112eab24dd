import { inputError } from '../base/input_error.js';
import { unshared } from '../base/text.js';
import { type EvidenceKind, HEAD_LENGTH, kindOf, LARGEST } from './classify_file.js';
import type { Found } from './evidence_file.js';

/**
 * Takes a file as it comes, in pieces, and keeps it only where its beginning looks like evidence, up to the size that such
 * evidence may have.
 */
export class Collector {
  private pieces: Uint8Array[] = [];
  private length = 0;
  private kind: EvidenceKind | null | undefined;
  private tooLarge = false;

  /** `source` is what messages call the file, `path` its path within the bundle. */
  constructor(
    private readonly source: string,
    private readonly path: string,
  ) {}

  /** False once nothing more is wanted. */
  write(piece: Uint8Array): boolean {
    if (this.kind === null || this.tooLarge) return false;
    this.pieces.push(piece);
    this.length += piece.length;
    if (this.kind === undefined && this.length >= HEAD_LENGTH) this.recognise();
    if (this.kind !== null && this.kind !== undefined && this.length > LARGEST[this.kind]) this.tooLarge = true;
    if (this.kind === null || this.tooLarge) this.pieces = [];
    return this.kind !== null && !this.tooLarge;
  }

  /** What was found; null for a file that is no evidence. */
  finish(modifiedAt: Date): Found | null {
    if (this.kind === undefined) this.recognise();
    const { kind, path, tooLarge, pieces } = this;
    const source = this.source;
    if (kind === null || kind === undefined) return null;
    // Nobody needs a host name so much that its file has to be complained about.
    if (tooLarge && kind === 'hostname') return null;
    if (!tooLarge) return { kind, path, source, bytes: joined(pieces), modifiedAt };
    const expected = `at most ${LARGEST[kind]} bytes`;
    return { kind: 'refused', source, error: inputError({ file: source, line: null, expected, found: 'more' }) };
  }

  private recognise(): void {
    this.kind = kindOf(this.path, joined(this.pieces).subarray(0, HEAD_LENGTH));
  }
}

/** A piece of an archive would keep all that was inflated with it. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? unshared(first) : Buffer.concat(pieces);
}
