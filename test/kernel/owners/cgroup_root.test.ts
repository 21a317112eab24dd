import t from 'tap';
import { seenFromAbove, withNodesCgroups } from '../../../src/kernel/owners/cgroup_root.js';

const seen = (file: string, root: string): string =>
  Buffer.from(seenFromAbove(Buffer.from(file, 'latin1'), root)).toString('latin1');

t.test('paths outside of our cgroup namespace, below that of our root', (t) => {
  const root = '/kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope';
  const cases: [name: string, path: string, expected: string][] = [
    ['a unit', '/../../../system.slice/x.service', '/system.slice/x.service'],
    ['the root of the node', '/../../..', '/'],
    [
      'another pod',
      '/../../kubepods-pod2.slice/cri-containerd-3.scope',
      '/kubepods.slice/kubepods-pod2.slice/cri-containerd-3.scope',
    ],
    [
      'another container of our pod',
      '/../cri-containerd-4.scope',
      '/kubepods.slice/kubepods-pod1.slice/cri-containerd-4.scope',
    ],
    ['inside', '/x.service', '/x.service'],
    ['any bytes', '/../../../a\xff.service', '/a\xff.service'],
  ];
  for (const [name, path, expected] of cases) {
    t.equal(seen(`1:name=systemd:/\n0::${path}\n`, root), `1:name=systemd:/\n0::${expected}\n`, name);
  }
  t.equal(seen('1:memory:/../x\n', root), '1:memory:/../x\n', 'of cgroup2 only');
  t.end();
});

t.test('what is in the namespace of process 1 stays', async (t) => {
  const cgroup = Buffer.from('0::/../x\n');
  const facts = { pid: 1, comm: null, exe: null, exeDenied: false, argv0: null, cgroup, startMs: null };
  t.strictSame(await withNodesCgroups([facts]), [facts]);
});
