import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startLab } from '../lab/lab.js';
import { CLI, snapshotIn, subjectOf } from './cli.js';

const IMPOSTOR = fileURLToPath(new URL('../../../test/live/impostor.py', import.meta.url));

const SCHEDULER = 'kube-scheduler 10259/tcp';
const KUBELET = 'kubelet 10250/tcp';
const ENVOY = 'listener 9964/tcp';
const CONTAINERD = 'containerd /run/containerd/containerd.sock';

/** By attempt of impostor.py: what it is about, and the code and verdict that it gets. */
const ATTEMPTS: readonly (readonly [attempt: string, subject: string, code: string, verdict: string])[] = [
  ['argv0', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['copied-binary', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['comm', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['comm-of-a-noted-service', ENVOY, 'noted-by-name-only', 'unexpected'],
  ['comm-of-a-worker', SCHEDULER, 'held-by-another', 'wrong-owner'],
  ['cgroup-of-its-unit', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['cgroup-of-pebble', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['cgroup-of-systemd', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['cgroup-of-a-pod', ENVOY, 'noted-by-name-only', 'unexpected'],
  ['user-namespace', SCHEDULER, 'not-its-unit', 'wrong-owner'],
  ['network-namespace', SCHEDULER, 'unit-not-running', 'missing'],
  ['beside-the-service-on-ipv6', KUBELET, 'not-its-unit', 'wrong-owner'],
  ['handed-over', SCHEDULER, 'owner-unseen', 'unverified'],
  ['handed-over-and-kept', SCHEDULER, 'shared-with-another', 'wrong-owner'],
  ['handed-over-and-in-flight', SCHEDULER, 'owner-unseen', 'unverified'],
  ['handed-over-from-a-lost-cgroup', SCHEDULER, 'owner-unseen', 'unverified'],
  ['handed-over-to-a-pod', ENVOY, 'noted-if-owner-seen', 'unverified'],
  ['path-in-own-mounts', CONTAINERD, 'stale-socket-file', 'missing'],
  ['path-in-own-directory', CONTAINERD, 'stale-socket-file', 'missing'],
  ['path-in-a-sticky-directory', CONTAINERD, 'stale-socket-file', 'missing'],
  ['path-handed-over', CONTAINERD, 'path-not-protected', 'unverified'],
];

t.test('an unprivileged user cannot pass for a service', { timeout: 300_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', faults: ['scheduler-gone', 'stale-containerd-socket'] });
  t.teardown(() => lab.stop());
  const attempt = (name: string, ...options: string[]) =>
    lab.exec(['python3', IMPOSTOR, name, process.execPath, CLI, '--once', ...options]);

  for (const [name, subject, code, verdict] of ATTEMPTS) {
    // How owners are found matters only where a socket has other owners than its creator.
    for (const way of name.startsWith('handed-over') ? ['bpf', 'proc'] : ['auto']) {
      const { stdout, stderr } = await attempt(name, '--owners', way);
      t.equal(stderr, '', `${name}, ${way}`);
      const document = snapshotIn(stdout);
      const found = document.findings.filter((_, at) => subjectOf(document, at) === subject);
      t.match(found, [{ code, verdict }], `${name}, ${way}`);
      t.equal(document.node.role, 'control-plane', 'the role stays');
    }
  }
  const beside = await attempt('beside-the-service');
  t.match(beside, { code: 1, stdout: 'refused\n', stderr: /Address already in use/ }, 'SO_REUSEPORT is for one user');
});
