import { isUtf8 } from 'node:buffer';
import { dirname } from 'node:path';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { readSnapshot } from '../snapshot/document/read_snapshot.js';
import { hostnameIn, hostnameRoot } from './classify_file.js';
import type { EvidenceFile, EvidenceItem } from './evidence_file.js';
import { documentOfSs, type NodeName, type SsEvidence } from './ss_document.js';
import { areOfOneNode } from './ss_merge.js';
import { readSsText } from './ss_text.js';

/** A document that has not been evaluated yet, or the error that prevented reading one. */
export type Evidence =
  | { readonly source: string; readonly document: SnapshotDocument }
  | { readonly source: string; readonly error: SockwatchError };

/** ss texts are kept until the end of the bundle, since the file with their node's name may come later. */
const MAX_SS_BYTES_TOTAL = 256 * 1024 * 1024;

/**
 * The evidence in a bundle: snapshots in their order, then one document per node that has ss text.
 * @param name Name of the bundle in messages
 * @param version Version of this program
 */
export async function* evidenceIn(
  files: AsyncIterable<EvidenceItem>,
  name: string,
  version: string,
): AsyncGenerator<Evidence> {
  const texts: EvidenceFile[] = [];
  const hostnames: EvidenceFile[] = [];
  let size = 0;
  let isEmpty = true;
  for await (const file of files) {
    switch (file.kind) {
      case 'hostname':
        hostnames.push(file);
        continue;
      case 'ss':
        size += file.bytes.length;
        if (size > MAX_SS_BYTES_TOTAL) throw tooManyTexts(name);
        texts.push(file);
        continue;
      case 'refused':
        yield { source: file.source, error: file.error };
        break;
      case 'snapshot':
        if (!isSnapshot(file.bytes)) continue;
        yield snapshotIn(file.source, file.bytes);
        break;
    }
    isEmpty = false;
  }
  for (const [host, members] of byNode(texts, hostnames, name)) yield* documentOfTexts(members, host, version);
  if (isEmpty && texts.length === 0) yield { source: name, error: nothingIn(name) };
}

function tooManyTexts(file: string): SockwatchError {
  return inputError({ file, line: null, expected: `at most ${MAX_SS_BYTES_TOTAL} bytes of ss output`, found: 'more' });
}

function nothingIn(file: string): SockwatchError {
  const expected = 'a snapshot of k8s-sockwatch, or output of ss';
  return inputError({ file, line: null, expected, found: 'no file that is either' });
}

/** Bundles contain JSON of other programs. Every snapshot names its generator. */
function isSnapshot(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes('"schemaVersion"') && buffer.includes('"k8s-sockwatch"');
}

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
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  throw inputError({ file, line: null, expected: 'text in UTF-8', found: 'bytes that are not UTF-8' });
}

/**
 * The readable ss texts of a directory as one document, and errors for the others. Texts that contradict each other are of
 * several nodes, each of which is named after its first text.
 */
export function* documentOfTexts(files: readonly EvidenceFile[], host: NodeName, version: string): Generator<Evidence> {
  const nodes: SsEvidence[][] = [];
  for (const { source, path, bytes, modifiedAt } of files) {
    try {
      const read: SsEvidence = { source, tables: readSsText(bytes, source, path), modifiedAt };
      const same = nodes.find((texts) => texts.every(({ tables }) => areOfOneNode(tables, read.tables)));
      if (same === undefined) nodes.push([read]);
      else same.push(read);
    } catch (error) {
      if (!(error instanceof SockwatchError)) throw error;
      yield { source, error };
    }
  }
  for (const texts of nodes) {
    const [first] = texts;
    if (first === undefined) continue;
    const name = nodes.length === 1 ? host : { name: first.source, source: null };
    yield { source: first.source, document: documentOfSs(texts, name, version) };
  }
}

/** Groups texts by directory and names each group after the nearest host name file above it. */
export function byNode(
  texts: readonly EvidenceFile[],
  hostnames: readonly EvidenceFile[],
  bundle: string,
): Map<NodeName, EvidenceFile[]> {
  const directories = new Map<string, EvidenceFile[]>();
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
  const nearest = nearestRoots([...directories.keys()], named);
  const uses = new Map<NamedRoot, number>();
  for (const root of nearest.values()) uses.set(root, (uses.get(root) ?? 0) + 1);
  return new Map(
    [...directories].map(([directory, files]) => {
      const nearby = nearest.get(directory);
      // A host name above several directories may belong to the machine that collected them.
      const isUnambiguous = nearby !== undefined && uses.get(nearby) === 1;
      const fallback = { name: directory === '.' ? bundle : directory, source: null };
      return [isUnambiguous ? nearby.host : fallback, files];
    }),
  );
}

interface NamedRoot {
  /** Ends with a slash, or is empty. */
  readonly root: string;
  readonly host: NodeName;
}

/** The innermost root around each directory. In order of text, what is in a root follows it. */
function nearestRoots(directories: readonly string[], roots: readonly NamedRoot[]): Map<string, NamedRoot> {
  const rest = roots.toSorted((a, b) => compare(a.root, b.root));
  const around: NamedRoot[] = [];
  const nearest = new Map<string, NamedRoot>();
  let next = 0;
  for (const path of directories.map((directory) => `${directory}/`).sort(compare)) {
    for (let root = rest[next]; root !== undefined && root.root <= path; root = rest[++next]) {
      // Of several of one directory, the first.
      if (rest[next - 1]?.root !== root.root) enter(root.root, around).push(root);
    }
    const innermost = enter(path, around).at(-1);
    if (innermost !== undefined) nearest.set(path.slice(0, -1), innermost);
  }
  return nearest;
}

/** Leaves the roots that are not around a path. */
function enter(path: string, around: NamedRoot[]): NamedRoot[] {
  while (around.length > 0 && !path.startsWith(around.at(-1)?.root ?? '')) around.pop();
  return around;
}

/** By code units, as `<=`. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
