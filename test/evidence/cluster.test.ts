import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import { FleetBuilder } from '../../src/fleet/fleet.js';
import { loadSpec } from '../../src/spec/load.js';
import { tarGzOf } from './archive.js';
import { CONTROL_PLANE, inspected, inspectionReport, type Running } from './inspected_node.js';

const SPEC = await loadSpec({});

const PROXY: Running = {
  service: 'k8s-apiserver-proxy',
  pid: 1350,
  shim: null,
  argv: '/snap/k8s/2931/bin/k8s-apiserver-proxy --listen=:6443',
  listens: ['tcp *:6443'],
};

const SSHD: Running = { service: 'sshd', pid: 77, shim: null, argv: '/usr/sbin/sshd -D', listens: ['tcp 0.0.0.0:22'] };

/** Files that are of a control plane only. */
const OF_CONTROL_PLANE = /^is-control|^(?:args\/|k8s\.)(?:etcd|kube-apiserver|kube-scheduler|kube-controller-manager)/;

function named(files: Map<string, string>, name: string, address: string): Map<string, string> {
  files.set('uname.log', `Linux ${name} 6.8.0-31-generic #31-Ubuntu SMP x86_64 GNU/Linux\n`);
  return new Map([...files].map(([path, text]) => [path, text.replaceAll('192.0.2.2', address)]));
}

function worker(name: string, address: string): Map<string, string> {
  const files = inspected([
    ...CONTROL_PLANE.filter(({ service }) => /^(?:kubelet|containerd|k8sd|cilium-agent)$/.test(service)),
    PROXY,
  ]);
  for (const path of [...files.keys()]) if (OF_CONTROL_PLANE.test(path)) files.delete(path);
  files.set('is-worker-node', 'Inspection ran on a worker node.');
  files.set('k8s-status.log', 'Error: this action is restricted on workers\n');
  return named(files, name, address);
}

function notBootstrapped(name: string): Map<string, string> {
  const files = inspected([SSHD]);
  for (const path of [...files.keys()]) if (/^args|k8sd-info|^is-/.test(path)) files.delete(path);
  files.set('is-not-bootstrapped-node', 'Inspection ran on a node that is not bootstrapped.');
  files.set('k8s-status.log', 'Error: The node is not part of a Kubernetes cluster.\n');
  return named(files, name, '192.0.2.20');
}

t.test('four nodes in one tarball: control plane, workers, and a node that is not bootstrapped', async (t) => {
  const nodes = [
    named(inspected(), 'cp-1', '192.0.2.2'),
    worker('worker-1', '192.0.2.11'),
    worker('worker-2', '192.0.2.12'),
    notBootstrapped('new-1'),
  ];
  const reports = nodes.map((files, at) => ({
    path: `inspection-report-2026112${at}_080000.tar.gz`,
    content: tarGzOf(inspectionReport(files)),
  }));
  const file = join(t.testdir({}), 'cluster.tar.gz');
  writeFileSync(file, tarGzOf(reports));
  const builder = new FleetBuilder({ spec: SPEC, role: 'auto', failOn: 'warning' });
  for await (const one of evidenceAt(file, '1.2.3')) {
    if ('error' in one) throw one.error;
    builder.add(one.source, one.document);
  }
  const { matrices, cluster } = builder.build();
  t.strictSame(
    matrices.flatMap((matrix) => matrix.nodes.map(({ label, role, result }) => [label, role, result])),
    [
      ['cp-1', 'control-plane', 'incomplete'],
      ['worker-1', 'worker', 'incomplete'],
      ['worker-2', 'worker', 'incomplete'],
      ['new-1', 'unknown', 'incomplete'],
    ],
  );
  t.strictSame(
    cluster.map(({ verdict, service }) => [verdict, service]),
    [
      ['ok', 'cilium-operator'],
      ['ok', 'etcd'],
    ],
  );
});

t.test(
  'k8s inspect calls a node not bootstrapped as well where k8sd does not answer: the arguments tell better',
  async (t) => {
    const changed = (files: Map<string, string>, pattern: RegExp): Map<string, string> => {
      for (const path of [...files.keys()]) if (pattern.test(path)) files.delete(path);
      return files.set('is-not-bootstrapped-node', 'Inspection ran on a node that is not bootstrapped.');
    };
    const inspectedAs = async (files: Map<string, string>) => {
      const file = join(t.testdir({}), 'report.tar.gz');
      writeFileSync(file, tarGzOf(inspectionReport(files)));
      for await (const one of evidenceAt(file, '1.2.3')) if ('document' in one) return one.document.node;
      return null;
    };
    const { role, roleReason, isBootstrapped } = (await inspectedAs(changed(inspected(), /^is-/))) ?? {};
    t.strictSame([role, isBootstrapped], ['control-plane', true]);
    t.match(roleReason, { code: 'marker-file', params: { path: 'args/kube-apiserver' } });
    const proxied = worker('w', '192.0.2.3').set('args/k8s-apiserver-proxy', '--listen=":6443"\n');
    t.match(await inspectedAs(changed(proxied, /^is-/)), { role: 'worker', isBootstrapped: true });
    t.match(await inspectedAs(changed(inspected(), /^is-|^args/)), { role: 'unknown', isBootstrapped: null });
    t.match(await inspectedAs(notBootstrapped('new')), { role: 'unknown', isBootstrapped: false });
  },
);
