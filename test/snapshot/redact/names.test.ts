import t from 'tap';
import { Redaction } from '../../../src/snapshot/redact/redaction.js';
import { builtinSpec } from '../../../src/spec/builtin.js';

const to = new Redaction(builtinSpec(), 'a key');
const NAME = 'name-[0-9a-f]{10}';

t.test('kept names and partly kept names', (t) => {
  const same = ['kubelet', 'systemd-resolve', 'snap.k8s.kubelet.service', 'kubelet.service', 'containerd.sock.ttrpc'];
  for (const name of [
    ...same,
    'ssh.service',
    'kubepods-burstable.slice',
    'init.scope',
    'user-33.slice',
    'python3.11',
    '',
    '1234',
  ]) {
    t.equal(to.name(name), name);
  }
  const cases: [name: string, pattern: string][] = [
    ['zcme', NAME],
    ['zcme.service', `${NAME}\\.service`],
    ['zcme@17.service', `${NAME}@17\\.service`],
    ['snap.zcme.daemon.service', `snap\\.${NAME}\\.daemon\\.service`],
    ['kube-controller-zcme', `kube-controller-${NAME}`],
    ['kubelet-zcme', NAME],
    ['user-1000.slice', 'user-1\\d{9}\\.slice'],
    ['user@1000.service', 'user@1\\d{9}\\.service'],
    ['session-3.scope', 'session-1\\d{9}\\.scope'],
    ['session-c7.scope', 'session-1\\d{9}\\.scope'],
    [`cri-containerd-${'a1'.repeat(32)}.scope`, 'cri-containerd-[0-9a-f]{64}\\.scope'],
    ['cni-5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f', 'cni-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'],
    [`pod${'0f'.repeat(16)}`, 'pod[0-9a-f]{32}'],
    ['zcme-0123456789abcdef', `${NAME}-[0-9a-f]{16}`],
    ['10.1.2.3.nip.io', `10\\.\\d+\\.\\d+\\.\\d+\\.${NAME}\\.io`],
    ['ip-10-1-2-3', `${NAME}-10-\\d+-\\d+-\\d+`],
    ['1234567890', NAME],
  ];
  for (const [name, pattern] of cases) {
    t.match(to.name(name), new RegExp(`^${pattern}$`), name);
    t.not(to.name(name), name);
  }
  t.equal(to.name('user@1000.service'), to.name('user-1000.slice').replace(/^user-(\d+).*/, 'user@$1.service'));
  t.end();
});

t.test('an id has one pseudonym in all its spellings', (t) => {
  const uid = '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f';
  const replaced = to.name(uid);
  t.match(replaced, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  t.equal(to.name(uid.toUpperCase()), replaced);
  t.equal(
    to.path(`/kubepods.slice/kubepods-besteffort-pod${uid.replaceAll('-', '_')}.slice`),
    `/kubepods.slice/kubepods-besteffort-pod${replaced.replaceAll('-', '_')}.slice`,
  );
  t.equal(to.path(`/kubepods/burstable/pod${uid}/${'c3'.repeat(32)}`).split('/')[3], `pod${replaced}`);
  t.end();
});

t.test('paths', (t) => {
  const same = [
    '/snap/k8s/123/bin/kubelet',
    '/run/containerd/containerd.sock',
    '/usr/bin/etcd (deleted)',
    '/',
    '/proc/1',
  ];
  for (const path of [...same, '/var/snap/k8s/common/run/containerd.sock']) t.equal(to.path(path), path);
  t.match(
    to.path('/home/kubelet/bin/kubelet'),
    /^\/home\/user-[0-9a-f]{10}\/bin\/kubelet$/,
    'user names are always replaced',
  );
  t.match(to.path('/root/zcme/x'), new RegExp(`^/root/${NAME}/${NAME}$`));
  t.match(to.path('/run/user/1000/bus'), /^\/run\/user\/1\d{9}\/bus$/);
  t.match(
    to.path('nginx: master /srv/zcme'),
    new RegExp(`^nginx:${NAME}/srv/${NAME}$`),
    'an argument that is not a path',
  );
  t.match(to.path(`/run/containerd/s/${'d4'.repeat(32)}`), /^\/run\/containerd\/s\/[0-9a-f]{64}$/);
  t.end();
});

t.test('truncated comm', (t) => {
  const program = { exe: '/opt/zcme/zcme-telemetry-collector', argv0: null };
  const comm = to.comm('zcme-telemetry-', program);
  t.equal(Buffer.byteLength(comm), 15);
  t.ok(to.path(program.exe).endsWith(`/${comm}`), 'a prefix of the name of the program');
  t.equal(to.comm('kube-controller', program), 'kube-controller');
  t.equal(to.comm('zcme', { exe: null, argv0: null }), to.name('zcme'));
  t.end();
});

t.test('devices, hosts, versions, numbers', (t) => {
  for (const name of ['lo', 'eth0', 'ens3', 'enp0s31f6', 'cilium_vxlan', 'flannel.1', 'vxlan.calico', 'ftun0', '#7']) {
    t.equal(to.device(name), name);
  }
  for (const name of ['enx525400123456', 'lxc1a2b3c4d5e', 'zcme0', 'eth0.1234', 'br-dmz', 'mgmt']) {
    t.match(to.device(name), /^if-[0-9a-f]{12}$/, name);
    t.ok(to.device(name).length <= 15);
  }
  t.equal(to.host('localhost'), 'localhost');
  t.match(to.host('node1.zcme.example'), /^host-[0-9a-f]{10}(\.host-[0-9a-f]{10}){2}$/);
  t.equal(to.host('a.zcme').split('.')[1], to.host('b.zcme').split('.')[1], 'the same domain');
  for (const version of ['6.8.0-51-generic', '5.15.0-1053-aws', '5.14.0-427.13.1.el9_4.x86_64', '6.1.0-rc3+']) {
    t.equal(to.version(version), version);
  }
  t.match(to.version('6.8.0-zcme'), /^6\.8\.0-build-[0-9a-f]{10}$/);
  t.strictSame(
    [0, 33, 999, 65534].map((uid) => to.uid(uid)),
    [0, 33, 999, 65534],
  );
  t.ok(to.uid(1000) >= 2 ** 30 && to.uid(1000) < 2 ** 31);
  t.not(to.uid(1000), to.uid(1001));
  t.end();
});

t.test('text of specs and errors', (t) => {
  const [row] = builtinSpec().rows;
  t.equal(to.prose(row?.description ?? ''), row?.description, 'of the page given');
  t.equal(to.prose('Zcme says so.'), '(redacted)');
  t.equal(to.errorText("EACCES: permission denied, open '/home/alice/x'"), 'EACCES: (redacted)');
  t.equal(to.errorText('EZCME: x'), '(redacted)');
  t.end();
});

t.test('hosts of rows', (t) => {
  for (const host of ['localhost', 'default', '*']) t.equal(to.rowHost(host), host);
  t.match(to.rowHost('10.9.0.0/16'), /^10\.\d+\.0\.0\/16$/);
  t.match(to.rowHost('10.9.8.7'), /^10\.\d+\.\d+\.\d+$/);
  t.match(to.rowHost('[2001:db8::/32]'), /^\[[0-9a-f:]+::\/32\]$/);
  t.not(to.rowHost('[2001:db8::/32]'), '[2001:db8::/32]');
  t.match(to.rowHost('zcme'), new RegExp(`^${NAME}$`));
  t.end();
});
