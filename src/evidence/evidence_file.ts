import type { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { printable } from '../base/text.js';
import type { EvidenceKind } from './classify_file.js';

/** A complete file that looks like evidence. */
export interface EvidenceFile {
  readonly kind: EvidenceKind;
  /** Within the bundle; the base name of a file given directly. */
  readonly path: string;
  /** For messages: the bundle and the path within it. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly modifiedAt: Date;
}

/** A file that was not read, and why. */
export interface RefusedFile {
  readonly kind: 'refused';
  readonly source: string;
  readonly error: SockwatchError;
}

export type EvidenceItem = EvidenceFile | RefusedFile;

/** What was found in place of a file. */
export const LINK = 'a link, which is not followed';

export function refusal(source: string, expected: string, found: string): RefusedFile {
  return {
    kind: 'refused',
    source,
    error: inputError({ file: source, line: null, expected, found: printable(found) }),
  };
}
