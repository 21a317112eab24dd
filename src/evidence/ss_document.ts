import type { SourceReading } from '../base/coverage.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import { withKernelOwners } from '../kernel/network/kernel_owners.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Family, Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { summarize } from '../snapshot/document/summary.js';
import { isPlaceUnread } from '../verdict/owner_match.js';
import { renderCoverage } from '../verdict/text/coverage.js';
import { roleSourceText } from '../verdict/text/role.js';
import type { BundledNode } from './facts/node_facts.js';
import { withPlaces } from './facts/processes.js';
import { UNKNOWN_NETNS } from './ss_listener.js';
import { mergeTables } from './ss_merge.js';
import { FAMILIES, PROTOCOLS, type SsTable, type SsTables } from './ss_table.js';

export interface SsEvidence {
  /** The file, or the bundle and the path within it. */
  readonly source: string;
  readonly tables: SsTables;
  /** mtime of the file. */
  readonly modifiedAt: Date;
}

/** A namespace besides the node's own, which only sos looks at. */
export interface SsNamespace {
  readonly name: string;
  readonly tables: SsTables;
}

export interface NodeName {
  readonly name: string;
  /** The file that has it; null if the node is named after the location of its text. */
  readonly source: string | null;
}

const FAMILY_NAMES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6', unix: 'unix' };

const NOT_EVALUATED = { code: 'not-evaluated', params: {} } as const;

/**
 * The ss texts of a node, merged, with the facts of other files, as a snapshot that has not been evaluated. `coverage` lists what they
 * do not contain, so that no verdict is drawn from it.
 */
export function documentOfSs(
  texts: readonly SsEvidence[],
  host: NodeName,
  version: string,
  bundled: BundledNode,
  namespaces: readonly SsNamespace[] = [],
): SnapshotDocument {
  const tables = mergeTables(
    texts.map((text, at) => (at === 0 ? text.tables : withIdsOf(text.tables, `text${at + 1}`))),
  );
  const listed = [...tables.values()].flatMap((table) => table.sockets);
  const sockets = withKernelOwners(withPlaces(listed, bundled.processes), bundled.tunnels);
  const network = bundled.sources.some(({ name }) => name === 'network')
    ? []
    : [source('network', 'failed', 0, [{ code: 'ss-no-network', params: {} }])];
  const coverage = renderCoverage([
    ...PROTOCOLS.map((protocol) => tableSource(protocol, tables.get(protocol), texts)),
    ownersSource(sockets, texts, bundled),
    ...network,
    ...bundled.sources,
    hostSource(host, texts),
  ]);
  const { markedRole, ...node } = bundled.node;
  const marker = markedRole === null ? null : ({ code: 'marker-file', params: { path: markedRole.file } } as const);
  const roleReason = marker ?? NOT_EVALUATED;
  const others = namespaces.map((one, at) => ({ ...one, netns: String(Number(UNKNOWN_NETNS) + at + 1) }));
  const all = [...sockets, ...others.flatMap(({ tables: own, netns }) => socketsOf(own, netns))];
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version },
    capturedAt: latest(texts).toISOString(),
    node: {
      hostname: host.name,
      netns: UNKNOWN_NETNS,
      role: markedRole?.role ?? 'unknown',
      roleSource: roleSourceText(roleReason, new Map()),
      roleReason,
      ...node,
    },
    spec: { title: '', source: '', release: null, sha256: '0'.repeat(64), notes: [], remarks: [] },
    summary: summarize([], coverage, 'never'),
    findings: [],
    sockets: all.map((socket) => ({ ...socket, explainedBy: { by: null, text: null } })),
    namespaces:
      others.length === 0
        ? null
        : others.map(({ name, netns }) => ({
            netns,
            name,
            processes: 0,
            pods: [],
            containers: [],
            error: null,
            errors: [],
          })),
    files: [],
    coverage,
  };
}

function socketsOf(tables: SsTables, netns: string): OwnedListener[] {
  return [...withIdsOf(tables, `netns${netns}`).values()].flatMap((table) =>
    table.sockets.map((socket) => ({ ...socket, netns })),
  );
}

/** The last time with a four-digit year. An archive may contain any mtime. */
const MAX_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function latest(texts: readonly SsEvidence[]): Date {
  const times = texts.map(({ modifiedAt }) => modifiedAt.getTime()).filter((time) => time >= 0 && time <= MAX_TIME);
  return new Date(times.reduce((a, b) => Math.max(a, b), 0));
}

/** Line numbers are unique within a text only. */
function withIdsOf(tables: SsTables, text: string): SsTables {
  const named = ({ id, protocol, ...socket }: OwnedListener): OwnedListener => ({
    ...socket,
    protocol,
    id: id.replace(`${protocol}:`, `${protocol}:${text}-`),
  });
  return new Map([...tables].map(([protocol, table]) => [protocol, { ...table, sockets: table.sockets.map(named) }]));
}

function tableSource(protocol: Protocol, table: SsTable | undefined, texts: readonly SsEvidence[]): SourceReading {
  if (table === undefined) return source(protocol, 'failed', 0, [{ code: 'ss-no-listener', params: { protocol } }]);
  const { sockets, faults, whole } = table;
  const isWhole = FAMILIES[protocol].every((family) => whole.has(family));
  const [family, ...others] = [...new Set(sockets.map((socket) => socket.family))];
  const oneFamily: CoverageFault[] =
    isWhole || faults.length > 0 || family === undefined || others.length > 0 || protocol === 'unix'
      ? []
      : [{ code: 'ss-one-family', params: { family: FAMILY_NAMES[family] } }];
  const read = texts.flatMap(({ source, tables }) => {
    const of = tables.get(protocol);
    return of === undefined ? [] : [{ source, program: of.program ?? 'ss' }];
  });
  const via = (['ss', 'netstat'] as const).flatMap((program) => {
    const sources = read.filter((one) => one.program === program).map((one) => one.source);
    return sources.length === 0 ? [] : [program, ...sources];
  });
  return {
    ...source(protocol, isWhole ? 'ok' : 'partial', sockets.length, [...faults, ...oneFamily]),
    via: via.join(', '),
  };
}

function ownersSource(
  sockets: readonly OwnedListener[],
  texts: readonly SsEvidence[],
  { processes }: BundledNode,
): SourceReading {
  const seen = sockets.filter(({ owners }) => owners.length > 0).length;
  const unseen = sockets.length - seen;
  if (seen === 0) return source('owners', 'failed', 0, [{ code: 'ss-no-processes', params: {} }]);
  const tables = texts.flatMap((text) => [...text.tables.values()]);
  const isByName = sockets.some(({ owners }) => owners.some((one) => one.kind === 'process' && isPlaceUnread(one)));
  const notes: CoverageFault[] = [
    ...(isByName ? [{ code: 'ss-comm-only', params: {} } as const] : []),
    ...(tables.some(({ program }) => program === 'netstat') ? [{ code: 'netstat-names', params: {} } as const] : []),
  ];
  const via = [...programsOf(texts), ...processes.paths].join(', ');
  const errors: CoverageFault[] = [
    ...(unseen === 0 ? [] : [{ code: 'ss-without-process', params: { unseen, sockets: sockets.length } } as const]),
    ...processes.faults,
  ];
  return { ...source('owners', errors.length === 0 ? 'ok' : 'partial', seen, errors), via, notes };
}

/** What printed the texts. */
function programsOf(texts: readonly SsEvidence[]): readonly string[] {
  return [...new Set(texts.flatMap(({ tables }) => [...tables.values()].map(({ program }) => program ?? 'ss')))];
}

function hostSource({ name, source: from }: NodeName, texts: readonly SsEvidence[]): SourceReading {
  const time: CoverageFault = { code: 'ss-time', params: {} };
  if (from === null) {
    const unnamed = source('host', 'partial', 0, [{ code: 'ss-no-host-name', params: { name } }]);
    return { ...unnamed, via: programsOf(texts).join(', '), notes: [time] };
  }
  return { ...source('host', 'ok', 1, []), via: from, notes: [{ code: 'ss-host-name-file', params: {} }, time] };
}

function source(
  name: string,
  status: SourceReading['status'],
  rows: number,
  errors: readonly CoverageFault[],
): SourceReading {
  return { name, via: 'ss', status, errors, notes: [], rows, ms: 0 };
}
