import { isAscii, isUtf8 } from 'node:buffer';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { readSnapshot } from '../snapshot/document/read_snapshot.js';
import type { Holders } from './seen_snapshots.js';

/** A document that has not been evaluated yet, or the error that prevented reading one. */
export type Evidence =
  | { readonly source: string; readonly document: SnapshotDocument }
  | { readonly source: string; readonly error: SockwatchError };

/** A snapshot that is read elsewhere. */
export interface ReadElsewhere {
  /** null: it could not be read. */
  readonly holders: Promise<Holders | null>;
}

/** Reads a snapshot, here or elsewhere. */
export type ReadSnapshot<Other extends ReadElsewhere> = (
  source: string,
  bytes: Uint8Array,
) => Evidence | Promise<Evidence | Other>;

/** Parses a snapshot. */
export function snapshotIn(source: string, bytes: Uint8Array): Evidence {
  try {
    return { source, document: readSnapshot(decodeUtf8(bytes, source), source) };
  } catch (error) {
    if (error instanceof SockwatchError) return { source, error };
    throw error;
  }
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  const { buffer, byteOffset, byteLength } = bytes;
  if (isAscii(bytes)) return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  throw inputError({ file, line: null, expected: 'text in UTF-8', found: 'bytes that are not UTF-8' });
}
