import { SockwatchError } from '../base/errors.js';
import { readInput } from '../base/read_file.js';
import { printable } from '../base/text.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { MIN_KEY_LENGTH, type RedactOptions, redact } from '../snapshot/redact/redact.js';
import type { Spec } from '../spec/spec.js';

/** --redact and --redact-key. */
export interface RedactOption {
  /** null: a random key. */
  readonly keyFile: string | null;
}

/**
 * Reads the key at once, so that a bad one is reported before anything else is read.
 * @throws SockwatchError ERR_INPUT for a key that cannot be read or is too short
 */
export async function redactOptions({ keyFile }: RedactOption, spec: Spec): Promise<RedactOptions> {
  return { ...(keyFile === null ? {} : { key: await readKey(keyFile) }), spec };
}

/** The same for snapshots. @throws as redactOptions() */
export async function redactor(
  option: RedactOption,
  spec: Spec,
): Promise<(document: SnapshotDocument) => SnapshotDocument> {
  const options = await redactOptions(option, spec);
  return (document) => redact(document, options);
}

async function readKey(file: string): Promise<Buffer> {
  const key = await readInput(file);
  if (key.length >= MIN_KEY_LENGTH) return key;
  const message = `${printable(file)}: a key must have at least ${MIN_KEY_LENGTH} bytes, not ${key.length}`;
  throw new SockwatchError('ERR_INPUT', message, { hint: 'create one with: head -c 32 /dev/urandom > FILE' });
}
