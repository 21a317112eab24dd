import type { Coverage } from '../../src/base/coverage.js';
import type { CoverageFault } from '../../src/base/coverage_codes.js';
import type { KernelOwner, OwnedListener, Owner, ProcessOwner } from '../../src/kernel/owners/owner.js';
import type { SocketFile } from '../../src/kernel/sockets/socket_file.js';
import { NO_CONFIGURATION } from '../../src/node/read_node.js';
import type { ServiceState, Setting } from '../../src/node/setting.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { parseEndpoint } from '../../src/spec/endpoint.js';
import { type ListenerNote, NO_NOTES, type Notes, type RowNote, type ServiceNote } from '../../src/spec/notes.js';
import type { NetworkRow, Row, UnixRow } from '../../src/spec/rows.js';
import type { Spec } from '../../src/spec/spec.js';
import type { NodeRole } from '../../src/verdict/applied_row.js';
import type { Capture, NodeFacts } from '../../src/verdict/capture.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import type { Finding } from '../../src/verdict/finding.js';
import { renderCoverage } from '../../src/verdict/text/coverage.js';
import type { AddressOwner } from '../../src/verdict/text/event.js';

/* Small, valid pieces of what a verdict rests on; a test names only what it is about. */

/** A process as in the k8s snap: file, argv[0] and comm agree. Its unit, if any, is given. */
export function processOwner(name: string, changes: Partial<ProcessOwner> = {}): ProcessOwner {
  return {
    kind: 'process',
    pid: 812,
    fd: 7,
    comm: name.slice(0, 15),
    exe: `/snap/k8s/1/bin/${name}`,
    argv0: `/snap/k8s/1/bin/${name}`,
    cgroup: null,
    unit: null,
    pod: null,
    container: null,
    startedAt: null,
    ...changes,
  };
}

export function device(name: string, deviceKind = 'vxlan'): KernelOwner {
  return { kind: 'kernel', device: name, deviceKind };
}

let inodes = 1000;

/** A TCP listener that nobody is seen to hold, unless `changes` says more. */
export function listener(address: string, port: number, changes: Partial<OwnedListener> = {}): OwnedListener {
  const { protocol = 'tcp', owners = [] } = changes;
  const inode = inodes++;
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return {
    id: `${protocol}:i${inode}`,
    protocol,
    family,
    state: protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
    type: null,
    address,
    port,
    device: null,
    v6only: family === 'ipv6' ? address !== '::' : null,
    path: null,
    abstract: null,
    file: null,
    inode,
    cookie: null,
    uid: 0,
    netns: '1',
    backlog: null,
    drops: null,
    cgroupId: null,
    ownersUnknown: owners.length > 0 ? null : 'permission',
    origin: null,
    ...changes,
    owners,
  };
}

/** A TCP listener held by the process of that name. */
export function held(by: string, address: string, port: number, changes: Partial<OwnedListener> = {}): OwnedListener {
  return listener(address, port, { owners: [processOwner(by)], ...changes });
}

/** The same, held where the built-in notes say that the service runs. */
export function placed(by: string, address: string, port: number, changes: Partial<OwnedListener> = {}): OwnedListener {
  const note = builtinSpec().notes.services.get(by);
  const pod = note?.pods === true ? '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f' : null;
  return held(by, address, port, { owners: [processOwner(by, { unit: note?.units[0] ?? null, pod })], ...changes });
}

/** A unix stream socket in LISTEN, bound to the file that `socketFile` of the same path gives. */
export function unixListener(path: string | null, changes: Partial<OwnedListener> = {}): OwnedListener {
  const unix = {
    protocol: 'unix',
    family: 'unix',
    state: 'LISTEN',
    type: 'stream',
    address: null,
    port: null,
  } as const;
  return listener('', 0, { ...unix, path, file: { device: 1, inode: 77 }, v6only: null, ...changes });
}

export function socketFile(path: string, changes: Partial<SocketFile> = {}): SocketFile {
  return { path, state: 'socket', device: 1, inode: 77, mountDevice: 1, isProtected: null, ...changes };
}

/** `localhost:10248`, `*:8472/udp`. */
export function row(endpoint: string, service: string, changes: Partial<NetworkRow> = {}): NetworkRow {
  const [place = '', protocol = 'tcp'] = endpoint.split(/\/(?=tcp$|udp$)/);
  const parsed = parseEndpoint(place);
  if (parsed === null || (protocol !== 'tcp' && protocol !== 'udp')) throw new Error(`no endpoint: ${endpoint}`);
  const common = { service, role: null, description: '', condition: null, claims: [], line: 1 };
  return { kind: 'network', ...common, ...parsed, protocol, ...changes };
}

export function unixRow(path: string, service: string, changes: Partial<UnixRow> = {}): UnixRow {
  return { kind: 'unix', service, role: null, description: '', condition: null, claims: [], line: 1, path, ...changes };
}

export function notes(changes: {
  readonly services?: Readonly<Record<string, Partial<ServiceNote>>>;
  readonly rows?: readonly RowNote[];
  readonly listeners?: readonly ListenerNote[];
}): Notes {
  const services = Object.entries(changes.services ?? {}).map(
    ([name, note]) => [name, { names: [], units: [], pods: false, devices: [], ...note }] as const,
  );
  return { ...NO_NOTES, rows: changes.rows ?? [], listeners: changes.listeners ?? [], services: new Map(services) };
}

export function rowNote(match: Partial<RowNote['match']>, changes: Partial<RowNote> = {}): RowNote {
  return {
    match: { service: null, port: null, protocol: null, path: null, ...match },
    roles: null,
    serviceByRole: {},
    condition: null,
    decidedBy: null,
    paths: [],
    hardening: null,
    hardeningRoles: null,
    replacedBy: [],
    cluster: null,
    claims: {},
    noClaims: null,
    reason: 'a test',
    ...changes,
  };
}

export function listenerNote(changes: Partial<ListenerNote>): ListenerNote {
  const anything = {
    owners: [],
    devices: [],
    scope: 'any',
    addresses: [],
    protocols: ['tcp', 'udp'],
    ports: [],
  } as const;
  return { ...anything, reason: 'a test', ...changes };
}

/** A node with the default interface eth0 (192.0.2.2, fd00::2) and a second one, eth1 (198.51.100.2). */
export const NODE: NodeFacts = {
  hostname: 'node',
  kernel: '6.8.0',
  netns: '1',
  defaultInterface: { name: 'eth0', index: 2, addresses: ['192.0.2.2', 'fd00::2'] },
  defaultAddresses: ['192.0.2.2', 'fd00::2'],
  defaultSource: 'default-route',
  interfaces: [],
  ephemeralPorts: { from: 32768, to: 60999 },
  ...NO_CONFIGURATION,
};

/** The same without a default route. */
export const NO_ROUTE: NodeFacts = { ...NODE, defaultInterface: null, defaultAddresses: [], defaultSource: null };

const broken = (name: string): CoverageFault => ({ code: 'other-error', params: { text: `${name} is broken` } });

/** Everything was read completely, but for the sources named. */
export function coverage(
  faults: Readonly<Record<string, 'partial' | 'failed'>> = {},
  ownerNotes: readonly ('ss-comm-only' | 'own-pid-namespace')[] = [],
): Coverage {
  const names = new Set(['tcp', 'udp', 'unix', 'owners', 'network', ...Object.keys(faults)]);
  return renderCoverage(
    [...names].map((name) => {
      const status = faults[name] ?? 'ok';
      return {
        name,
        via: 'a test',
        status,
        errors: status === 'ok' ? [] : [broken(name)],
        notes: name === 'owners' ? ownerNotes.map((code) => ({ code, params: {} })) : [],
        rows: 1,
        ms: 1,
      };
    }),
  );
}

export function capture(sockets: readonly OwnedListener[], changes: Partial<Capture> = {}): Capture {
  return { node: NODE, sockets, coverage: coverage(), files: [], ...changes };
}

export function spec(rows: readonly Row[], changes: Partial<Spec> = {}): Spec {
  return {
    ...{ title: 'A page', source: 'page.md', sha256: '0'.repeat(64), release: null, isByRelease: false },
    ...{ rows, notes: NO_NOTES, builtin: [], ...changes },
  };
}

export interface EvaluationContext {
  readonly sockets?: readonly OwnedListener[];
  readonly role?: NodeRole;
  readonly notes?: Notes;
  readonly observed?: Partial<Capture>;
}

/** The finding for one row, judged through `evaluate` as a snapshot does it. */
export function judge(
  one: Row,
  { sockets = [], role = 'worker', notes: known = NO_NOTES, observed = {} }: EvaluationContext,
): Finding {
  const [finding] = evaluate(spec([one], { notes: known }), capture(sockets, observed), role).findings;
  if (finding === undefined) throw new Error('a row has no finding');
  return finding;
}

/** `ok by exe`, `narrowed`, …: what most tables of cases compare. */
export function verdictOf({ verdict, matchedBy }: Finding): string {
  return matchedBy === null ? verdict : `${verdict} by ${matchedBy}`;
}

export function ids(sockets: readonly { readonly id: string }[]): string[] {
  return sockets.map(({ id }) => id).sort();
}

/** A setting of an arguments file; `changes` for another source. */
export function setting(service: string, flag: string, value: string, changes: Partial<Setting> = {}): Setting {
  const path = `/var/snap/k8s/common/args/${service}`;
  const source = { kind: 'arguments-file', path, line: 7 } as const;
  return { service, flag, value, source, inEffect: true, running: null, ...changes };
}

/** The unit of a service of the snap. */
export function unit(service: string, changes: Partial<ServiceState> = {}): ServiceState {
  return { unit: `snap.k8s.${service}.service`, enabled: true, pids: [812], comm: service.slice(0, 15), ...changes };
}

/** What has an address. */
export function addressOwner(
  kind: AddressOwner['kind'],
  place: string,
  owners: readonly Owner[] = [],
  fields: Partial<AddressOwner> = {},
): AddressOwner {
  const none = { ownersUnknown: null, socket: null, uid: null, state: null, remainingMs: null };
  return { kind, place, owners, ...none, ...fields };
}
