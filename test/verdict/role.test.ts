import t from 'tap';
import { resolveRole } from '../../src/verdict/role.js';
import { held, listener, NODE, processOwner, unixListener } from './factory.js';

const MARKED = { ...NODE, markedRole: { role: 'worker', file: '/var/snap/k8s/common/lock/worker' } } as const;
const apiserver = held('kube-apiserver', '::', 6443);
const proxy = listener('127.0.0.1', 6443, {
  owners: [processOwner('x', { comm: 'k8s-apiserver-p', exe: null, argv0: null })],
});

t.test('what was asked for, else the marker, else what the listeners give away', (t) => {
  t.strictSame(resolveRole('control-plane', MARKED, [proxy]), { role: 'control-plane', roleSource: 'flag' });
  t.strictSame(resolveRole('auto', MARKED, [apiserver]), {
    role: 'worker',
    roleSource: '/var/snap/k8s/common/lock/worker',
  });
  for (const service of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'k8s-dqlite']) {
    const { role, roleSource } = resolveRole('auto', NODE, [held(service, '127.0.0.1', 1)]);
    t.equal(role, 'control-plane', service);
    t.match(roleSource, /^[a-z0-9-]+ \(pid 812, .*\) listens$/);
  }
  t.equal(resolveRole('auto', NODE, [proxy]).role, 'worker');
  const dqlite = unixListener('/var/snap/k8s/x.sock', { owners: [processOwner('k8s-dqlite')] });
  t.equal(resolveRole('auto', NODE, [dqlite]).role, 'control-plane', 'a unix socket is a sign as well');
  t.end();
});

t.test('without signs, or with contradicting ones, the role is unknown', (t) => {
  const anywhere = [held('kubelet', '::', 10250), held('cilium-operator', '::', 9963), listener('::', 6443)];
  const none = 'no service was seen that runs on one role only';
  t.strictSame(resolveRole('auto', NODE, anywhere), { role: 'unknown', roleSource: none });
  t.strictSame(resolveRole('auto', NODE, []), { role: 'unknown', roleSource: none });
  const both = resolveRole('auto', NODE, [apiserver, proxy]);
  t.match(both, { role: 'unknown', roleSource: /^kube-apiserver .* and k8s-apiserver-p .* both listen$/ });
  t.end();
});
