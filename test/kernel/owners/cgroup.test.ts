import t from 'tap';
import { cgroupFacts, cgroupPathOf, inMachine } from '../../../src/kernel/owners/cgroup.js';

const ID = '0123456789abcdef'.repeat(4);
const OTHER_ID = 'f'.repeat(64);
const UID = '01020304-0506-0708-090a-0b0c0d0e0f00';
const UID_SLICE = UID.replaceAll('-', '_');
/** Static pods have the hash of their manifest for a uid. */
const STATIC = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';

const NOBODY = { unit: null, pod: null, container: null };

t.test('units, pods and containers by the path of their cgroup', (t) => {
  const cases: [name: string, path: string, expected: Partial<ReturnType<typeof cgroupFacts>>][] = [
    ['systemd unit', '/system.slice/ssh.service', { unit: 'ssh.service' }],
    ['snap service', '/system.slice/snap.k8s.kubelet.service', { unit: 'snap.k8s.kubelet.service' }],
    ['template instance', '/system.slice/system-getty.slice/getty@tty1.service', { unit: 'getty@tty1.service' }],
    ['login session', '/user.slice/user-0.slice/session-3.scope', { unit: 'session-3.scope' }],
    ['socket unit', '/system.slice/ssh.socket', { unit: 'ssh.socket' }],
    ['init', '/init.scope', { unit: 'init.scope' }],
    ['root', '/', {}],
    ['nothing', '', {}],
    ['a slice is no unit that runs anything', '/system.slice', {}],
    ['a name that only looks like one', '/system.slice/service', {}],

    [
      'pod, systemd driver',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_SLICE}.slice/cri-containerd-${ID}.scope`,
      { pod: UID, container: ID },
    ],
    [
      'guaranteed pod, systemd driver',
      `/kubepods.slice/kubepods-pod${UID_SLICE}.slice/cri-containerd-${ID}.scope`,
      { pod: UID, container: ID },
    ],
    ['pod, cgroupfs driver', `/kubepods/besteffort/pod${UID}/${ID}`, { pod: UID, container: ID }],
    ['guaranteed pod, cgroupfs driver', `/kubepods/pod${UID}/${ID}`, { pod: UID, container: ID }],
    [
      'static pod, systemd driver',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${ID}.scope`,
      { pod: STATIC, container: ID },
    ],
    ['static pod, cgroupfs driver', `/kubepods/burstable/pod${STATIC}/${ID}`, { pod: STATIC, container: ID }],
    [
      'kubelet with another root',
      `/k8s.slice/k8s-kubepods.slice/k8s-kubepods-pod${UID_SLICE}.slice/cri-containerd-${ID}.scope`,
      { pod: UID, container: ID },
    ],
    [
      "kubelet's systemd driver, containerd's cgroupfs",
      `/system.slice/containerd.service/kubepods-burstable-pod${UID_SLICE}.slice:cri-containerd:${ID}`,
      { unit: 'containerd.service', pod: UID, container: ID },
    ],
    ['pod without container', `/kubepods/pod${UID}`, { pod: UID }],
    ['half a uid', '/kubepods/pod01020304-0506-0708', {}],

    ['docker, systemd driver', `/system.slice/docker-${ID}.scope`, { container: ID }],
    ['docker, cgroupfs driver', `/docker/${ID}`, { container: ID }],
    ['cri-o', `/kubepods.slice/kubepods-pod${UID_SLICE}.slice/crio-${ID}.scope`, { pod: UID, container: ID }],
    ["cri-o's monitor", `/kubepods.slice/crio-conmon-${ID}.scope`, { container: ID }],
    ['podman', `/machine.slice/libpod-${ID}.scope/container`, { container: ID }],
    ['63 digits are no id', `/docker/${ID.slice(1)}`, {}],
    ['an id in capitals is none', `/docker/${ID.toUpperCase()}`, {}],

    [
      'a node in a container (kind): the outermost container',
      `/system.slice/docker-${OTHER_ID}.scope/kubelet.slice/kubepods.slice/kubepods-pod${UID_SLICE}.slice/cri-containerd-${ID}.scope`,
      { container: OTHER_ID },
    ],
    [
      'its kubelet, which is not of this system',
      `/system.slice/docker-${OTHER_ID}.scope/system.slice/kubelet.service`,
      { container: OTHER_ID },
    ],
    ['a node in an LXD container', '/lxc.payload.k8s-1/system.slice/snap.k8s.etcd.service', {}],
    ['its pods', `/lxc.payload.k8s-1/kubepods/pod${UID}/${ID}`, { container: ID }],
    ['below its unit', '/system.slice/snap.k8s.k8sd.service/worker', { unit: 'snap.k8s.k8sd.service' }],
  ];
  for (const [name, path, expected] of cases) t.strictSame(cgroupFacts(path), { ...NOBODY, ...expected }, name);
  t.end();
});

t.test('names that others than root chose do not count', (t) => {
  const pod = `kubepods.slice/kubepods-pod${UID_SLICE}.slice/cri-containerd-${ID}.scope`;
  const cases: [name: string, above: string, unit: string | null][] = [
    ["a user's manager", '/user.slice/user-1000.slice/user@1000.service', 'user@1000.service'],
    ['below it', '/user.slice/user-1000.slice/user@1000.service/app.slice', 'user@1000.service'],
    ['another service, which may delegate its cgroup', '/system.slice/anything.service', 'anything.service'],
    ['a session', '/user.slice/user-1000.slice/session-3.scope', 'session-3.scope'],
    ['a machine', '/machine.slice/systemd-nspawn@x.service/payload', 'systemd-nspawn@x.service'],
    ['a container of LXC', '/lxc.payload.x', null],
    ['a container of Docker', `/docker/${OTHER_ID}`, null],
    ['a container in a pod', `/kubepods/pod${UID}/${OTHER_ID}`, null],
  ];
  for (const [name, above, unit] of cases) {
    t.equal(cgroupFacts(`${above}/snap.k8s.kubelet.service`).unit, unit, name);
    t.equal(cgroupFacts(`${above}/system.slice/snap.k8s.kubelet.service`).unit, unit, name);
    t.equal(cgroupFacts(`${above}/kubepods-pod${UID_SLICE}.slice:cri-containerd:${ID}`).unit, unit, name);
    if (!above.startsWith('/kubepods')) t.equal(cgroupFacts(`${above}/${pod}`).pod, null, name);
  }
  const nested = cgroupFacts(`/kubepods/pod${UID}/${OTHER_ID}/${pod.replaceAll('0102', 'ffff')}`);
  t.strictSame(nested, { unit: null, pod: UID, container: OTHER_ID }, 'the outermost pod');
  t.equal(cgroupFacts('/../system.slice/snap.k8s.kubelet.service').unit, null, 'outside of a cgroup namespace');
  t.end();
});

t.test('the line of /proc/PID/cgroup that counts', (t) => {
  const cases: [name: string, lines: string[], expected: string | null][] = [
    ['cgroup2 alone', ['0::/system.slice/ssh.service'], '/system.slice/ssh.service'],
    [
      'both, with cgroup2 in use',
      ['12:pids:/a', '1:name=systemd:/b', '0::/system.slice/ssh.service'],
      '/system.slice/ssh.service',
    ],
    [
      'v1: the hierarchy of systemd',
      ['4:memory:/m', '1:name=systemd:/system.slice/ssh.service'],
      '/system.slice/ssh.service',
    ],
    ['both, with v1 in use', ['4:memory:/m', '1:name=systemd:/u/x.service', '0::/'], '/u/x.service'],
    ['both, without systemd', ['9:name=systemd:/', '4:memory:/docker/x', '0::/'], '/docker/x'],
    ['controllers that share a hierarchy', ['5:cpu,cpuacct:/cpu', '4:pids:/p'], '/p'],
    ['the root of cgroup2 alone', ['0::/'], '/'],
    ['the root everywhere', ['1:name=systemd:/', '0::/'], '/'],
    ['colons in a path', ['0::/a:b::c'], '/a:b::c'],
    ['nothing that is known', ['7:freezer:/x'], null],
    ['no lines', [], null],
    ['lines of another form', ['nonsense', '1:two', '0:x', ''], null],
    ['an empty line before it', ['', '0::/x'], '/x'],
  ];
  for (const [name, lines, expected] of cases) {
    for (const end of ['\n', '']) {
      const path = cgroupPathOf(Buffer.from(lines.join('\n') + end));
      t.equal(path === null ? null : Buffer.from(path).toString(), expected, name);
    }
  }
  const bytes = Buffer.from('0::/a\xff\n', 'latin1');
  t.strictSame(Buffer.from(cgroupPathOf(bytes) ?? []), Buffer.from('/a\xff', 'latin1'), 'any bytes');
  t.end();
});

t.test('paths in a machine container', (t) => {
  const unit = '/system.slice/snap.k8s.kubelet.service';
  const cases: [name: string, path: string, expected: string][] = [
    ['systemd-nspawn', `/machine.slice/systemd-nspawn@k8s-1.service/payload${unit}`, unit],
    ['systemd-nspawn by hand', `/machine.slice/machine-k8s\\x2d1.scope/payload${unit}`, unit],
    ['without payload', `/machine.slice/machine-k8s.scope${unit}`, unit],
    ['LXD', `/lxc.payload.k8s-1${unit}`, unit],
    ['LXC before 4.0', `/lxc/k8s-1${unit}`, unit],
    ['a machine in a machine', `/lxc.payload.a/lxc.payload.b${unit}`, `/lxc.payload.b${unit}`],
    ['the machine itself', unit, unit],
    ['its monitor', '/lxc.monitor.k8s-1', '/lxc.monitor.k8s-1'],
    ['nothing below it', '/lxc.payload.k8s-1', '/lxc.payload.k8s-1'],
    ['named by a user', `/user.slice/user-1000.slice/user@1000.service/lxc.payload.x${unit}`, ''],
    ['in a pod', `/kubepods.slice/kubepods-pod1.slice/machine.slice/machine-x.scope${unit}`, ''],
  ];
  for (const [name, path, expected] of cases) t.equal(inMachine(path), expected === '' ? path : expected, name);
  t.end();
});
