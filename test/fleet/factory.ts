import type { Coverage } from '../../src/base/coverage.js';
import { type Fleet, FleetBuilder, PartSource } from '../../src/fleet/fleet.js';
import { PartMaker } from '../../src/fleet/part_maker.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { FailOn, SnapshotDocument } from '../../src/snapshot/document/document.js';
import { specPart } from '../../src/snapshot/document/spec_part.js';
import { summarize } from '../../src/snapshot/document/summary.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import type { Row } from '../../src/spec/rows.js';
import type { Spec } from '../../src/spec/spec.js';
import { applyNotes, type NodeRole } from '../../src/verdict/applied_row.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import { coverage, device, listener, NODE, placed, socketFile, unixListener } from '../verdict/factory.js';

/* Healthy nodes of a cluster, and what a test changes. */

export const BUILTIN: Spec = builtinSpec();

export interface NodeChanges {
  readonly role?: NodeRole;
  /** Rows whose service does not run, by service or by port. */
  readonly without?: readonly (string | number)[];
  readonly also?: readonly OwnedListener[];
  readonly coverage?: Coverage;
  readonly capturedAt?: string;
  readonly spec?: Spec;
  readonly failOn?: FailOn;
  readonly address?: string;
}

/** The spec that a document was made with, by the document's own `spec`. */
const specs = new WeakMap<object, Spec>();

/** A snapshot of a healthy node without kube-proxy, and without cilium-operator unless it is among `also`. */
export function nodeDocument(hostname: string, changes: NodeChanges = {}): SnapshotDocument {
  const {
    role = 'worker',
    without = [],
    also = [],
    spec = BUILTIN,
    failOn = 'warning',
    address = '192.0.2.2',
  } = changes;
  const left = ['kube-proxy', 'cilium-operator', ...without];
  const rows = spec.rows.filter((row) => {
    const { roles } = applyNotes(row, spec.notes, role);
    const isHere = roles === null || role === 'unknown' || roles.includes(role);
    return isHere && !left.includes(row.service) && !(row.kind === 'network' && left.includes(row.port));
  });
  const sockets = [...rows.map((row) => socketOf(row, role, address, spec)), ...also];
  const defaultInterface = { name: 'eth0', index: 2, addresses: [address] };
  // As on most nodes, kube-proxy is off.
  const services = [{ unit: 'snap.k8s.kube-proxy.service', enabled: false, pids: [], comm: null }];
  const node = { ...NODE, hostname, defaultInterface, defaultAddresses: [address], services };
  const files = spec.rows.flatMap((row) => (row.kind === 'unix' ? socketFile(row.path) : []));
  const seen = { node, sockets, coverage: changes.coverage ?? coverage(), files };
  const { findings, explanations } = evaluate(spec, seen, role);
  const { kernel, netns, defaultAddresses, defaultSource, interfaces, ephemeralPorts } = node;
  const specInfo = specPart(spec, null);
  specs.set(specInfo, spec);
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version: '1.2.3' },
    capturedAt: changes.capturedAt ?? '2026-01-31T12:00:00.000Z',
    node: {
      hostname,
      kernel,
      netns,
      role,
      roleSource: 'flag',
      roleReason: null,
      defaultInterface,
      defaultAddresses,
      defaultSource,
      interfaces,
      ephemeralPorts,
      isInstalled: null,
      isBootstrapped: null,
      release: null,
      configuration: null,
      services: node.services,
      networkFeature: null,
    },
    spec: specInfo,
    summary: summarize(findings, seen.coverage, failOn),
    findings,
    sockets: sockets.map((socket) => ({
      ...socket,
      explainedBy: explanations.get(socket.id) ?? { by: null, text: null },
    })),
    namespaces: null,
    files,
    coverage: seen.coverage,
  };
}

function socketOf(row: Row, role: NodeRole, address: string, spec: Spec): OwnedListener {
  const { service } = applyNotes(row, spec.notes, role);
  if (row.kind === 'unix') return { ...unixListener(row.path), ...ownersOf(placed(service, '127.0.0.1', 1)) };
  const { kind } = row.host;
  const place = kind === 'localhost' ? '127.0.0.1' : kind === 'default' ? address : '0.0.0.0';
  const { port, protocol } = row;
  return protocol === 'udp'
    ? listener(place, port, { protocol, owners: [device('cilium_vxlan')] })
    : placed(service, place, port);
}

function ownersOf({ owners, ownersUnknown }: OwnedListener): Pick<OwnedListener, 'owners' | 'ownersUnknown'> {
  return { owners, ownersUnknown };
}

/** Listeners of cilium-operator. */
export function operator(): OwnedListener[] {
  return [
    placed('cilium-operator', '127.0.0.1', 9234),
    placed('cilium-operator', '127.0.0.1', 9891),
    placed('cilium-operator', '0.0.0.0', 9963),
  ];
}

/** A healthy cluster: three control planes, the first with cilium-operator, and workers. */
export function cluster(workers: number, changes: Readonly<Record<string, NodeChanges>> = {}): SnapshotDocument[] {
  const planes = ['cp-1', 'cp-2', 'cp-3'].map((name, at) => {
    const also = [...(at === 0 ? operator() : []), ...(changes[name]?.also ?? [])];
    return nodeDocument(name, { role: 'control-plane', address: `192.0.2.${at + 1}`, ...changes[name], also });
  });
  const others = Array.from({ length: workers }, (_, at) => {
    const name = `w-${at + 1}`;
    return nodeDocument(name, { address: `198.51.100.${at + 1}`, ...changes[name] });
  });
  return [...planes, ...others];
}

export function fleetOf(
  documents: readonly SnapshotDocument[],
  options: {
    readonly unreadable?: Readonly<Record<string, string>>;
    readonly spec?: Spec;
    readonly failOn?: FailOn;
  } = {},
): Fleet {
  const { spec = BUILTIN, failOn = 'warning' } = options;
  const builder = new FleetBuilder({ spec, role: 'auto', failOn });
  for (const document of documents) {
    const own = { spec: specs.get(document.spec) ?? BUILTIN, role: 'auto', failOn } as const;
    const part = new PartMaker(own).partOf(`${document.node.hostname}.json`, document);
    builder.addPart(part, new PartSource(own.spec));
  }
  for (const [source, reason] of Object.entries(options.unreadable ?? {})) builder.addUnreadable(source, reason);
  return builder.build();
}
