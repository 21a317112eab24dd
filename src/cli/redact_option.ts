import { SockwatchError } from '../base/errors.js';
import { printable } from '../base/text.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { redact, SHORTEST_KEY } from '../snapshot/redact/redact.js';
import type { Spec } from '../spec/spec.js';

/** What `--redact` and `--redact-key` ask for. */
export interface RedactOption {
  /** null: a key of this run's own. */
  readonly keyFile: string | null;
}

/**
 * What makes a snapshot fit to be handed on. The key is read at once, so that a bad one is told before anything is looked at.
 * @throws SockwatchError ERR_INPUT for a key that cannot be read or is too short
 */
export async function redactor(
  { keyFile }: RedactOption,
  spec: Spec,
): Promise<(document: SnapshotDocument) => SnapshotDocument> {
  const key = keyFile === null ? {} : { key: await readKey(keyFile) };
  return (document) => redact(document, { ...key, spec });
}

async function readKey(file: string): Promise<Buffer> {
  const { readInput } = await import('../base/read_file.js');
  const key = await readInput(file);
  if (key.length >= SHORTEST_KEY) return key;
  const message = `${printable(file)}: a key has at least ${SHORTEST_KEY} bytes, this one ${key.length}`;
  throw new SockwatchError('ERR_INPUT', message, { hint: 'make one with: head -c 32 /dev/urandom > FILE' });
}
