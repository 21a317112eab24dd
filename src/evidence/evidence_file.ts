import type { SockwatchError } from '../base/errors.js';
import type { EvidenceKind } from './classify_file.js';

/** A file that looks like evidence, whole. */
export interface FoundFile {
  readonly kind: EvidenceKind;
  /** Within the bundle, with slashes; the name alone for a file that was named itself. */
  readonly path: string;
  /** What people call it: the bundle and the path within. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly modifiedAt: Date;
}

/** Something that is not read, and why. */
export interface Refused {
  readonly kind: 'refused';
  readonly source: string;
  readonly error: SockwatchError;
}

export type Found = FoundFile | Refused;
