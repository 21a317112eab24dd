import type { SourceReading } from '../base/coverage.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { summarize } from '../snapshot/document/summary.js';
import { renderCoverage } from '../verdict/text/coverage.js';
import { roleSourceText } from '../verdict/text/role.js';
import { UNKNOWN_NETNS } from './ss_listener.js';
import type { SsText } from './ss_text.js';

export interface SsEvidence {
  /** The file, or the bundle and the path within it. */
  readonly source: string;
  readonly text: SsText;
  /** mtime of the file. */
  readonly modifiedAt: Date;
}

export interface NodeName {
  readonly name: string;
  /** The host name file; null if the node is named after the location of its text. */
  readonly source: string | null;
}

const ROLE_REASON = { code: 'not-evaluated', params: {} } as const;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/**
 * The ss texts of a node as a snapshot that has not been evaluated: for each protocol, the text with the most detail.
 * `coverage` lists what a text does not contain, so that no verdict is drawn from it.
 */
export function documentOfSs(texts: readonly SsEvidence[], host: NodeName, version: string): SnapshotDocument {
  const chosen = PROTOCOLS.map((protocol) => ({ protocol, best: bestTable(protocol, texts) }));
  const sockets = chosen.flatMap(({ best }) => best?.table.sockets ?? []);
  const coverage = renderCoverage([
    ...chosen.map(({ protocol, best }) => tableSource(protocol, best)),
    ownersSource(sockets),
    source('network', 'failed', 0, [{ code: 'ss-no-network', params: {} }]),
    hostSource(host),
  ]);
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version },
    capturedAt: latest(texts).toISOString(),
    node: {
      hostname: host.name,
      kernel: 'unknown',
      netns: UNKNOWN_NETNS,
      role: 'unknown',
      roleSource: roleSourceText(ROLE_REASON, new Map()),
      roleReason: ROLE_REASON,
      defaultInterface: null,
      defaultAddresses: [],
      defaultSource: null,
      interfaces: [],
      ephemeralPorts: null,
    },
    spec: { title: '', source: '', sha256: '0'.repeat(64), notes: [] },
    summary: summarize([], coverage, 'never'),
    findings: [],
    sockets: sockets.map((socket) => ({ ...socket, explainedBy: { by: null, text: null } })),
    namespaces: null,
    files: [],
    coverage,
  };
}

/** The last time with a four-digit year. An archive may contain any mtime. */
const MAX_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function latest(texts: readonly SsEvidence[]): Date {
  const times = texts.map(({ modifiedAt }) => modifiedAt.getTime()).filter((time) => time >= 0 && time <= MAX_TIME);
  return new Date(times.reduce((a, b) => Math.max(a, b), 0));
}

interface ChosenTable {
  readonly from: SsEvidence;
  readonly table: { readonly sockets: readonly OwnedListener[]; readonly faults: readonly CoverageFault[] };
}

/** Prefers complete tables, then those with more owners, then larger ones. */
function bestTable(protocol: Protocol, texts: readonly SsEvidence[]): ChosenTable | null {
  const all = texts.flatMap((from) => {
    const table = from.text.get(protocol);
    return table === undefined ? [] : [{ from, table }];
  });
  const rank = ({ table }: ChosenTable): number[] => [
    table.faults.length === 0 ? 1 : 0,
    table.sockets.filter(({ owners }) => owners.length > 0).length,
    table.sockets.length,
  ];
  return all.sort((a, b) => compare(rank(b), rank(a)))[0] ?? null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function tableSource(protocol: Protocol, best: ChosenTable | null): SourceReading {
  if (best === null) return source(protocol, 'failed', 0, [{ code: 'ss-no-listener', params: { protocol } }]);
  const { sockets, faults } = best.table;
  const via = `ss, ${best.from.source}`;
  return { ...source(protocol, faults.length === 0 ? 'ok' : 'partial', sockets.length, faults), via };
}

function ownersSource(sockets: readonly OwnedListener[]): SourceReading {
  const seen = sockets.filter(({ owners }) => owners.length > 0).length;
  const unseen = sockets.length - seen;
  if (seen === 0) return source('owners', 'failed', 0, [{ code: 'ss-no-processes', params: {} }]);
  const notes: CoverageFault[] = [{ code: 'ss-comm-only', params: {} }];
  if (unseen === 0) return { ...source('owners', 'ok', seen, []), notes };
  const fault: CoverageFault = { code: 'ss-without-process', params: { unseen, sockets: sockets.length } };
  return { ...source('owners', 'partial', seen, [fault]), notes };
}

function hostSource({ name, source: from }: NodeName): SourceReading {
  const time: CoverageFault = { code: 'ss-time', params: {} };
  if (from === null) {
    return { ...source('host', 'partial', 0, [{ code: 'ss-no-host-name', params: { name } }]), notes: [time] };
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
