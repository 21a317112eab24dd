import type { Origin, OwnedListener, Owner, PodName } from '../kernel/owners/owner.js';
import type { HostFiles } from './host_files.js';

/** Kubelet makes a directory for each pod (buildPodLogsDirectory() in pkg/kubelet/kuberuntime/helpers.go). */
const PODS = '/var/log/pods';
/** And a link for each container, whose name has the id (legacyLogSymlink() in pkg/kubelet/kuberuntime/legacy.go). */
const CONTAINERS = '/var/log/containers';

/** No name of Kubernetes has an underscore. */
const POD = /^([^_]+)_([^_]+)_([^_]+)$/;
const CONTAINER = /^[^_]+_[^_]+_(.+)-([0-9a-f]{64})\.log$/;

/** A pod, and the name of its container where it has one only. */
interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly container: string | null;
}

/** The names of pods by uid, and of containers by id, as kubelet names their log files. */
export interface PodNames {
  readonly pods: ReadonlyMap<string, Pod>;
  readonly containers: ReadonlyMap<string, string>;
}

export const NO_POD_NAMES: PodNames = { pods: new Map(), containers: new Map() };

/** Of the pods with these uids. What cannot be read has no name. */
export async function readPodNames(files: HostFiles, uids: ReadonlySet<string>): Promise<PodNames> {
  if (uids.size === 0) return NO_POD_NAMES;
  const [directories, links] = await Promise.all([files.names(PODS), files.names(CONTAINERS)]);
  const pods = await Promise.all(
    (directories ?? []).map(async (directory) => {
      const [, namespace = '', name = '', uid = ''] = POD.exec(directory) ?? [];
      if (!uids.has(uid)) return [];
      const [container, ...others] = (await files.names(`${PODS}/${directory}`)) ?? [];
      return [[uid, { namespace, name, container: others.length === 0 ? (container ?? null) : null }] as const];
    }),
  );
  const containers = (links ?? []).flatMap((link) => {
    const [, name = '', id = ''] = CONTAINER.exec(link) ?? [];
    return id === '' ? [] : [[id, name] as const];
  });
  return { pods: new Map(pods.flat()), containers: new Map(containers) };
}

/** Uids of the pods that these sockets belong to, and of those that created others. */
export function podsOf(
  sockets: readonly Pick<OwnedListener, 'owners'>[],
  creators: Iterable<Origin> = [],
): Set<string> {
  const uids = new Set<string>();
  for (const { pod } of creators) if (pod !== null) uids.add(pod);
  for (const { owners } of sockets) {
    for (const owner of owners) if (owner.kind === 'process' && owner.pod !== null) uids.add(owner.pod);
  }
  return uids;
}

/** The names of a pod and a container; none where they are not known. Pure. */
function podName({ pod, container }: Pick<Origin, 'pod' | 'container'>, { pods, containers }: PodNames): PodName {
  const found = pod === null ? undefined : pods.get(pod);
  if (found === undefined) return {};
  const name = (container === null ? undefined : containers.get(container)) ?? found.container;
  const names = { podNamespace: found.namespace, podName: found.name };
  return name === null ? names : { ...names, containerName: name };
}

/** Sockets whose owners and creators have the names of their pods. Pure. */
export function withPodNames(sockets: readonly OwnedListener[], names: PodNames): readonly OwnedListener[] {
  if (names.pods.size === 0) return sockets;
  return sockets.map((socket) => {
    const { owners, origin } = socket;
    if (!owners.some(isInPod) && (origin === null || origin.pod === null)) return socket;
    return {
      ...socket,
      owners: owners.map((owner) => namedOwner(owner, names)),
      origin: origin === null ? null : { ...origin, ...podName(origin, names) },
    };
  });
}

function isInPod(owner: Owner): boolean {
  return owner.kind === 'process' && owner.pod !== null;
}

export function namedOwner<Any extends Owner>(owner: Any, names: PodNames): Any {
  return owner.kind === 'process' ? { ...owner, ...podName(owner, names) } : owner;
}
