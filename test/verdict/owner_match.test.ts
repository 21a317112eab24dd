import t from 'tap';
import type { Origin, ProcessOwner } from '../../src/kernel/owners/owner.js';
import type { ServiceNote } from '../../src/spec/notes.js';
import { NO_NOTES } from '../../src/spec/notes.js';
import { matchListener, matchOwner, onceEachProcess } from '../../src/verdict/owner_match.js';
import { device, listener, notes, processOwner } from './factory.js';

const match = (owner: Parameters<typeof matchOwner>[0], service: string, note: Partial<ServiceNote> = {}): string => {
  const result = matchOwner(owner, service, notes({ services: { [service]: note } }), false);
  return result.kind === 'match' ? result.by : result.kind;
};

/** A process of which only what is given is known. */
const only = (facts: Partial<ProcessOwner>): ProcessOwner =>
  processOwner('x', { comm: null, exe: null, argv0: null, ...facts });

t.test('what is compared, in this order, and the finding says which of them matched', (t) => {
  const all = { unit: 'kubelet.service', exe: '/bin/kubelet', argv0: 'kubelet', comm: 'kubelet' };
  const order: [string, Partial<ProcessOwner>, string][] = [
    ['everything agrees', all, 'unit'],
    ['no unit', { ...all, unit: null }, 'exe'],
    ['another unit, and any unit will do', { ...all, unit: 'x.service' }, 'exe'],
    ['another executable', { ...all, unit: null, exe: '/snap/k8s/1/bin/kubernetes' }, 'argv0'],
    ['no executable', { ...all, unit: null, exe: null }, 'argv0'],
    ['comm alone, which any process can choose', { comm: 'kubelet', exe: '/usr/bin/nc', argv0: 'nc' }, 'comm'],
    ['the unit alone', { comm: 'x', exe: '/x', argv0: 'x', unit: 'kubelet.service' }, 'unit'],
    ['nothing', { comm: 'nc', exe: '/usr/bin/nc', argv0: 'nc', unit: 'nc.service' }, 'foreign'],
  ];
  for (const [name, facts, expected] of order) t.equal(match(only(facts), 'kubelet'), expected, name);
  t.end();
});

t.test('the name of a unit', (t) => {
  const cases: [unit: string, service: string, matches: boolean][] = [
    ['snap.k8s.kubelet.service', 'kubelet', true],
    ['snap.k8s.kube-apiserver.service', 'kube-apiserver', true],
    ['kubelet.service', 'kubelet', true],
    ['kubelet@1.service', 'kubelet', true],
    ['x@kubelet.service', 'kubelet', false],
    ['snap.kubelet.other.service', 'kubelet', false],
    ['snap.k8s.kubelet-x.service', 'kubelet', false],
    ['snap.k8s.kube-controller-manager.service', 'kube-controller', true],
    ['kubelet.scope', 'kubelet', false],
    ['kubelet.socket', 'kubelet', false],
    ['snap.k8s.service', 'k8s', false],
  ];
  for (const [unit, service, matches] of cases) {
    t.equal(match(only({ unit, comm: 'x' }), service), matches ? 'unit' : 'foreign', `${unit} for ${service}`);
  }
  t.end();
});

t.test('names of files: whole, except where the page itself was cut to 15 characters', (t) => {
  const cases: [path: string, service: string, expected: string][] = [
    ['/snap/k8s/current/bin/kubelet', 'kubelet', 'exe'],
    ['kubelet', 'kubelet', 'exe'],
    ['/snap/k8s/1/bin/kubelet (deleted)', 'kubelet', 'exe'],
    ['/snap/k8s/1/bin/kubelet2', 'kubelet', 'foreign'],
    ['/kubelet/x', 'kubelet', 'foreign'],
    ['/bin/kube-controller-manager', 'kube-controller', 'exe'],
    ['/bin/kube-controllers', 'kube-controller', 'foreign'],
    ['/bin/cilium-operator-generic', 'cilium-operator', 'exe'],
    ['/bin/kube-proxy-windows', 'kube-proxy', 'foreign'],
    ['/bin/k8s-apiserver-p', 'k8s-apiserver-proxy', 'foreign'],
    ['/bin/', 'kubelet', 'foreign'],
  ];
  for (const [exe, service, expected] of cases)
    t.equal(match(only({ exe, comm: 'x' }), service), expected, `${exe} for ${service}`);
  t.equal(match(only({ argv0: '/a/b/kubelet', comm: 'x' }), 'kubelet'), 'argv0');
  t.equal(
    match(only({ argv0: 'kubelet (deleted)', comm: 'x' }), 'kubelet'),
    'foreign',
    'the kernel marks executables only',
  );
  t.end();
});

t.test('comm: what the kernel leaves of a name, exactly', (t) => {
  const cases: [comm: string, service: string, matches: boolean][] = [
    ['kubelet', 'kubelet', true],
    ['kube-controller', 'kube-controller-manager', true],
    ['kube-controller', 'kube-controller', true],
    ['k8s-apiserver-p', 'k8s-apiserver-proxy', true],
    ['cilium-operator', 'cilium-operator-generic', true],
    ['cilium-operator', 'cilium-operator', true],
    ['kube-controlle', 'kube-controller-manager', false],
    ['kubele', 'kubelet', false],
    ['kubelet ', 'kubelet', false],
    ['Kubelet', 'kubelet', false],
    ['', 'kubelet', false],
  ];
  for (const [comm, service, matches] of cases) {
    t.equal(match(only({ comm }), service), matches ? 'comm' : 'foreign', `"${comm}" for ${service}`);
  }
  t.end();
});

t.test('on a real node one binary has many names: neither comm nor executable alone is enough', (t) => {
  const symlink = { exe: '/snap/k8s/1/bin/kubernetes', comm: 'kubelet', argv0: '/snap/k8s/1/bin/kubelet' };
  t.equal(match(only(symlink), 'kubelet'), 'argv0');
  t.equal(match(only(symlink), 'kube-proxy'), 'foreign');
  t.equal(
    match(only({ ...symlink, unit: 'snap.k8s.kubelet.service' }), 'kubelet', { units: ['snap.k8s.kubelet.service'] }),
    'unit',
  );
  t.end();
});

t.test('the right name from the wrong installation', (t) => {
  const units = ['snap.k8s.containerd.service'];
  const named = { exe: '/usr/bin/containerd', argv0: 'containerd', comm: 'containerd' };
  const cases: [string, Partial<ProcessOwner>, string][] = [
    ["the snap's", { ...named, unit: 'snap.k8s.containerd.service' }, 'unit'],
    ["Docker's", { ...named, unit: 'containerd.service' }, 'not-its-unit'],
    ["another snap's", { ...named, unit: 'snap.microk8s.daemon-containerd.service' }, 'not-its-unit'],
    ['started by hand', { ...named, unit: 'session-3.scope' }, 'not-its-unit'],
    ['in a container', { ...named, unit: null, cgroup: '/docker/x' }, 'not-its-unit'],
    ['in a pod', { ...named, pod: 'uid' }, 'not-its-unit'],
    ['a pod below its unit', { ...named, pod: 'uid', unit: 'snap.k8s.containerd.service' }, 'not-its-unit'],
    ['of an unreadable cgroup', named, 'unknown'],
    ['of a cgroup outside of our namespace', { ...named, cgroup: '/../x' }, 'unknown'],
    ['another program in its unit', { comm: 'bash', unit: 'snap.k8s.containerd.service' }, 'unit'],
    ['by comm only', { comm: 'containerd', unit: 'docker.service' }, 'not-its-unit'],
    ['another program', { exe: '/usr/bin/nc', argv0: 'nc', comm: 'nc', unit: 'containerd.service' }, 'foreign'],
  ];
  for (const [name, facts, expected] of cases) t.equal(match(only(facts), 'containerd', { units }), expected, name);
  t.equal(
    match(only({ ...named, unit: 'containerd.service' }), 'containerd'),
    'unit',
    'without a note any unit will do',
  );
  t.end();
});

t.test('further names of a service', (t) => {
  const note = { names: ['cilium-operator-aws', 'cilium-operator-generic'] };
  t.equal(match(only({ exe: '/usr/bin/cilium-operator-aws', comm: 'x' }), 'operator', note), 'exe');
  t.equal(match(only({ unit: 'cilium-operator-aws.service', comm: 'x' }), 'operator', note), 'unit');
  t.equal(match(only({ argv0: 'cilium-operator-aws', comm: 'x' }), 'operator', note), 'argv0');
  t.equal(match(only({ comm: 'cilium-operator' }), 'operator', note), 'comm');
  t.equal(match(only({ comm: 'cilium-operator' }), 'other'), 'foreign');
  t.end();
});

t.test('kernel devices', (t) => {
  t.equal(match(device('cilium_vxlan'), 'cilium-agent'), 'device');
  t.equal(match(device('ftun0'), 'cilium-agent'), 'foreign', 'fan networking holds the port instead');
  t.equal(match(device('cilium_vxlan'), 'cilium-operator'), 'foreign', 'it is the agent that makes the device');
  t.equal(match(device('cilium_vxlan2'), 'cilium-agent'), 'foreign');
  const own: [service: string, devices: string[]][] = [
    ['cilium-agent', ['cilium_vxlan', 'cilium_geneve', 'cilium_wg0']],
    ['flanneld', ['flannel.1', 'flannel-v6.1']],
    ['calico-node', ['vxlan.calico', 'vxlan-v6.calico', 'wireguard.cali', 'wg-v6.cali']],
  ];
  for (const [service, devices] of own)
    for (const name of devices) t.equal(match(device(name), service), 'device', name);
  t.equal(match(device('vxlan7'), 'other'), 'foreign');
  t.equal(match(device('vxlan7'), 'other', { devices: ['vxlan7'] }), 'device');
  t.equal(match(device('vxlan7'), 'other', { devices: ['vx*'] }), 'device');
  t.equal(match(device('vxlan7'), 'other', { devices: ['vxlan'] }), 'foreign');
  t.equal(match(device('x'), 'constructor'), 'foreign', 'a service of any name');
  t.end();
});

t.test('a process of which nothing could be read any more is unknown, not somebody else', (t) => {
  // Its descriptors were seen, then it ended: facts and descriptors are not read in one moment.
  t.equal(match(only({}), 'kubelet'), 'unknown');
  t.equal(match(only({ pid: 1, startedAt: '2026-01-31T12:00:00.000Z' }), 'kubelet'), 'unknown');
  t.end();
});

t.test('one right holder of several is enough, and the strongest evidence is told', (t) => {
  const right = only({ comm: 'sshd' });
  const better = only({ exe: '/usr/sbin/sshd', comm: 'sshd' });
  const systemd = only({ exe: '/usr/lib/systemd/systemd', comm: 'systemd' });
  const of = (...owners: ProcessOwner[]) => matchListener(listener('0.0.0.0', 22, { owners }), 'sshd', NO_NOTES, false);
  t.strictSame(of(systemd, right), { kind: 'match', by: 'comm' });
  t.strictSame(of(right, systemd, better), { kind: 'match', by: 'exe' });
  t.strictSame(of(systemd), { kind: 'foreign' });
  t.strictSame(of(), { kind: 'unknown' });
  const evidence: [string, ProcessOwner][] = [
    ['unit', only({ unit: 'sshd.service', comm: 'x' })],
    ['exe', better],
    ['argv0', only({ argv0: 'sshd', comm: 'x' })],
    ['comm', right],
  ];
  for (const [at, [by, stronger]] of evidence.entries()) {
    for (const [, weaker] of evidence.slice(at + 1)) {
      t.strictSame(
        [of(stronger, weaker), of(weaker, stronger)],
        [
          { kind: 'match', by },
          { kind: 'match', by },
        ],
        by,
      );
    }
  }
  const wrong = only({ comm: 'sshd', unit: 'other.service' });
  const known = notes({ services: { sshd: { units: ['ssh.service'] } } });
  t.strictSame(matchListener(listener('0.0.0.0', 22, { owners: [systemd, wrong] }), 'sshd', known, false), {
    kind: 'not-its-unit',
  });
  t.end();
});

t.test('services that share a unit, or run in pods, also need their name', (t) => {
  const known = {
    ...notes({ services: { etcd: { units: ['snap.k8s.etcd.service'] }, agent: { pods: true } } }),
    sharedUnits: ['pebble.service'],
  };
  const cases: [string, string, Partial<ProcessOwner>, string][] = [
    ['etcd', 'in pebble', { comm: 'etcd', unit: 'pebble.service' }, 'unit'],
    ['etcd', 'another in pebble', { comm: 'kubelet', unit: 'pebble.service' }, 'foreign'],
    ['agent', 'in a pod', { comm: 'agent', pod: 'uid' }, 'pod'],
    ['agent', 'another in a pod', { comm: 'envoy', pod: 'uid' }, 'foreign'],
    ['agent', 'a container without a pod', { comm: 'agent', container: 'id', cgroup: '/docker/id' }, 'not-its-unit'],
    ['agent', 'a unit of its name', { comm: 'agent', unit: 'agent.service' }, 'not-its-unit'],
    ['agent', 'in pebble, where pods are not', { comm: 'agent', unit: 'pebble.service' }, 'not-its-unit'],
    ['other', 'a pod, where nothing is noted', { comm: 'other', pod: 'uid' }, 'pod'],
  ];
  for (const [service, name, facts, expected] of cases) {
    const result = matchOwner(only(facts), service, known, false);
    t.equal(result.kind === 'match' ? result.by : result.kind, expected, `${service}: ${name}`);
  }
  t.strictSame(matchOwner(only({ comm: 'etcd' }), 'etcd', known, true), { kind: 'match', by: 'comm' }, 'in a text');
  t.end();
});

t.test('a stranger with the same socket', (t) => {
  const known = notes({ services: { etcd: { units: ['etcd.service'] }, agent: { pods: true } } });
  const of = (service: string, ...owners: ProcessOwner[]): string =>
    matchListener(listener('0.0.0.0', 1, { owners }), service, known, false).kind;
  const etcd = only({ comm: 'etcd', unit: 'etcd.service' });
  t.equal(of('etcd', etcd, only({ comm: 'etcd', unit: 'etcd.service' })), 'match', 'a child of its own');
  t.equal(of('etcd', etcd, only({ comm: 'nc', unit: 'session-3.scope' })), 'shared');
  t.equal(of('etcd', only({ comm: 'etcd', unit: 'session-3.scope' }), etcd), 'shared', 'of whatever name');
  t.equal(of('etcd', etcd, only({ comm: 'systemd', unit: 'init.scope' })), 'match', 'socket activation');
  const agent = only({ comm: 'agent', pod: 'a' });
  t.equal(of('agent', agent, only({ comm: 'envoy', pod: 'a' })), 'match', 'in the same pod');
  t.equal(of('agent', agent, only({ comm: 'envoy', pod: 'b' })), 'shared');
  const inText = (...owners: ProcessOwner[]): string =>
    matchListener(listener('0.0.0.0', 1, { owners }), 'etcd', known, true).kind;
  t.equal(inText(only({ comm: 'etcd' }), only({ comm: 'nc' })), 'shared', 'in a text, by name');
  t.equal(inText(only({ comm: 'etcd' }), only({ comm: 'etcd', pid: 5 })), 'match', 'a child');
  t.equal(inText(only({ comm: 'etcd' }), only({ comm: 'systemd', pid: 1 })), 'match', 'socket activation');
  t.equal(inText(only({ comm: 'nc' }), only({ comm: 'cat' })), 'foreign');
  t.end();
});

t.test('a socket that another user created, and handed over', (t) => {
  const known = notes({ services: { etcd: { units: ['etcd.service'] }, agent: { pods: true } } });
  const of = (service: string, owner: Partial<ProcessOwner>, uid: number, origin: Partial<Origin> | null): string => {
    const from = origin === null ? null : { cgroup: '/x', unit: null, pod: null, container: null, ...origin };
    const changes = { owners: [only({ comm: service, ...owner })], uid, origin: from };
    return matchListener(listener('0.0.0.0', 1, changes), service, known, false).kind;
  };
  const cases: [string, string, Partial<ProcessOwner>, number, Partial<Origin> | null, string][] = [
    ['nothing known of it', 'etcd', { unit: 'etcd.service' }, 1000, null, 'match'],
    ['from a session', 'etcd', { unit: 'etcd.service' }, 1000, { unit: 'session-3.scope' }, 'unknown'],
    ['from a cgroup that is gone', 'etcd', { unit: 'etcd.service' }, 1000, { cgroup: null }, 'unknown'],
    ['from below its own unit', 'etcd', { unit: 'etcd.service' }, 1000, { unit: 'etcd.service' }, 'match'],
    ['from systemd', 'etcd', { unit: 'etcd.service' }, 1000, { unit: 'init.scope' }, 'match'],
    ['where the kernel does not record it', 'etcd', { unit: 'etcd.service' }, 1000, { cgroup: '/' }, 'match'],
    ["root's", 'etcd', { unit: 'etcd.service' }, 0, { unit: 'session-3.scope' }, 'match'],
    ['from another pod', 'agent', { pod: 'a' }, 1000, { pod: 'b' }, 'unknown'],
    ['from its own pod', 'agent', { pod: 'a' }, 1000, { pod: 'a' }, 'match'],
    ['a stranger stays one', 'etcd', { unit: 'nc.service', comm: 'nc' }, 1000, { unit: 'session-3.scope' }, 'foreign'],
  ];
  for (const [name, service, owner, uid, origin, kind] of cases) t.equal(of(service, owner, uid, origin), kind, name);
  t.end();
});

t.test('what is said of processes is found out once for all that are alike', (t) => {
  const asked: number[] = [];
  const ask = onceEachProcess(({ pid }) => asked.push(pid));
  const alike = only({ pid: 1, comm: 'nginx', exe: '/bin/nginx' });
  for (const owner of [alike, { ...alike, fd: 9 }, { ...alike, pid: 2 }, { ...alike, pid: 2 }]) ask(owner);
  t.strictSame(asked, [1]);
  const others = [
    { comm: null },
    { comm: 'null' },
    { unit: 'x.service' },
    { isArgv0Cut: true },
    { outsideOf: 'units' },
  ];
  for (const [at, facts] of others.entries()) ask({ ...alike, pid: 3 + at, ...facts } as ProcessOwner);
  ask({ ...alike, comm: 'renamed' });
  t.strictSame(asked, [1, 3, 4, 5, 6, 7, 1], 'unless they differ in what decides');
  t.end();
});
