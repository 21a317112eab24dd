import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type LabOptions, startLab } from '../lab/lab.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

/** Subjects of the page's rows. */
const COMMON = [
  'cilium-agent 9879/tcp',
  'cilium-agent 9890/tcp',
  'kubelet 10248/tcp',
  'kube-proxy 10249/tcp',
  'kube-proxy 10256/tcp',
  'cilium-agent 4240/tcp',
  'k8sd 6400/tcp',
  'cilium-agent 4244/tcp',
  'kube-apiserver 6443/tcp',
  'kubelet 10250/tcp',
];
const CONTROL_PLANE = [
  'cilium-operator 9234/tcp',
  'cilium-operator 9891/tcp',
  'etcd 2379/tcp',
  'etcd 2380/tcp',
  'cilium-operator 9963/tcp',
  'kube-controller 10257/tcp',
  'kube-scheduler 10259/tcp',
];
const VXLAN = 'cilium-agent 8472/udp';

const all = (subjects: readonly string[], verdict: string): Record<string, string> =>
  Object.fromEntries(subjects.map((subject) => [subject, verdict]));

const LABS: readonly (LabOptions & { readonly title: string; readonly containerd: string })[] = [
  {
    title: 'control plane, dual stack',
    role: 'control-plane',
    family: 'dual',
    containerd: '/run/containerd/containerd.sock',
  },
  {
    title: 'control plane, IPv4 only',
    role: 'control-plane',
    family: 'ipv4',
    containerd: '/run/containerd/containerd.sock',
  },
  { title: 'worker, dual stack', role: 'worker', family: 'dual', containerd: '/run/containerd/containerd.sock' },
  {
    title: 'control plane, containerd moved by --containerd-base-dir',
    role: 'control-plane',
    family: 'ipv4',
    containerd: '/opt/k8s/run/containerd/containerd.sock',
    containerdPath: '/opt/k8s/run/containerd/containerd.sock',
  },
];

for (const { title, containerd, ...options } of LABS) {
  t.test(title, { timeout: 120_000 }, async (t) => {
    const lab = await startLab(options);
    t.teardown(() => lab.stop());
    const { code, stdout, stderr } = await lab.exec([process.execPath, CLI, '--once']);
    t.equal(stderr, '');
    t.equal(code, 0);
    const document = snapshotIn(stdout);
    const controlPlane = options.role === 'worker' ? all(CONTROL_PLANE, 'not-applicable') : all(CONTROL_PLANE, 'ok');
    const isMoved = containerd !== '/run/containerd/containerd.sock';
    const expected = {
      ...all([...COMMON, VXLAN], 'ok'),
      'containerd /run/containerd/containerd.sock': isMoved ? 'configured' : 'ok',
      ...controlPlane,
    };
    t.strictSame(verdictsOf(document), expected, 'every row has its verdict, and there are no other findings');
    t.equal(document.summary.result, 'match');
    t.equal(document.node.role, options.role, 'the role is detected');
    t.match(document.node.defaultInterface, { name: 'eth0' });
    t.strictSame(document.node.defaultInterface?.addresses, [lab.addresses.ipv4, lab.addresses.ipv6].filter(Boolean));
    const socket = document.sockets.find(({ path }) => path === containerd);
    t.match(socket?.explainedBy, { by: 'page', text: 'containerd' }, 'the socket is found at its path');
    const listeners = document.sockets.filter(({ protocol }) => protocol !== 'unix');
    t.ok(
      listeners.every(({ explainedBy }) => explainedBy.by !== null),
      'every TCP and UDP listener is explained',
    );
    const agent = listeners.find(({ port }) => port === 4244)?.owners[0];
    const names = { podNamespace: 'kube-system', podName: 'cilium-x7k2f', containerName: 'cilium-agent' };
    t.match(agent, names, 'pods have the names of their log directories');
    t.ok(
      listeners.some(({ explainedBy }) => explainedBy.by === 'note'),
      'some only by notes: sshd, systemd-resolved, …',
    );
  });
}

t.test('--netns reads a node from outside', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  // In the lab's mount namespace, which has containerd's socket file, but not in its network namespace.
  const { code, stdout } = await lab.run([process.execPath, CLI, '--once', '--netns', lab.netns]);
  t.equal(code, 0);
  const document = snapshotIn(stdout);
  t.match(document.summary.verdicts, { ok: 19 });
  t.ok(document.sockets.every(({ netns }) => netns === document.node.netns));
  const inside = snapshotIn((await lab.exec([process.execPath, CLI, '--once'])).stdout);
  t.equal(document.node.netns, inside.node.netns, 'the requested namespace');
  t.strictSame(verdictsOf(document), verdictsOf(inside));
});

t.test('--host-root: sockets, files and pods are those of the node', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'ipv4' });
  t.teardown(() => lab.stop());
  // Like a container: what the program would find at the node's paths is not the node's.
  const script = `mount --rbind / "$0" && mount -t tmpfs none /run && mount -t tmpfs none /var && exec "$@" --host-root "$0"`;
  const argv = ['unshare', '--mount', 'sh', '-c', script, t.testdir(), process.execPath, CLI, '--once'];
  const { code, stdout, stderr } = await lab.exec(argv);
  t.strictSame([code, stderr], [0, '']);
  const document = snapshotIn(stdout);
  t.match(document.summary.verdicts, { ok: 19 });
  t.strictSame(
    verdictsOf(document),
    verdictsOf(snapshotIn((await lab.exec([process.execPath, CLI, '--once'])).stdout)),
  );
  t.ok(JSON.stringify(document.sockets).includes('"podName":"cilium-x7k2f"'));
});

t.test('--strict shows what the page omits on a worker', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const { code, stdout } = await lab.exec([process.execPath, CLI, '--once', '--strict']);
  t.equal(code, 1);
  const document = snapshotIn(stdout);
  const verdicts = verdictsOf(document);
  t.equal(verdicts['kube-apiserver 6443/tcp'], 'wrong-owner', 'k8s-apiserver-proxy listens on 6443');
  t.equal(verdicts[VXLAN], 'not-applicable', 'the page lists 8472 for control planes only');
  t.equal(verdicts['listener 8472/udp'], 'unexpected', 'so nothing explains the tunnel');
  t.strictSame(document.spec.notes, []);
});

t.test('--output and --format table', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual', faults: ['scheduler-gone'] });
  t.teardown(() => lab.stop());
  const file = join(t.testdir(), 'snapshot.json');
  await writeFile(file, 'an old file');
  const written = await lab.exec([process.execPath, CLI, '--once', '--output', file]);
  t.strictSame([written.code, written.stdout, written.stderr], [1, '', '']);
  const { readFile, stat } = await import('node:fs/promises');
  t.match(snapshotIn(await readFile(file, 'utf8')).summary, { result: 'drift' });
  t.equal((await stat(file)).mode & 0o777, 0o600);

  const { code, stdout } = await lab.exec([process.execPath, CLI, '--once', '--format', 'table']);
  t.equal(code, 1);
  const lines = stdout.split('\n');
  const from = lines.findIndex((line) => line.startsWith('VERDICT'));
  t.match(lines[from + 1], /^missing +kube-scheduler +\*:10259\/tcp /, 'worst first');
  t.equal(lines.filter((line) => line.startsWith('ok ')).length, 18, 'one line per row');
  const failOn = await lab.exec([process.execPath, CLI, '--once', '--fail-on', 'never', '--format', 'table']);
  t.equal(failOn.code, 0, '--fail-on never');
});
