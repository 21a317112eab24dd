import { nowMs } from '../base/clock.js';
import { type CoverageSource, elapsedMs } from '../base/coverage.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { Deadline } from '../base/deadline.js';
import type { Netns } from '../kernel/addon.js';
import { confinement } from '../kernel/confinement.js';
import type { TunnelDevice } from '../kernel/network/facts.js';
import { withKernelOwners } from '../kernel/network/kernel_owners.js';
import { attachOwners, findOwners } from '../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { readFacts, startOwnerSearch } from '../kernel/owners/owner_source.js';
import { type ProcessFields, processFieldsByPid, readBootTime } from '../kernel/owners/process_fields.js';
import { type ProcessNames, wholeNames } from '../kernel/owners/whole_names.js';
import { captureTables } from '../kernel/sockets/capture.js';
import type { Listener } from '../kernel/sockets/listener.js';
import { listenersOf } from '../kernel/sockets/listeners.js';
import { findNamespaces, inEachNamespace, type NetworkNamespace } from '../kernel/sockets/namespaces.js';
import type { HostFiles } from '../node/host_files.js';
import { type PodNames, withPodNames } from '../node/pod_names.js';
import { faultsText, renderSource } from '../verdict/text/coverage.js';
import { type CaptureTarget, namesOf } from './capture.js';
import type { NamespaceDocument } from './document/document.js';

export interface OtherNamespaces {
  readonly namespaces: readonly NamespaceDocument[];
  readonly sockets: readonly OwnedListener[];
  readonly source: CoverageSource;
  readonly longNames: readonly ProcessNames[];
}

/**
 * The listeners of every other network namespace, which is mostly those of pods. They are not evaluated, since the page is about
 * the node. Their owners are found in one search for all.
 */
export async function captureOtherNamespaces(
  home: string,
  target: Pick<CaptureTarget, 'owners' | 'allowModuleLoad'>,
  hostFiles: HostFiles | null,
  deadline: Deadline,
): Promise<OtherNamespaces> {
  return deadline.within(readOthers(home, target, hostFiles, deadline), unreadNamespaces);
}

async function readOthers(
  home: string,
  { owners: mode, allowModuleLoad }: Pick<CaptureTarget, 'owners' | 'allowModuleLoad'>,
  hostFiles: HostFiles | null,
  deadline: Deadline,
): Promise<OtherNamespaces> {
  const start = nowMs();
  const { namespaces, unreadable } = await findNamespaces();
  const others = namespaces.filter(({ netns }) => netns !== home);
  const read = await inEachNamespace(others, (opened, one) => readOne(opened, one, allowModuleLoad), unread);
  const listeners = read.flatMap((one) => one.listeners);
  const { found, source } = await findOwners(listeners, mode, startOwnerSearch(mode, { deadline }));
  const sockets = read.flatMap((one) => withKernelOwners(attachOwners(one.listeners, found), one.tunnels));
  const pids = Uint32Array.from(new Set(others.flatMap((namespace) => namespace.pids)));
  const [{ facts, late }, bootTime] = await Promise.all([readFacts(pids, pids, deadline.step()), readBootTime()]);
  const fields = processFieldsByPid(facts, bootTime);
  const pods = new Set([...fields.values()].flatMap(({ pod }) => pod ?? []));
  const names = await namesOf(hostFiles, pods, deadline.step());
  const errors: CoverageFault[] = read
    .filter((one) => one.errors.length > 0)
    .map(({ namespace: { netns } }) => ({ code: 'namespace-incomplete', params: { netns } }));
  if (mode !== 'none') errors.push(...source.errors);
  if (late > 0) errors.push({ code: 'processes-late', params: { late, processes: pids.length } });
  errors.push(...(await unreadableFaults(unreadable)));
  return {
    namespaces: read.map((one) => describe(one.namespace, one.errors, fields, names)),
    sockets: withPodNames(sockets, names),
    longNames: wholeNames(found?.facts ?? []),
    source: renderSource({
      name: 'namespaces',
      via: 'setns',
      status: errors.length === 0 ? 'ok' : 'partial',
      errors,
      notes: [],
      rows: others.length,
      ms: elapsedMs(start),
    }),
  };
}

/** Why not all namespaces were found, where those of so many processes could not be read. */
export async function unreadableFaults(processes: number): Promise<CoverageFault[]> {
  if (processes === 0) return [];
  const confined = await confinement();
  const why: CoverageFault[] = confined === null ? [] : [{ code: 'confined', params: confined }];
  return [{ code: 'namespaces-unreadable', params: { processes } }, ...why];
}

function unreadNamespaces(why: CoverageFault): OtherNamespaces {
  const reading = {
    name: 'namespaces',
    via: 'setns',
    status: 'failed',
    errors: [why],
    notes: [],
    rows: 0,
    ms: 0,
  } as const;
  const source = renderSource(reading);
  return { namespaces: [], sockets: [], source, longNames: [] };
}

interface NamespaceReading {
  readonly namespace: NetworkNamespace;
  readonly tunnels: readonly TunnelDevice[];
  readonly listeners: readonly Listener[];
  readonly errors: readonly CoverageFault[];
}

async function readOne(
  opened: Netns,
  namespace: NetworkNamespace,
  allowModuleLoad: boolean,
): Promise<NamespaceReading> {
  const { networkFacts } = await import('../kernel/network/facts.js');
  const { netns } = namespace;
  const [tables, network] = await Promise.all([
    captureTables({ netns: opened, allowModuleLoad }),
    networkFacts(opened),
  ]);
  const sources = [tables.tcp.source, tables.udp.source, tables.unix.source, network.source];
  const failures = sources.flatMap(({ name: source, errors }): readonly CoverageFault[] =>
    errors.length === 0 ? [] : [{ code: 'source-incomplete', params: { source } }, ...errors],
  );
  const listeners = listenersOf(tables, { netns, devices: network.deviceNames });
  return {
    namespace,
    tunnels: network.tunnels,
    // Before Linux 5.8, cookies are unique within a namespace only.
    listeners: listeners.map((listener) => ({ ...listener, id: `${listener.id}@${netns}` })),
    errors: failures,
  };
}

function unread(fault: CoverageFault, namespace: NetworkNamespace): NamespaceReading {
  return { namespace, tunnels: [], listeners: [], errors: [fault] };
}

/** Pods and containers are those of the processes in the namespace, by their cgroups. */
function describe(
  { netns, name, pids }: NetworkNamespace,
  errors: readonly CoverageFault[],
  fields: ReadonlyMap<number, ProcessFields>,
  names: PodNames,
): NamespaceDocument {
  const processes = pids.flatMap((pid) => fields.get(pid) ?? []);
  const each = (values: readonly (string | null)[]): string[] => [...new Set(values.filter((value) => value !== null))];
  return {
    netns,
    name,
    processes: pids.length,
    pods: each(processes.map(({ pod }) => pod)),
    podNames: each(
      processes.map(({ pod }) => {
        const found = pod === null ? undefined : names.pods.get(pod);
        return found === undefined ? null : `${found.namespace}/${found.name}`;
      }),
    ),
    containers: each(processes.map(({ container }) => container)),
    error: faultsText(errors),
    errors,
  };
}
