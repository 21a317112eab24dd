import { printable } from '../../base/text.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Advice } from '../finding.js';
import { advice, MAX_COMMANDS, shellWord } from './commands.js';
import { listed } from './format.js';

/** Of a service of Cilium: of its pod on this node, if a listener shows it; kubectl would take that of any node. */
export function ciliumLog(service: string, listeners: readonly OwnedListener[]): string {
  const pods = listeners.flatMap(({ owners }) => owners.flatMap((one) => (one.kind === 'process' ? one : [])));
  const { podNamespace, podName } = pods.find((one) => one.podName !== undefined) ?? {};
  const workload = service === 'cilium-operator' ? 'deploy/cilium-operator' : 'ds/cilium';
  return `sudo k8s kubectl -n ${shellWord(podNamespace ?? 'kube-system')} logs ${shellWord(podName ?? workload)} --tail 50`;
}

/** Of a tunnel that is not there, although the agent is. */
export function findTunnel(agent: readonly OwnedListener[]): Advice {
  return advice(
    'The agent runs, so read its log for why there is no tunnel. With routing-mode native or another tunnel port there is none here, as it should be.',
    ciliumLog('cilium-agent', agent),
    'sudo k8s kubectl -n kube-system get cm cilium-config -o yaml | grep -E "routing-mode|tunnel"',
    'ip -d link show type vxlan',
  );
}

/** Of a kernel device in the place of a service. */
export function moveDevice(foreign: readonly OwnedListener[], service: string): Advice {
  const devices = foreign.flatMap(({ owners }) => owners.flatMap((one) => (one.kind === 'kernel' ? one.device : [])));
  const names = [...new Set(devices)];
  const shown = names.slice(0, MAX_COMMANDS).map((name) => `ip -d link show ${shellWord(name)}`);
  if (service !== 'cilium-agent') {
    return advice(
      printable(`Find out what created ${listed(names, ' and ')}, and move it or ${service} to another port.`),
      ...shown,
    );
  }
  return advice(
    printable(
      `If nothing on this node needs ${listed(names, ' and ')}, remove it; otherwise give Cilium another tunnel port, which then holds for all nodes of the cluster.`,
    ),
    ...shown,
    ...names.slice(0, 1).map((name) => `sudo ip link delete ${shellWord(name)}`),
    `sudo k8s set annotations="k8sd/v1alpha1/cilium/tunnel-port=${FREE_TUNNEL_PORT}"`,
  );
}

/** An unassigned port beside the usual one of VXLAN. */
const FREE_TUNNEL_PORT = 8473;
