import t from 'tap';
import { namesSomeNodes, roleIn, roleInHeading } from '../../src/spec/role.js';

const CASES: Record<string, readonly string[]> = {
  all: [
    'Services on all nodes',
    'ALL NODES',
    'All-node services',
    'Services on every node',
    'Each of the nodes: each of the nodes',
    'Both roles',
    'Any Kubernetes node',
    'Control plane and worker nodes',
    'Workers and control planes',
    'Control-plane nodes & all workers',
    'worker / control plane',
    'On control plane nodes as well as on worker nodes',
  ],
  'control-plane': [
    'Services on control plane nodes only',
    'control-plane',
    'Control_Plane',
    'ControlPlane',
    'All control plane nodes',
    'Master nodes',
    'Every control plane',
  ],
  worker: ['Worker nodes', 'Services on worker-nodes only', 'workers', 'All worker nodes', 'Only on each worker'],
  unclear: [
    'All nodes except workers',
    'Worker nodes (not control plane)',
    'Non-control-plane nodes',
    'All nodes, and control plane nodes twice',
    'Control plane nodes only (workers: see below)',
    'Every node but the masters',
  ],
};

t.test('roles in text', (t) => {
  for (const [role, texts] of Object.entries(CASES)) for (const text of texts) t.equal(roleIn(text), role, text);
  for (const text of ['', 'Network services', 'Containerd', 'kube-controller', 'coworking', 'Nodes', 'All services']) {
    t.equal(roleIn(text), null, text);
  }
  t.end();
});

t.test('a heading about nodes of an unknown role', (t) => {
  for (const text of ['Services on edge nodes', 'GPU nodes', 'Bootstrap machines only', 'Services on the first node'])
    t.equal(roleInHeading(text), 'unclear', text);
  t.equal(roleInHeading('Network services'), null);
  t.equal(roleInHeading('Node exporter'), null);
  t.equal(roleInHeading('Worker nodes'), 'worker');
  t.end();
});

t.test('a heading about some nodes of a role', (t) => {
  for (const text of [
    ...['Services on GPU worker nodes', 'New control plane nodes', 'First control-plane', 'Windows workers'],
    ...['Worker nodes with GPUs', 'Control plane nodes that run etcd', 'Workers in zone A', 'Edge workers and masters'],
    ...['Services <!-- control plane only -->', 'Control plane nodes <!-- and workers -->'],
  ])
    t.ok(namesSomeNodes(text), text);
  for (const role of ['all', 'control-plane', 'worker']) {
    for (const text of CASES[role] ?? []) t.notOk(namesSomeNodes(text), text);
  }
  for (const text of [
    'Services: worker nodes',
    '2. Workers',
    'Ports (workers)',
    'Worker services',
    'On each worker node.',
  ])
    t.notOk(namesSomeNodes(text), text);
  t.end();
});
