import { basename, dirname } from 'node:path';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { MAX_HEAD_BYTES } from './classify_file.js';
import type { EvidenceFile, EvidenceItem } from './evidence_file.js';
import type { FactFile } from './facts/fact_files.js';
import { namespaceIn } from './facts/layout.js';
import { bundledNode } from './facts/node_facts.js';
import { factFile, type NodeFiles, NodeRoots, nodesIn } from './node_roots.js';
import { unpacked } from './packed.js';
import { type Holders, holdersOfNode, SeenSnapshots } from './seen_snapshots.js';
import { type Evidence, type ReadElsewhere, type ReadSnapshot, snapshotIn } from './snapshot_in.js';
import { documentOfSs, type SsEvidence, type SsNamespace } from './ss_document.js';
import { areOfOneNode } from './ss_merge.js';
import { readSsText } from './ss_text.js';

/** Texts and facts are kept until the end of the bundle, since other files of their node may come later. */
const MAX_BYTES_TOTAL = 256 * 1024 * 1024;

/**
 * The evidence in a bundle: snapshots in their order, then one document for each other node that has ss text. A node of which there is
 * a snapshot is that.
 * @param name Name of the bundle in messages
 * @param version Version of this program
 */
export async function* evidenceIn<Other extends ReadElsewhere = never>(
  files: AsyncIterable<EvidenceItem>,
  name: string,
  version: string,
  read: ReadSnapshot<Other> = snapshotIn,
): AsyncGenerator<Evidence | Other> {
  const texts: EvidenceFile[] = [];
  const facts: FactFile[] = [];
  const hostnames: EvidenceFile[] = [];
  const snapshots = new SeenSnapshots();
  const beginnings: Beginning[] = [];
  const places = new Set<string>();
  let size = 0;
  let isEmpty = true;
  for await (const file of unpacked(files)) {
    if (file.kind === 'refused') {
      isEmpty = false;
      yield { source: file.source, error: file.error };
      continue;
    }
    if (file.kind === 'snapshot') {
      if (!isSnapshot(file.bytes)) {
        if (isBeginning(file.bytes)) beginnings.push({ path: file.path, refused: snapshotIn(file.source, file.bytes) });
        continue;
      }
      isEmpty = false;
      for (const place of placesOf(file.path)) places.add(place);
      const one = await read(file.source, file.bytes);
      snapshots.add(file.path, holdersFrom(one));
      yield one;
      continue;
    }
    size += file.bytes.length;
    if (size > MAX_BYTES_TOTAL) throw tooLarge(name);
    if (file.kind === 'ss') texts.push(file);
    else if (file.kind === 'hostname') hostnames.push(file);
    else facts.push(...[factFile(file)].filter((one) => one !== null));
  }
  for (const { path, refused } of beginnings) if (placesOf(path).some((one) => places.has(one))) yield refused;
  const nodes = nodesIn(texts, facts, hostnames, name);
  if (nodes.length > 0) await snapshots.place(new NodeRoots(facts));
  for (const node of nodes) {
    for await (const one of documentsOf(node, version, snapshots)) {
      isEmpty = false;
      yield one;
    }
  }
  if (isEmpty) yield { source: name, error: nothingIn(name) };
}

function tooLarge(file: string): SockwatchError {
  const expected = `at most ${MAX_BYTES_TOTAL} bytes of ss output and other text`;
  return inputError({ file, line: null, expected, found: 'more' });
}

function nothingIn(file: string): SockwatchError {
  const expected = 'a snapshot of k8s-sockwatch, or output of ss or netstat';
  return inputError({ file, line: null, expected, found: 'none' });
}

/** Bundles contain JSON of other programs. Every snapshot names its generator. */
function isSnapshot(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes('"schemaVersion"') && buffer.includes('"k8s-sockwatch"');
}

/** A file that may be a snapshot cut off before its generator. */
interface Beginning {
  readonly path: string;
  readonly refused: Evidence;
}

/** Of a snapshot, without blanks. */
const BEGINNING = '{"schemaVersion":1,"generator":{"name":"k8s-sockwatch"';

function isBeginning(bytes: Uint8Array): boolean {
  return (
    bytes.length <= MAX_HEAD_BYTES && BEGINNING.startsWith(Buffer.from(bytes).toString('latin1').replace(/\s+/g, ''))
  );
}

/** Other programs write empty files too: one counts beside a snapshot, or where another node has a snapshot of this name. */
function placesOf(path: string): readonly string[] {
  return [`${dirname(path)}/`, basename(path)];
}

function holdersFrom(one: Evidence | ReadElsewhere): Holders | null | Promise<Holders | null> {
  if ('holders' in one) return one.holders;
  return 'document' in one ? holdersOfNode(one.document) : null;
}

/**
 * The readable ss texts of a node as one document, and errors for the others. Texts that contradict each other are of several nodes,
 * each of which is named after its first text.
 */
export async function* documentsOf(
  node: NodeFiles,
  version: string,
  snapshots: SeenSnapshots,
): AsyncGenerator<Evidence> {
  const nodes: SsEvidence[][] = [];
  const namespaces: SsNamespace[] = [];
  for (const { source, path, bytes, modifiedAt } of withoutParts(node.texts)) {
    const namespace = namespaceIn(path);
    try {
      const read: SsEvidence = { source, tables: readSsText(bytes, source, path), modifiedAt };
      if (namespace !== null) {
        namespaces.push({ name: namespace, tables: read.tables });
        continue;
      }
      if (snapshots.hasNodeOf(node.root, path, read.tables)) continue;
      const same = nodes.find((texts) => texts.every(({ tables }) => areOfOneNode(tables, read.tables)));
      if (same === undefined) nodes.push([read]);
      else same.push(read);
    } catch (error) {
      if (!(error instanceof SockwatchError)) throw error;
      // Most pods listen nowhere.
      if (namespace === null) yield { source, error };
    }
  }
  const [only, ...others] = nodes;
  if (only !== undefined && others.length === 0) {
    const facts = await bundledNode(node.facts);
    const { name, path } = facts.hostname ?? { name: node.location, path: null };
    const document = documentOfSs(only, node.host ?? { name, source: path }, version, facts, namespaces);
    yield { source: only[0]?.source ?? node.location, document };
    return;
  }
  for (const texts of nodes) {
    const [first] = texts;
    if (first === undefined) continue;
    const named = { name: first.source, source: null };
    yield { source: first.source, document: documentOfSs(texts, named, version, await bundledNode([])) };
  }
  if (isNode(node) && !snapshots.isBelow(node.root))
    yield { source: node.location, error: withoutSockets(node.location) };
}

/** `ss -plntu` of `k8s inspect` has everything that `ss -plnt` and `ss -6 -plnt` beside it have, at one moment. */
function withoutParts(texts: readonly EvidenceFile[]): readonly EvidenceFile[] {
  const whole = new Set(texts.flatMap(({ path }) => (basename(path) === 'ss-plntu.log' ? [dirname(path)] : [])));
  return texts.filter(({ path }) => !(/^ss6?-plnt\.log$/.test(basename(path)) && whole.has(dirname(path))));
}

/** Whether there is enough of a node that it should not go unnoticed. */
function isNode({ facts, texts }: NodeFiles): boolean {
  return texts.length === 0 && new Set(facts.map(({ place }) => place.fact)).size > 2;
}

function withoutSockets(file: string): SockwatchError {
  const expected = 'output of ss or netstat, or a snapshot, beside the other files of this node';
  return inputError({ file, line: null, expected, found: 'none of them' });
}
