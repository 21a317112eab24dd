/** What a cgroup path says about its processes. */
export interface CgroupFacts {
  /** The unit of the system manager: `snap.k8s.kubelet.service`, `ssh.service`, `session-3.scope`; never a container's scope. */
  readonly unit: string | null;
  /** Kubernetes pod uid, with hyphens. */
  readonly pod: string | null;
  /** Container id: 64 hex digits. */
  readonly container: string | null;
}

/** `kubepods-burstable-pod<uid>.slice` (systemd driver, underscores for hyphens) or `pod<uid>` (cgroupfs driver). */
const POD =
  /(?:^|-)pod([0-9a-f]{8}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/;

/** The cgroup of all pods: `kubepods.slice`, `kubelet-kubepods.slice`, or `kubepods` of the cgroupfs driver. */
const PODS = /^(?:kubepods|(?:[\w-]+-)?kubepods\.slice)$/;

/** `cri-containerd-<id>.scope`, `docker-<id>.scope`, `crio-<id>.scope`, or the bare id of the cgroupfs driver. */
const CONTAINER = /^(?:[a-z-]+-)?([0-9a-f]{64})(?:\.scope)?$/;

const UNIT = /\.(?:service|scope|socket|mount|swap)$/;

/** containerd's unit, the root of its containers where its cgroup driver is not that of kubelet. */
const CONTAINERD = /^(?:snap\.[\w-]+\.)?containerd\.service$/;

/**
 * Only the outermost names count, which only root can create: below slices, the system manager's units and the cgroup of all pods.
 * What is inside another service, a user's manager (`user@1000.service`) or a container was named by a process there. The uid of
 * a static pod is 32 hex digits, that of another pod a UUID.
 */
export function cgroupFacts(path: string): CgroupFacts {
  const parts = path.split('/').filter((part) => part !== '');
  const below = parts.findIndex((part) => !part.endsWith('.slice'));
  const first = parts[below] ?? '';
  const unit = UNIT.test(first) && !CONTAINER.test(first) ? first : null;
  // containerd with the cgroupfs driver under a kubelet with the systemd driver makes one name of it: slice:prefix:id.
  const joined = unit !== null && CONTAINERD.test(unit) ? (parts[below + 1] ?? '').split(':') : [];
  const slices = below < 0 ? parts : parts.slice(0, below);
  const isInPods = slices.some((part) => PODS.test(part)) || PODS.test(first) || joined.length === 3;
  const containerAt = parts.findIndex((part) => CONTAINER.test(part));
  const outside = containerAt < 0 ? parts : parts.slice(0, containerAt);
  const container = CONTAINER.exec(parts[containerAt] ?? joined[2] ?? '')?.[1] ?? null;
  const names = joined.length === 3 ? joined : unit === null ? outside : [];
  const pod = names.map((part) => POD.exec(part)?.[1]).find((uid) => uid !== undefined);
  return { unit, pod: isInPods ? (pod?.replaceAll('_', '-') ?? null) : null, container };
}

/** Roots of machine containers, which only root can create: of systemd-nspawn, libvirt, LXC and LXD. */
const MACHINE = /^\/(?:machine\.slice\/[^/]+\.(?:service|scope)(?:\/payload)?|lxc\.payload\.[^/]+|lxc\/[^/]+)(?=\/)/;

/** The path of a cgroup as a machine container sees it, if it is in one. */
export function inMachine(path: string): string {
  return path.replace(MACHINE, '');
}

/**
 * The most telling path in /proc/PID/cgroup (cgroups(7), lines of `hierarchy:controllers:path`): that of cgroup2; if that is the
 * root, of systemd's own hierarchy of cgroup v1 or of a controller.
 */
export function cgroupPathOf(file: Uint8Array): Uint8Array | null {
  const lines = splitLines(file).flatMap((line) => {
    const [first, second] = [line.indexOf(':'), line.indexOf(':', line.indexOf(':') + 1)];
    if (first < 0 || second < 0) return [];
    return [{ controllers: line.subarray(first + 1, second).toString('latin1'), path: line.subarray(second + 1) }];
  });
  const candidates = ['', 'name=systemd', 'memory', 'pids']
    .map((controllers) => lines.find((line) => line.controllers === controllers)?.path)
    .filter((path) => path !== undefined);
  return candidates.find((path) => path.toString('latin1') !== '/') ?? candidates[0] ?? null;
}

function splitLines(file: Uint8Array): Buffer[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf('\n', start);
    lines.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}
