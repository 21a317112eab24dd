import t from 'tap';
import { printable, textOf } from '../src/base/text.js';
import type { EvidenceFile } from '../src/evidence/evidence_file.js';
import { byNode } from '../src/evidence/node_roots.js';
import { FleetBuilder } from '../src/fleet/fleet.js';
import { diffToText } from '../src/report/diff_text.js';
import { toJson } from '../src/report/json.js';
import { toLine } from '../src/report/line.js';
import { toMatrixTable } from '../src/report/matrix_table.js';
import { toTable } from '../src/report/table.js';
import { diff } from '../src/snapshot/diff/diff.js';
import type { SnapshotDocument } from '../src/snapshot/document/document.js';
import { readSnapshot } from '../src/snapshot/document/read_snapshot.js';
import { redact } from '../src/snapshot/redact/redact.js';
import { reevaluate } from '../src/snapshot/reevaluate.js';
import { builtinSpec } from '../src/spec/builtin.js';
import { parseNotes } from '../src/spec/notes_file.js';
import { parsePage } from '../src/spec/page.js';
import { matchesName, matchesPath } from '../src/verdict/glob.js';
import { growth, MAX_GROWTH } from './growth.js';
import { documentOf } from './snapshot/document/document.js';
import { capture, listener, processOwner, row, spec, unixListener } from './verdict/factory.js';

/** An error of the input is an answer as well. */
function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (error instanceof Error && error.name !== 'SockwatchError') throw error;
  }
}

const notes = (text: string): void => attempt(() => parseNotes('n.yaml', Buffer.from(text)));
const page = (text: string): void => attempt(() => parsePage('p.md', Buffer.from(text)));
const snapshot = (text: string): void => attempt(() => readSnapshot(text, 'node.json'));

const V = 'version: 1\n';
const LISTENER = `${V}listeners:\n  - owners: [a]\n    scope: any\n    protocols: [tcp]\n    reason: r\n`;
const TABLE = '# T\n\n## Services on all nodes\n\n| Port | Protocol | Service |\n| --- | --- | --- |\n';
const ROW = '| localhost:1 | TCP | a |\n';

/** Inputs of a number of parts, and what reads them. */
const TEXTS: readonly (readonly [
  name: string,
  parts: number,
  make: (n: number) => string,
  read: (text: string) => void,
])[] = [
  ['notes: different keys', 1000, (n) => V + lines(n, (at) => `k${at}: 1`), notes],
  ['notes: equal keys', 1000, (n) => V + 'k: 1\n'.repeat(n), notes],
  ['notes: services', 500, (n) => `${V}services:\n${lines(n, (at) => `  s${at}: { names: [a] }`)}`, notes],
  ['notes: one service again and again', 500, (n) => `${V}services:\n${'  s: { names: [a] }\n'.repeat(n)}`, notes],
  ['notes: keys in a flow', 1000, (n) => `${V}services: {${lines(n, (at) => `s${at}: 1,`)}}`, notes],
  ['notes: ports', 1000, (n) => `${LISTENER}    ports: [${'80, '.repeat(n)}81]\n`, notes],
  ['notes: names', 1000, (n) => `${V}services: { s: { names: [${lines(n, (at) => `n${at},`)}] } }`, notes],
  [
    'notes: roles',
    2000,
    (n) => `${V}rows: [{ match: { port: 1 }, reason: r, roles: [${'worker, '.repeat(n)}x] }]`,
    notes,
  ],
  ['notes: aliases', 1000, (n) => `${V}a: &a 1\nb: [${'*a, '.repeat(n)}*a]\n`, notes],
  ['notes: a long key', 10000, (n) => `${V}${'k'.repeat(n)}: 1\n`, notes],
  ['notes: a long quotation', 10000, (n) => `${V}a: "${'\\\\ '.repeat(n)}`, notes],
  ['notes: errors', 500, (n) => `${V}a: [\n${'b: }\n'.repeat(n)}`, notes],
  ['notes: comments', 2500, (n) => `${V}${'# x\n\n'.repeat(n)}`, notes],
  ['notes: documents', 500, (n) => `${V}${'---\na: 1\n'.repeat(n)}`, notes],
  ['page: front matter', 2500, (n) => `---\n${'k: v\n'.repeat(n)}---\n${TABLE}${ROW}`, page],
  ['page: rows', 500, (n) => TABLE + lines(n, (at) => `| localhost:${at + 1} | TCP | a |`), page],
  ['page: equal rows', 500, (n) => TABLE + ROW.repeat(n), page],
  ['page: sections', 250, (n) => TABLE + ROW + '\n## Other\n\nWords.\n'.repeat(n), page],
  [
    'page: deeper sections',
    500,
    (n) => TABLE + ROW + lines(n, (at) => `\n${'#'.repeat((at % 5) + 2)} Other\n\nWords.\n`),
    page,
  ],
  ['page: text', 1000, (n) => `${TABLE}${ROW}\n${'localhost:1 is in the text.\n'.repeat(n)}`, page],
  [
    'page: mentions of many rows',
    500,
    (n) =>
      `${TABLE}${lines(n, (at) => `| localhost:${at + 1} | TCP | a |`)}\n${lines(n, (at) => `localhost:${at + 1}`)}`,
    page,
  ],
  ['page: one long line', 10000, (n) => `${TABLE}${ROW}\n${'a '.repeat(n)}\n`, page],
  ['page: pipes', 10000, (n) => `${TABLE}${ROW}\n${'|'.repeat(n)}\n`, page],
  ['page: escaped pipes', 2500, (n) => `${TABLE}| localhost:1 | TCP | a${'\\|'.repeat(n)} |\n`, page],
  [
    'page: conditions',
    2000,
    (n) =>
      `${TABLE.replace('Service |', 'Service | Description |').replace('--- |\n', '--- | --- |\n')}| localhost:1 | TCP | a | ${'(only if '.repeat(n)} |\n`,
    page,
  ],
  ['page: emphasis', 2500, (n) => `${TABLE}${ROW}\n${'*a_ '.repeat(n)}\n`, page],
  ['page: brackets', 2500, (n) => `${TABLE}${ROW}\n${'['.repeat(n)}\n`, page],
  [
    'page: backticks',
    5000,
    (n) => `${TABLE}${ROW}\n${lines(Math.floor(Math.sqrt(n)), (at) => '`'.repeat(at + 1))}\n`,
    page,
  ],
  ['page: quotes', 2500, (n) => `${TABLE}${ROW}\n${'> '.repeat(n)}\n`, page],
  ['page: markers', 2500, (n) => `${TABLE}${ROW}\n${'- '.repeat(n)}|x\n`, page],
  ['page: endpoints', 1000, (n) => `${TABLE}${ROW}\n${'1.1.1.'.repeat(n)}:1\n`, page],
  ['page: directives', 1000, (n) => `${TABLE}${ROW}\n${':::note\nWords.\n:::\n'.repeat(n)}`, page],
  ['page: comments', 2500, (n) => `${TABLE}${ROW}\n${'<!-- '.repeat(n)}\n`, page],
  ['snapshot: nesting', 20_000, (n) => '['.repeat(n), snapshot],
  ['snapshot: quotation marks', 20_000, (n) => `"${'\\"'.repeat(n)}`, snapshot],
  ['snapshot: backslashes', 20_000, (n) => `"${'\\\\'.repeat(n)}`, snapshot],
  ['snapshot: keys', 20_000, (n) => `{${lines(n, (at) => `"k${at}":1,`)}"schemaVersion":1}`, snapshot],
  ['text: invalid bytes', 20_000, (n) => 'a'.repeat(n), (text) => void textOf(Buffer.alloc(text.length, 0xff))],
  ['text: controls', 20_000, (n) => '\x1b\u{e0001}'.repeat(n), (text) => void printable(text)],
  ['glob: within a segment', 2000, (n) => 'a*'.repeat(n), (text) => void matchesPath('a'.repeat(100), `/${text}b`)],
  ['glob: across segments', 2000, (n) => '**a'.repeat(n), (text) => void matchesPath('a'.repeat(100), `${text}b`)],
  ['glob: a long path', 20_000, (n) => 'a/'.repeat(n), (text) => void matchesPath(text, '**a*/**a*a/**b')],
  ['glob: a long name', 20_000, (n) => 'a'.repeat(n), (text) => void matchesName(text, 'a*a*a*b')],
];

function lines(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => `${line(at)}\n`).join('');
}

for (const [name, parts, make, read] of TEXTS) {
  t.test(name, async (t) => {
    const factor = await growth(parts, make, read);
    t.ok(factor < MAX_GROWTH, `${factor.toFixed(1)} times the time for four times the input`);
  });
}

/** A node on which one user has opened `count` sockets of some kind. */
type Node = (count: number) => SnapshotDocument;

function nodeOf(count: number, socket: (at: number) => Parameters<typeof capture>[0][number]): SnapshotDocument {
  const sockets = Array.from({ length: count }, (_, at) => ({ ...socket(at), id: `tcp:${at}`, inode: at + 1 }));
  return documentOf(spec([row('localhost:10248', 'kubelet'), row('*:10250', 'kubelet')]), capture(sockets));
}

const address = (at: number): string => `127.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
const owners = (at: number) => [processOwner(`p${at}`, { pid: at + 2, exe: `/opt/p${at}` })];

const NODES: readonly (readonly [name: string, node: Node])[] = [
  ['on one port', (n) => nodeOf(n, (at) => listener(address(at), 10248, { owners: owners(1) }))],
  [
    'on one port, each of another program',
    (n) => nodeOf(n, (at) => listener(address(at), 10248, { owners: owners(at) })),
  ],
  ['on one port, unseen', (n) => nodeOf(n, (at) => listener(address(at), 10250))],
  ['on many ports', (n) => nodeOf(n, (at) => listener('0.0.0.0', 20_000 + at, { owners: owners(1) }))],
  [
    'as sockets with paths',
    (n) => nodeOf(n, (at) => unixListener(`/tmp/${at}/run/containerd/containerd.sock`, { owners: owners(at) })),
  ],
  [
    'with names full of separators',
    (n) => nodeOf(Math.ceil(n / 16), (at) => unixListener(`/tmp/${'-_:.@'.repeat(100)}${at}a`)),
  ],
  [
    'in many namespaces',
    (n) => {
      const document = nodeOf(n, (at) => listener('0.0.0.0', 80, { owners: owners(1), netns: `${at + 5}` }));
      const namespaces = Array.from({ length: n }, (_, at) => ({
        netns: `${at + 5}`,
        name: null,
        processes: 1,
        pods: [],
        containers: [],
        error: null,
        errors: [],
      }));
      return { ...document, namespaces };
    },
  ],
];

const SPEC = builtinSpec();

const WORKS: readonly (readonly [name: string, work: (document: SnapshotDocument) => void])[] = [
  ['evaluate', (document) => void reevaluate(document, { spec: SPEC })],
  [
    'json',
    (document) => {
      for (const _ of toJson(document));
    },
  ],
  [
    'table',
    (document) => {
      for (const _ of toTable(document));
    },
  ],
  ['line', (document) => void toLine(document)],
  ['redact', (document) => void redact(document)],
  [
    'diff',
    (document) => {
      for (const _ of diffToText(diff(document, { ...document, sockets: document.sockets.toReversed() })));
    },
  ],
  [
    'diff of all',
    (document) => {
      for (const _ of diffToText(diff({ ...document, sockets: [] }, document)));
    },
  ],
  [
    'matrix',
    (document) => {
      const builder = new FleetBuilder({ spec: SPEC, role: 'auto', failOn: 'warning' });
      for (const source of ['a', 'b']) builder.add(source, document);
      for (const _ of toMatrixTable(builder.build(), 120));
    },
  ],
];

for (const [what, node] of NODES) {
  for (const [name, work] of WORKS) {
    t.test(`${name}: listeners ${what}`, async (t) => {
      const factor = await growth(500, node, work);
      t.ok(factor < MAX_GROWTH, `${factor.toFixed(1)} times the time for four times the listeners`);
    });
  }
}

function fileAt(path: string, content = ''): EvidenceFile {
  return { kind: 'ss', path, source: path, bytes: Buffer.from(content), modifiedAt: new Date(0) };
}

t.test('bundles: many directories, each with a host name', async (t) => {
  const make = (n: number) =>
    Array.from({ length: n }, (_, at) => [fileAt(`d${at}/x/ss.txt`), fileAt(`d${at}/etc/hostname`, `h${at}`)]);
  const factor = await growth(4000, make, (files) => {
    const [texts, hostnames] = [files.flatMap(([one]) => one ?? []), files.flatMap(([, two]) => two ?? [])];
    t.equal([...byNode(texts, hostnames, 'x').keys()].at(-1)?.name, `h${files.length - 1}`);
  });
  t.ok(factor < MAX_GROWTH, `${factor.toFixed(1)} times the time for four times the directories`);
});
