import { basename, dirname } from 'node:path';
import { addTo } from '../base/multimap.js';
import { hostnameRoot } from './classify_file.js';
import type { EvidenceFile } from './evidence_file.js';
import type { FactFile } from './facts/fact_files.js';
import { hostnameIn } from './facts/hostname.js';
import { factPlace } from './facts/layout.js';
import type { NodeName } from './ss_document.js';

/** The files of one node. */
export interface NodeFiles {
  /** Its directory, empty or with a slash at the end; null: nothing but its texts tells of one. */
  readonly root: string | null;
  /** null: it is named by the facts, or after its location. */
  readonly host: NodeName | null;
  /** What it is named after otherwise. */
  readonly location: string;
  readonly texts: readonly EvidenceFile[];
  readonly facts: readonly FactFile[];
}

/** A file that tells a fact, with the part it has; null: it has none. */
export function factFile({ path, bytes }: EvidenceFile): FactFile | null {
  const place = factPlace(path);
  return place === null ? null : { place, path, bytes };
}

/** The directories of nodes that a bundle has facts of. */
export class NodeRoots {
  readonly #roots: readonly Root[];
  readonly #byPath: ReadonlySet<string>;

  constructor(facts: readonly FactFile[]) {
    this.#byPath = new Set(facts.map(({ place }) => place.root));
    this.#roots = [...this.#byPath].map((root) => ({ root }));
  }

  /** By directory of these paths, the innermost one around it. */
  around(paths: readonly string[]): (path: string) => string | null {
    const nearest = nearestRoots([...new Set(paths.map((path) => dirname(path)))], this.#roots);
    return (path) => nearest.get(dirname(path))?.root ?? null;
  }

  /** The one that has a text where collectors put it: elsewhere it may be of another node. */
  ofText(path: string): string | null {
    const directory = path.slice(0, path.length - basename(path).length);
    const root = directory.replace(/(?:^|(?<=\/))(?:network|sos_commands\/networking(?:\/.*)?)\/$/s, '');
    return this.#byPath.has(root) ? root : null;
  }

  get all(): readonly string[] {
    return this.#roots.map(({ root }) => root);
  }
}

/** Groups the files of a bundle by node: by the directories that have facts, other texts by their own directory. */
export function nodesIn(
  texts: readonly EvidenceFile[],
  facts: readonly FactFile[],
  hostnames: readonly EvidenceFile[],
  bundle: string,
): NodeFiles[] {
  const roots = new NodeRoots(facts);
  const named = new Map(
    hostRoots(hostnames)
      .map(({ root, host }) => [root, host] as const)
      .reverse(),
  );
  const byRoot = groupBy(facts, ({ place }) => place.root);
  const textsByRoot = groupBy(texts, ({ path }) => roots.ofText(path));
  const nodes = roots.all.map(
    (root): NodeFiles => ({
      root,
      host: named.get(root) ?? null,
      location: INSPECTED.test(root) ? bundle : root.slice(0, -1),
      texts: textsByRoot.get(root) ?? [],
      facts: byRoot.get(root) ?? [],
    }),
  );
  const loose = byNode(textsByRoot.get(null) ?? [], hostnames, bundle);
  return [
    ...nodes,
    ...[...loose].map(([host, files]) => ({ root: null, host, location: host.name, texts: files, facts: [] })),
  ];
}

function groupBy<One, Key>(all: readonly One[], keyOf: (one: One) => Key): Map<Key, One[]> {
  const groups = new Map<Key, One[]>();
  for (const one of all) addTo(groups, keyOf(one), one);
  return groups;
}

/** Every report of `k8s inspect` has the same directory. */
const INSPECTED = /^(?:inspection-report\/)?$/;

/** Groups texts by directory and names each group after the nearest host name file above it. */
export function byNode(
  texts: readonly EvidenceFile[],
  hostnames: readonly EvidenceFile[],
  bundle: string,
): Map<NodeName, EvidenceFile[]> {
  const directories = groupBy(texts, ({ path }) => dirname(path));
  const nearest = nearestRoots([...directories.keys()], hostRoots(hostnames));
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

function hostRoots(hostnames: readonly EvidenceFile[]): NamedRoot[] {
  return hostnames.flatMap((file) => {
    const root = hostnameRoot(file.path);
    const name = hostnameIn(file.bytes);
    return root === null || name === null ? [] : [{ root, host: { name, source: file.source } }];
  });
}

interface Root {
  /** Ends with a slash, or is empty. */
  readonly root: string;
}

interface NamedRoot extends Root {
  readonly host: NodeName;
}

/** The innermost root around each directory. In order of text, what is in a root follows it. */
function nearestRoots<One extends Root>(directories: readonly string[], roots: readonly One[]): Map<string, One> {
  const rest = roots.toSorted((a, b) => compare(a.root, b.root));
  const around: One[] = [];
  const nearest = new Map<string, One>();
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
function enter<One extends Root>(path: string, around: One[]): One[] {
  while (around.length > 0 && !path.startsWith(around.at(-1)?.root ?? '')) around.pop();
  return around;
}

/** By code units, as `<=`. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
