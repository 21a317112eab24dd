/** What a cgroup path says about its processes. */
export interface CgroupFacts {
  /** The innermost systemd unit: `snap.k8s.kubelet.service`, `ssh.service`, `session-3.scope`; never a container's scope. */
  readonly unit: string | null;
  /** Kubernetes pod uid, with hyphens. */
  readonly pod: string | null;
  /** Container id: 64 hex digits. */
  readonly container: string | null;
}

/** `kubepods-burstable-pod<uid>.slice` (systemd driver, underscores for hyphens) or `pod<uid>` (cgroupfs driver). */
const POD =
  /(?:^|-)pod([0-9a-f]{8}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/;

/** `cri-containerd-<id>.scope`, `docker-<id>.scope`, `crio-<id>.scope`, or the bare id of the cgroupfs driver. */
const CONTAINER = /^(?:[a-z-]+-)?([0-9a-f]{64})(?:\.scope)?$/;

/** A user's service manager. The names below it are chosen by the user, so they prove nothing. */
const USER_MANAGER = /^user@\d+\.service$/;

const UNIT = /\.(?:service|scope|socket|mount|swap)$/;

/** The uid of a static pod is 32 hex digits, that of another pod a UUID. */
export function cgroupFacts(path: string): CgroupFacts {
  // containerd with the cgroupfs driver under a kubelet with the systemd driver makes one name of it: slice:prefix:id.
  const parts = path.split('/').flatMap((part) => (part.includes('.slice:') ? part.split(':') : [part]));
  const last = <Found>(find: (part: string) => Found | null | undefined): Found | null => {
    for (const part of parts.toReversed()) {
      const found = find(part);
      if (found !== null && found !== undefined) return found;
    }
    return null;
  };
  return {
    unit:
      parts.find((part) => USER_MANAGER.test(part)) ??
      last((part) => (UNIT.test(part) && !CONTAINER.test(part) ? part : null)),
    pod: last((part) => POD.exec(part)?.[1]?.replaceAll('_', '-')),
    container: last((part) => CONTAINER.exec(part)?.[1]),
  };
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
