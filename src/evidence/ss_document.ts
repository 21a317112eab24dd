import { type CoverageSource, coverageOf } from '../base/coverage.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { summarize } from '../snapshot/document/summary.js';
import { UNKNOWN_NETNS } from './ss_listener.js';
import type { SsText } from './ss_text.js';

/** An ss text and where it was found. */
export interface SsEvidence {
  /** Path of the file, or of the bundle and the member within. */
  readonly source: string;
  readonly text: SsText;
  /** When the file was last written. */
  readonly modifiedAt: Date;
}

/** What a text is called by, where nothing beside it tells the host name. */
export interface HostName {
  readonly name: string;
  /** The file that tells it; null where the name is that of the text's place. */
  readonly source: string | null;
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/**
 * What one or several ss texts of a node say, as a snapshot that nobody has judged yet: of each kind of sockets, the text
 * that tells most about it. All that a text does not tell is said in `coverage`, so no verdict is drawn from it.
 */
export function documentOfSs(texts: readonly SsEvidence[], host: HostName, version: string): SnapshotDocument {
  const chosen = PROTOCOLS.map((protocol) => ({ protocol, best: bestFor(protocol, texts) }));
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

/** The last instant that ISO 8601 writes with four digits for the year. An archive may claim any time. */
const END_OF_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function latest(texts: readonly SsEvidence[]): Date {
  const times = texts.map(({ modifiedAt }) => modifiedAt.getTime()).filter((time) => time >= 0 && time <= END_OF_TIME);
  return new Date(times.reduce((a, b) => Math.max(a, b), 0));
}

interface Best {
  readonly from: SsEvidence;
  readonly table: { readonly sockets: readonly OwnedListener[]; readonly incomplete: string | null };
}

/** A whole table before one with faults, then the one that names the most holders, then the larger one. */
function bestFor(protocol: Protocol, texts: readonly SsEvidence[]): Best | null {
  const all = texts.flatMap((from) => {
    const table = from.text.get(protocol);
    return table === undefined ? [] : [{ from, table }];
  });
  const worth = ({ table }: Best): number[] => [
    table.incomplete === null ? 1 : 0,
    table.sockets.filter(({ owners }) => owners.length > 0).length,
    table.sockets.length,
  ];
  return all.sort((a, b) => compare(worth(b), worth(a)))[0] ?? null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function tableSource(protocol: Protocol, best: Best | null): CoverageSource {
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

function hostSource({ name, source: from }: HostName): CoverageSource {
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
