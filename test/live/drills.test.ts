import t from 'tap';
import { toTable } from '../../src/report/table.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { joined } from '../joined.js';
import { SETUPS } from '../lab/faults/setups.js';
import { obstacle } from '../lab/faults.js';
import { describeNode } from '../lab/healthy.js';
import { type Lab, startLab } from '../lab/lab.js';
import { CLI, snapshotIn, subjectOf } from './cli.js';
import { checkInspected } from './inspected.js';

/** Where an incident is drilled: a fault of the lab, and what the program must say of it. */
interface Drill {
  readonly fault: string;
  /** By subject. */
  readonly findings: Readonly<Record<string, object>>;
  /** What stands in the table below "What to do", each once. */
  readonly todo: readonly RegExp[];
}

const COMMON = '/var/snap/k8s/common';
const OTHER_KUBELET = {
  verdict: 'wrong-owner',
  code: 'not-its-unit',
  message: /kubelet\.service\) holds .*, which belongs to kubelet in snap\.k8s\.kubelet\.service/,
};
const WAITING = { verdict: 'missing', code: 'unit-still-starting', message: / waits for kube-apiserver: / };
const NO_ADDRESS = {
  verdict: 'unverified',
  message: /^this node has no default route, and no address of k8sd is known/,
};

const DRILLS: readonly Drill[] = [
  {
    fault: 'healthz-on-wildcard',
    findings: {
      'kubelet 10248/tcp': {
        verdict: 'exposed',
        configuration: { flag: '--healthz-bind-address', value: '0.0.0.0', inEffect: true },
        message: /because of --healthz-bind-address=0\.0\.0\.0 in line 6 of \/var\/snap\/k8s\/common\/args\/kubelet$/,
      },
    },
    todo: [
      /Change --healthz-bind-address=0\.0\.0\.0 in line 6 .* to 127\.0\.0\.1, .*\n(?: .*\n)* {2}sudo snap restart k8s\.kubelet\n/,
    ],
  },
  {
    fault: 'healthz-in-options-file',
    findings: {
      'kubelet 10248/tcp': {
        verdict: 'exposed',
        configuration: { flag: '--healthz-bind-address', source: { kind: 'options-file', line: 3 }, inEffect: null },
        message:
          /because of healthzBindAddress: 0\.0\.0\.0 in line 3 of \/var\/snap\/k8s\/common\/args\/conf\.d\/kubelet\.yaml$/,
      },
    },
    todo: [
      /Change healthzBindAddress: 0\.0\.0\.0 in line 3 .* to 127\.0\.0\.1, .*\n(?: .*\n)* {2}sudo snap restart k8s\.kubelet\n/,
    ],
  },
  {
    fault: 'fan-device-on-8472',
    findings: { 'cilium-agent 8472/udp': { verdict: 'wrong-owner', message: /^kernel device ftun0 \(vxlan\) holds / } },
    todo: [
      /If nothing on this node needs ftun0, remove it; otherwise .* another tunnel port, .* all nodes/,
      /\n {2}sudo ip link delete ftun0\n {2}sudo k8s set annotations="k8sd\/v1alpha1\/cilium\/tunnel-port=8473"\n/,
    ],
  },
  {
    fault: 'k8sd-on-wildcard',
    findings: {
      'k8sd 6400/tcp': {
        verdict: 'exposed',
        configuration: { source: { kind: 'state-file', path: `${COMMON}/var/lib/k8sd/state/daemon.yaml`, line: 2 } },
      },
    },
    todo: [/address: 0\.0\.0\.0:6400 in line 2 of .*daemon\.yaml; it should be 192\.0\.2\.2:6400\. .* joins anew/],
  },
  {
    fault: 'kubelet-of-kubeadm',
    findings: { 'kubelet 10248/tcp': OTHER_KUBELET, 'kubelet 10250/tcp': OTHER_KUBELET },
    todo: [
      /kubelet localhost:10248\/tcp, kubelet \*:10250\/tcp: .* stop and disable kubelet\.service, .*; if not, remove the k8s snap/,
      /\n {2}sudo systemctl disable --now -- kubelet\.service\n/,
    ],
  },
  {
    fault: 'containerd-of-docker',
    findings: {
      'containerd /run/containerd/containerd.sock': {
        verdict: 'wrong-owner',
        message:
          / containerd\.service\) holds \/run\/.*, which belongs to containerd in snap\.k8s\.containerd\.service;/,
      },
    },
    todo: [/Either stop and disable containerd\.service, .*, or keep both: .* another containerd-base-dir/],
  },
  {
    fault: 'vxlan-gone',
    findings: {
      'cilium-agent 8472/udp': { code: 'runs-but-not-here', message: /it runs: cilium-agent .* 192\.0\.2\.2:4240 / },
    },
    todo: [/read its log .* routing-mode native/, /\n {2}sudo k8s kubectl -n kube-system logs cilium-x7k2f --tail 50/],
  },
  {
    fault: 'no-default-address',
    findings: {
      'cilium-agent 4240/tcp': NO_ADDRESS,
      'k8sd 6400/tcp': NO_ADDRESS,
      'etcd 2379/tcp': NO_ADDRESS,
      'etcd 2380/tcp': NO_ADDRESS,
    },
    todo: [/default:4240.*: Restore the default route, .* rows of "default" cannot be judged, and .* may be right/],
  },
  {
    fault: 'api-server-down',
    findings: {
      'kube-apiserver 6443/tcp': { code: 'unit-not-running', causedBy: null },
      'kubelet 10248/tcp': WAITING,
      'kubelet 10250/tcp': WAITING,
      'kube-proxy 10249/tcp': WAITING,
      'kube-proxy 10256/tcp': WAITING,
      'kube-controller 10257/tcp': WAITING,
      'kube-scheduler 10259/tcp': WAITING,
    },
    todo: [/^kube-apiserver \*:6443\/tcp: Read the log .*\n(?: .*\n)* {2}sudo snap start k8s\.kube-apiserver\n$/],
  },
  {
    fault: 'k8sd-bound-only',
    findings: {
      'k8sd 6400/tcp': {
        code: 'bound-not-listening',
        message: /k8sd \(pid \d+.* has the port bound, but does not listen/,
      },
    },
    todo: [/Look at the log of k8sd, and restart it/],
  },
];

function wrongIn(document: SnapshotDocument): Record<string, SnapshotDocument['findings'][number]> {
  const all = document.findings.map((finding, at) => [subjectOf(document, at), finding] as const);
  return Object.fromEntries(all.filter(([, { severity }]) => severity !== 'none'));
}

async function once(lab: Lab): Promise<SnapshotDocument> {
  const { stdout, stderr } = await lab.exec([process.execPath, CLI, '--once']);
  if (stderr !== '') throw new Error(stderr);
  return snapshotIn(stdout);
}

t.test('incidents', { timeout: 180_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane' });
  t.teardown(() => lab.stop());
  for (const { fault, findings, todo } of DRILLS) {
    await lab.apply(fault);
    const document = await once(lab);
    const wrong = wrongIn(document);
    t.strictSame(Object.keys(wrong).sort(), Object.keys(findings).sort(), `${fault}: these findings and no other`);
    t.match(wrong, findings, fault);
    for (const { code, causedBy } of Object.values(wrong)) {
      if (code === 'unit-still-starting') {
        t.match(document.findings[causedBy ?? -1], { expected: { port: 6443 } }, fault);
      }
    }
    const section = /\n\nWhat to do:\n(.*?\n)(?:\n|$)/s.exec(joined(toTable(document)))?.[1] ?? '';
    for (const wanted of todo) t.match(section, wanted, fault);
    t.equal(section.match(/^\S/gm)?.length, 1, `${fault}: one piece of advice`);
    await checkInspected(t, lab, document, fault);
    await lab.clear(fault);
  }
  const document = await once(lab);
  t.match(joined(toTable(document)), /^the node matches the page: 19 ok$/m);
  await checkInspected(t, lab, document, 'healthy');
});

for (const role of ['control-plane', 'worker'] as const) {
  t.test(`the tarball of another set-up of a ${role}`, { timeout: 180_000 }, async (t) => {
    const lab = await startLab({ role });
    t.teardown(() => lab.stop());
    const node = describeNode(lab.role, lab.family, lab.containerdPath);
    for (const fault of SETUPS.filter((one) => obstacle(one, node) === null)) {
      await lab.apply(fault.name);
      await checkInspected(t, lab, await once(lab), fault.name);
      await lab.clear(fault.name);
    }
  });
}
