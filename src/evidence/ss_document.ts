import { type CoverageSource, coverageOf } from '../base/coverage.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { summarize } from '../snapshot/document/summary.js';
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

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/**
 * The ss texts of a node as a snapshot that has not been evaluated: for each protocol, the text with the most detail.
 * `coverage` lists what a text does not contain, so that no verdict is drawn from it.
 */
export function documentOfSs(texts: readonly SsEvidence[], host: NodeName, version: string): SnapshotDocument {
  const chosen = PROTOCOLS.map((protocol) => ({ protocol, best: bestTable(protocol, texts) }));
  const sockets = chosen.flatMap(({ best }) => best?.table.sockets ?? []);
  const coverage = coverageOf([
    ...chosen.map(({ protocol, best }) => tableSource(protocol, best)),
    ownersSource(sockets),
    source('network', 0, {
      status: 'failed',
      error: 'ss tells no routes, addresses and devices',
    }),
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
      roleSource: 'nobody has looked',
      defaultInterface: null,
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
  readonly table: { readonly sockets: readonly OwnedListener[]; readonly incomplete: string | null };
}

/** Prefers complete tables, then those with more owners, then larger ones. */
function bestTable(protocol: Protocol, texts: readonly SsEvidence[]): ChosenTable | null {
  const all = texts.flatMap((from) => {
    const table = from.text.get(protocol);
    return table === undefined ? [] : [{ from, table }];
  });
  const rank = ({ table }: ChosenTable): number[] => [
    table.incomplete === null ? 1 : 0,
    table.sockets.filter(({ owners }) => owners.length > 0).length,
    table.sockets.length,
  ];
  return all.sort((a, b) => compare(rank(b), rank(a)))[0] ?? null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function tableSource(protocol: Protocol, best: ChosenTable | null): CoverageSource {
  if (best === null) return source(protocol, 0, { status: 'failed', error: `no ${protocol} listener is in this text` });
  const { table, from } = best;
  const rows = table.sockets.length;
  const via = `ss, ${from.source}`;
  if (table.incomplete !== null)
    return { ...source(protocol, rows, { status: 'partial', error: table.incomplete }), via };
  return { ...source(protocol, rows, { status: 'ok', error: null }), via };
}

const COMM_ONLY = 'a process is known by the name it gives itself and its number, not by its program or unit';

function ownersSource(sockets: readonly OwnedListener[]): CoverageSource {
  const seen = sockets.filter(({ owners }) => owners.length > 0).length;
  const unseen = sockets.length - seen;
  if (seen === 0) {
    const error = 'no process is in this text: ss ran without -p, or as a user who may not see any';
    return source('owners', 0, { status: 'failed', error });
  }
  const note = COMM_ONLY;
  if (unseen === 0) return { ...source('owners', seen, { status: 'ok', error: null }), note };
  const error = `${unseen} of ${sockets.length} sockets stand without a process: ss was not allowed to see it, or it is the kernel's`;
  return { ...source('owners', seen, { status: 'partial', error }), note };
}

function hostSource({ name, source: from }: NodeName): CoverageSource {
  const time = 'the time of the snapshot is when the file was last written';
  if (from !== null) {
    return {
      ...source('host', 1, { status: 'ok', error: null }),
      via: from,
      note: `the host name comes from there; ${time}`,
    };
  }
  const error = `no host name is beside the text, so it is called after its place, ${name}`;
  return { ...source('host', 0, { status: 'partial', error }), note: time };
}

function source(name: string, rows: number, state: Pick<CoverageSource, 'status' | 'error'>): CoverageSource {
  return { name, via: 'ss', ...state, note: null, rows, ms: 0 };
}
