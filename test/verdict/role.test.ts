import t from 'tap';
import { resolveRole } from '../../src/verdict/role.js';
import { held, listener, NODE, processOwner, unixListener } from './factory.js';

const MARKED = { ...NODE, markedRole: { role: 'worker', file: '/var/snap/k8s/common/lock/worker' } } as const;
const apiserver = held('kube-apiserver', '::', 6443);
const proxy = listener('127.0.0.1', 6443, {
  owners: [processOwner('x', { comm: 'k8s-apiserver-p', exe: null, argv0: null })],
});

t.test('what was asked for, else the marker, else what the listeners give away', (t) => {
  t.strictSame(resolveRole('control-plane', MARKED, [proxy]), {
    role: 'control-plane',
    roleSource: 'flag',
    roleReason: { code: 'requested', params: {} },
  });
  t.strictSame(resolveRole('auto', MARKED, [apiserver]), {
    role: 'worker',
    roleSource: '/var/snap/k8s/common/lock/worker',
    roleReason: { code: 'marker-file', params: { path: '/var/snap/k8s/common/lock/worker' } },
  });
  for (const service of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'k8s-dqlite']) {
    const listening = held(service, '127.0.0.1', 1);
    const { role, roleSource, roleReason } = resolveRole('auto', NODE, [listening]);
    t.equal(role, 'control-plane', service);
    t.match(roleSource, /^[a-z0-9-]+ \(pid 812, .*\) is listening$/);
    t.strictSame(roleReason, { code: 'service-listens', params: { sockets: [listening.id] } });
  }
  t.equal(resolveRole('auto', NODE, [proxy]).role, 'worker');
  const dqlite = unixListener('/var/snap/k8s/x.sock', { owners: [processOwner('k8s-dqlite')] });
  t.equal(resolveRole('auto', NODE, [dqlite]).role, 'control-plane', 'a unix socket is a sign as well');
  t.end();
});

t.test('without signs, or with contradicting ones, the role is unknown', (t) => {
  const anywhere = [held('kubelet', '::', 10250), held('cilium-operator', '::', 9963), listener('::', 6443)];
  const none = { role: 'unknown', roleReason: { code: 'no-service-seen', params: {} } };
  t.match(resolveRole('auto', NODE, anywhere), none);
  t.match(resolveRole('auto', NODE, []), none);
  const both = resolveRole('auto', NODE, [apiserver, proxy]);
  t.match(both, { role: 'unknown', roleSource: /^kube-apiserver .* and k8s-apiserver-p .* are both listening$/ });
  t.match(both.roleReason, { code: 'conflicting-services', params: { sockets: [apiserver.id, proxy.id] } });
  t.end();
});
