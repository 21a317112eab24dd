import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import { NO_NOTES } from '../../src/spec/notes.js';
import { resolveRole } from '../../src/verdict/role.js';
import { capture, coverage, held, listener, NODE, notes, processOwner, unixListener } from './factory.js';

const MARKED = { ...NODE, markedRole: { role: 'worker', file: '/var/snap/k8s/common/lock/worker' } } as const;
/** In its unit, as the snap runs it. */
const inUnit = (service: string, address: string, port: number): OwnedListener =>
  held(service, address, port, { owners: [processOwner(service, { unit: `snap.k8s.${service}.service` })] });
const apiserver = inUnit('kube-apiserver', '::', 6443);
const proxy = listener('127.0.0.1', 6443, {
  owners: [
    processOwner('x', {
      ...{ comm: 'k8s-apiserver-p', exe: null, argv0: null },
      unit: 'snap.k8s.k8s-apiserver-proxy.service',
    }),
  ],
});

t.test('what was asked for, else the marker, else what the listeners give away', (t) => {
  t.strictSame(resolveRole('control-plane', capture([proxy], { node: MARKED }), NO_NOTES), {
    role: 'control-plane',
    roleSource: 'flag',
    roleReason: { code: 'requested', params: {} },
  });
  t.strictSame(resolveRole('auto', capture([apiserver], { node: MARKED }), NO_NOTES), {
    role: 'worker',
    roleSource: '/var/snap/k8s/common/lock/worker',
    roleReason: { code: 'marker-file', params: { path: '/var/snap/k8s/common/lock/worker' } },
  });
  for (const service of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'k8s-dqlite']) {
    const listening = inUnit(service, '127.0.0.1', 1);
    const { role, roleSource, roleReason } = resolveRole('auto', capture([listening], { node: NODE }), NO_NOTES);
    t.equal(role, 'control-plane', service);
    t.match(roleSource, /^[a-z0-9-]+ \(pid 812, .*\) is listening$/);
    t.strictSame(roleReason, { code: 'service-listens', params: { sockets: [listening.id] } });
  }
  t.equal(resolveRole('auto', capture([proxy], { node: NODE }), NO_NOTES).role, 'worker');
  const dqlite = unixListener('/var/snap/k8s/x.sock', {
    owners: [processOwner('k8s-dqlite', { unit: 'snap.k8s.k8s-dqlite.service' })],
  });
  t.equal(
    resolveRole('auto', capture([dqlite], { node: NODE }), NO_NOTES).role,
    'control-plane',
    'a unix socket is a sign as well',
  );
  t.end();
});

t.test('a name is no sign, except in a text', (t) => {
  const impostors = [
    processOwner('kube-apiserver'),
    processOwner('kube-apiserver', { unit: 'session-3.scope' }),
    processOwner('kube-apiserver', { unit: 'user@1000.service' }),
    processOwner('kube-apiserver', { cgroup: '/' }),
  ];
  const known = notes({ services: { 'kube-apiserver': { units: ['snap.k8s.kube-apiserver.service'] } } });
  for (const owner of impostors) {
    const sockets = [listener('::', 6443, { owners: [owner] })];
    for (const some of [NO_NOTES, known]) t.equal(resolveRole('auto', capture(sockets), some).role, 'unknown');
  }
  const kubeadm = listener('::', 6443, {
    owners: [processOwner('kube-apiserver', { unit: 'kube-apiserver.service' })],
  });
  t.equal(resolveRole('auto', capture([kubeadm]), known).role, 'unknown', 'another installation');
  const text = coverage({}, ['ss-comm-only']);
  const named = capture([held('kube-apiserver', '::', 6443)], { coverage: text });
  t.equal(resolveRole('auto', named, known).role, 'control-plane');
  t.end();
});

t.test('without signs, or with contradicting ones, the role is unknown', (t) => {
  const anywhere = [held('kubelet', '::', 10250), held('cilium-operator', '::', 9963), listener('::', 6443)];
  const none = { role: 'unknown', roleReason: { code: 'no-service-seen', params: {} } };
  t.match(resolveRole('auto', capture(anywhere, { node: NODE }), NO_NOTES), none);
  t.match(resolveRole('auto', capture([], { node: NODE }), NO_NOTES), none);
  const both = resolveRole('auto', capture([apiserver, proxy], { node: NODE }), NO_NOTES);
  t.match(both, { role: 'unknown', roleSource: /^kube-apiserver .* and k8s-apiserver-p .* are both listening$/ });
  t.match(both.roleReason, { code: 'conflicting-services', params: { sockets: [apiserver.id, proxy.id] } });
  t.end();
});
