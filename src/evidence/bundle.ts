import { isUtf8 } from 'node:buffer';
import { dirname } from 'node:path';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { readSnapshot } from '../snapshot/document/read_snapshot.js';
import { hostnameIn, hostnameRoot } from './classify_file.js';
import type { Found, FoundFile } from './evidence_file.js';
import { documentOfSs, type HostName, type SsEvidence } from './ss_document.js';
import { readSsText } from './ss_text.js';

/** A document that nobody has judged again yet, or why there is none. */
export type Evidence =
  | { readonly source: string; readonly document: SnapshotDocument }
  | { readonly source: string; readonly error: SockwatchError };

/** A snapshot as it was found, which nobody has parsed yet: `snapshotIn` does. */
export interface RawSnapshot {
  readonly source: string;
  readonly bytes: Uint8Array;
}

/** ss texts are kept until the bundle has been seen, since what names their node may come later. */
const LARGEST_TEXTS = 256 * 1024 * 1024;

/**
 * What a bundle holds: each snapshot as it comes, then one document for each node of which there is ss text.
 * `name` is what people call the bundle, `version` that of this program.
 */
export async function* evidenceIn(
  files: AsyncIterable<Found>,
  name: string,
  version: string,
): AsyncGenerator<Evidence | RawSnapshot> {
  const texts: FoundFile[] = [];
  const hostnames: FoundFile[] = [];
  let size = 0;
  let isEmpty = true;
  for await (const file of files) {
    switch (file.kind) {
      case 'hostname':
        hostnames.push(file);
        continue;
      case 'ss':
        size += file.bytes.length;
        if (size > LARGEST_TEXTS) throw tooManyTexts(name);
        texts.push(file);
        continue;
      case 'refused':
        yield { source: file.source, error: file.error };
        break;
      case 'snapshot':
        if (!isSnapshot(file.bytes)) continue;
        yield { source: file.source, bytes: file.bytes };
        break;
    }
    isEmpty = false;
  }
  for (const [host, members] of byNode(texts, hostnames, name)) yield* textsOf(members, host, version);
  if (isEmpty && texts.length === 0) yield { source: name, error: nothingIn(name) };
}

function tooManyTexts(file: string): SockwatchError {
  return inputError({ file, line: null, expected: `at most ${LARGEST_TEXTS} bytes of ss output`, found: 'more' });
}

function nothingIn(file: string): SockwatchError {
  const expected = 'a snapshot of k8s-sockwatch, or output of ss';
  return inputError({ file, line: null, expected, found: 'no file that is either' });
}

/** Bundles hold much JSON of other programs. Every snapshot names its generator. */
function isSnapshot(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes('"schemaVersion"') && buffer.includes('"k8s-sockwatch"');
}

/** A snapshot in a file's bytes, or what is wrong with it. */
export function snapshotIn(source: string, bytes: Uint8Array): Evidence {
  try {
    return { source, document: readSnapshot(utf8(bytes, source), source) };
  } catch (error) {
    if (error instanceof SockwatchError) return { source, error };
    throw error;
  }
}

/** A mark of the byte order is left out. */
function utf8(bytes: Uint8Array, file: string): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  throw inputError({ file, line: null, expected: 'text in UTF-8', found: 'bytes that are not UTF-8' });
}

/** One document of all texts of a node that can be read, and the faults of the others. */
export function* textsOf(files: readonly FoundFile[], host: HostName, version: string): Generator<Evidence> {
  const read: SsEvidence[] = [];
  for (const { source, bytes, modifiedAt } of files) {
    try {
      read.push({ source, text: readSsText(bytes, source), modifiedAt });
    } catch (error) {
      if (!(error instanceof SockwatchError)) throw error;
      yield { source, error };
    }
  }
  const [first] = read;
  if (first !== undefined) yield { source: first.source, document: documentOfSs(read, host, version) };
}

/** Texts by their directory, each called by the nearest host name above it. */
function byNode(
  texts: readonly FoundFile[],
  hostnames: readonly FoundFile[],
  bundle: string,
): Map<HostName, FoundFile[]> {
  const directories = new Map<string, FoundFile[]>();
  for (const text of texts) {
    const directory = dirname(text.path);
    const group = directories.get(directory);
    if (group === undefined) directories.set(directory, [text]);
    else group.push(text);
  }
  const named = hostnames.flatMap((file) => {
    const root = hostnameRoot(file.path);
    const name = hostnameIn(file.bytes);
    return root === null || name === null ? [] : [{ root, host: { name, source: file.source } }];
  });
  // The nearest is the one furthest down.
  named.sort((a, b) => b.root.length - a.root.length);
  const nearest = (directory: string) => named.find(({ root }) => `${directory}/`.startsWith(root) || root === '');
  const places = [...directories.keys()].map((directory) => ({ directory, found: nearest(directory) }));
  return new Map(
    places.map(({ directory, found }) => {
      // One name above several directories may be that of whoever collected them.
      const isAlone = places.filter((one) => one.found === found).length === 1;
      const place = { name: directory === '.' ? bundle : directory, source: null };
      return [found !== undefined && isAlone ? found.host : place, directories.get(directory) ?? []];
    }),
  );
}
