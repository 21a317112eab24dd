import { type CoverageSource, elapsedMs } from '../base/coverage.js';
import type { Deadline } from '../base/deadline.js';
import { messageOf } from '../base/errors.js';
import { native } from '../kernel/addon.js';
import { withKernelOwners } from '../kernel/network/kernel_owners.js';
import { attachOwners, findOwners } from '../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { readFacts, startOwnerSearch } from '../kernel/owners/owner_source.js';
import { type ProcessFields, processFieldsByPid, readBootTime } from '../kernel/owners/process_fields.js';
import { captureTables } from '../kernel/sockets/capture.js';
import { listenersOf } from '../kernel/sockets/listeners.js';
import { findNamespaces, type NetworkNamespace } from '../kernel/sockets/namespaces.js';
import type { CaptureTarget } from './capture.js';
import type { NamespaceDocument } from './document/document.js';

export interface OtherNamespaces {
  readonly namespaces: readonly NamespaceDocument[];
  readonly sockets: readonly OwnedListener[];
  readonly source: CoverageSource;
}

/**
 * The listeners of every other network namespace, which is mostly those of pods. They are not evaluated, since the page is about
 * the node. Their owners are found in one search for all.
 */
export async function captureOtherNamespaces(
  home: string,
  target: Pick<CaptureTarget, 'owners' | 'allowModuleLoad'>,
  deadline: Deadline,
): Promise<OtherNamespaces> {
  return deadline.within(readOthers(home, target, deadline), unreadNamespaces);
}

async function readOthers(
  home: string,
  { owners: mode, allowModuleLoad }: Pick<CaptureTarget, 'owners' | 'allowModuleLoad'>,
  deadline: Deadline,
): Promise<OtherNamespaces> {
  const start = performance.now();
  const { namespaces, unreadable } = await findNamespaces();
  const others = namespaces.filter(({ netns }) => netns !== home);
  const read = await Promise.all(others.map((namespace) => readOne(namespace, allowModuleLoad)));
  const listeners = read.flatMap((one) => one.listeners);
  const { found, source } = await findOwners(listeners, mode, startOwnerSearch(mode, { deadline }));
  const sockets = read.flatMap((one) => withKernelOwners(attachOwners(one.listeners, found), one.tunnels));
  const pids = Uint32Array.from(new Set(others.flatMap((namespace) => namespace.pids)));
  const [{ facts, late }, bootTime] = await Promise.all([readFacts(pids, pids, deadline.step()), readBootTime()]);
  const fields = processFieldsByPid(facts, bootTime);
  const errors = [
    ...read.flatMap(({ namespace, error }) => (error === null ? [] : [`${namespace.netns}: ${error}`])),
    ...(mode === 'none' || source.error === null ? [] : [source.error]),
    ...(late === 0 ? [] : [`${late} of ${pids.length} processes did not answer in time`]),
    ...(unreadable === 0 ? [] : [`the namespaces of ${unreadable} processes could not be read (permission)`]),
  ];
  return {
    namespaces: read.map(({ namespace, error }) => describe(namespace, error, fields)),
    sockets,
    source: {
      name: 'namespaces',
      via: 'setns',
      status: errors.length === 0 ? 'ok' : 'partial',
      error: errors.length === 0 ? null : errors.join('; '),
      note: null,
      rows: others.length,
      ms: elapsedMs(start),
    },
  };
}

function unreadNamespaces(why: string): OtherNamespaces {
  const source = {
    name: 'namespaces',
    via: 'setns',
    status: 'failed',
    error: why,
    note: null,
    rows: 0,
    ms: 0,
  } as const;
  return { namespaces: [], sockets: [], source };
}

async function readOne(namespace: NetworkNamespace, allowModuleLoad: boolean) {
  const { networkFacts } = await import('../kernel/network/facts.js');
  const { netns, path } = namespace;
  try {
    const inode = String(native().netnsInode(path));
    // The process of that path has ended, and its pid was reused.
    if (inode !== netns) throw new Error('it was gone before it could be entered');
    const [tables, network] = await Promise.all([captureTables({ netns: path, allowModuleLoad }), networkFacts(path)]);
    const sources = [tables.tcp.source, tables.udp.source, tables.unix.source, network.source];
    const failures = sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
    const listeners = listenersOf(tables, { netns, devices: network.deviceNames });
    return {
      namespace,
      tunnels: network.tunnels,
      // Before Linux 5.8, cookies are unique within a namespace only.
      listeners: listeners.map((listener) => ({ ...listener, id: `${listener.id}@${netns}` })),
      error: failures.length === 0 ? null : failures.join('; '),
    };
  } catch (error) {
    return { namespace, tunnels: [], listeners: [], error: messageOf(error) };
  }
}

/** Pods and containers are those of the processes in the namespace, by their cgroups. */
function describe(
  { netns, name, pids }: NetworkNamespace,
  error: string | null,
  fields: ReadonlyMap<number, ProcessFields>,
): NamespaceDocument {
  const processes = pids.flatMap((pid) => fields.get(pid) ?? []);
  const each = (values: readonly (string | null)[]): string[] => [...new Set(values.filter((value) => value !== null))];
  return {
    netns,
    name,
    processes: pids.length,
    pods: each(processes.map(({ pod }) => pod)),
    containers: each(processes.map(({ container }) => container)),
    error,
  };
}
