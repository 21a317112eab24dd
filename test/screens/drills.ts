import { join } from 'node:path';
import { onNamedNode } from '../demo/recording.js';
import type { Lab } from '../lab/lab.js';
import { BIN } from '../lab/namespaces.js';
import { CLI } from '../live/cli.js';
import { inLab } from '../live/node_terminal.js';
import { isOpen } from '../live/ui_screen.js';
import { Terminal } from '../tui/tmux_terminal.js';

/** An incident that docs/drills.md shows: a fault of the lab, and what one or two keys show of it. */
export interface ScreenDrill {
  readonly fault: string;
  /** The text alternative of the image. */
  readonly title: string;
  /** Names of tmux. */
  readonly keys: readonly string[];
  /** The culprit and what to change, on the screen with its lines joined. */
  readonly reads: readonly RegExp[];
  /** What else happens while the screen is open. */
  readonly happens?: (lab: Lab) => Promise<unknown>;
}

const ARGS = '/var/snap/k8s/common/args';
const STATE = '/var/snap/k8s/common/var/lib/k8sd/state/daemon\\.yaml';

/** A service that finds its port taken. */
const kubeletBinds = (lab: Lab): Promise<unknown> =>
  lab.exec([join(BIN, 'kubelet')], { env: { STAND_IN: 'tcp,0.0.0.0,10250' } });

export const SCREEN_DRILLS: readonly ScreenDrill[] = [
  {
    fault: 'healthz-on-wildcard',
    title: "kubelet's health check is open to the network: the flag, its file and its line",
    keys: ['Enter'],
    reads: [
      /kubelet \(pid \d+, .*\) is listening on 0\.0\.0\.0:10248/,
      new RegExp(`next Change --healthz-bind-address=0\\.0\\.0\\.0 in line 6 of ${ARGS}/kubelet to 127\\.0\\.0\\.1`),
      /sudo snap restart k8s\.kubelet/,
    ],
  },
  {
    fault: 'fan-device-on-8472',
    title: "Another kernel device has the port of Cilium's tunnel",
    keys: ['Enter'],
    reads: [
      /kernel device ftun0 \(vxlan\) holds 0\.0\.0\.0:8472/,
      /sudo ip link delete ftun0/,
      /sudo k8s set annotations="k8sd\/v1alpha1\/cilium\/tunnel-port=8473"/,
    ],
  },
  {
    fault: 'k8sd-on-wildcard',
    title: 'k8sd listens on all addresses: the file of its state, and what its address should be',
    keys: ['Enter'],
    reads: [
      /k8sd \(pid \d+, .*\) is listening on 0\.0\.0\.0:6400/,
      new RegExp(`next address: 0\\.0\\.0\\.0:6400 in line 2 of ${STATE}; it should be 192\\.0\\.2\\.2:6400`),
    ],
  },
  {
    fault: 'kubelet-of-kubeadm',
    title: 'The kubelet of another installation runs: its unit, and how to disable it',
    keys: ['Enter'],
    reads: [/kubelet \(pid \d+, \S+, kubelet\.service\) holds/, /sudo systemctl disable --now -- kubelet\.service/],
  },
  {
    fault: 'containerd-of-docker',
    title: "Docker's containerd has the socket: its unit, and how to disable it",
    keys: ['Enter'],
    reads: [
      /containerd \(pid \d+, \S+, containerd\.service\) holds \/run\/containerd\/containerd\.sock/,
      /sudo systemctl disable --now -- containerd\.service/,
    ],
  },
  {
    fault: 'vxlan-gone',
    title: "Cilium's tunnel is gone while the agent runs: where its log is",
    keys: ['Enter'],
    reads: [
      /it runs: cilium-agent \(pid \d+, /,
      /routing-mode native/,
      /sudo k8s kubectl -n kube-system logs cilium-x7k2f --tail 50/,
    ],
  },
  {
    fault: 'no-default-address',
    title: "Without a default route the page's default is unknown: what to restore",
    keys: ['Enter'],
    reads: [/this node has no default route/, /next Restore the default route/, /ip route show default/],
  },
  {
    fault: 'api-server-down',
    title: 'Seven rows are missing; the first is the API server, for which the others wait',
    keys: ['Enter'],
    reads: [/page kube-apiserver on \*:6443/, /sudo snap start k8s\.kube-apiserver/],
  },
  {
    fault: 'k8sd-bound-only',
    title: 'k8sd has bound its port and does not listen: its log, and how to restart it',
    keys: ['Enter'],
    reads: [/k8sd \(pid \d+, .*\) has the port bound, but does not listen/, /sudo snap restart k8s\.k8sd/],
  },
  {
    fault: 'kubelet-impostor',
    title: "Another program with kubelet's name has its port: its executable and session",
    keys: ['Enter'],
    reads: [/kubelet \(pid (\d+), \S+\/impostor, session-3\.scope\) holds .*sudo kill \1 /],
  },
  {
    fault: 'foreign-on-10250',
    title: 'kubelet cannot bind its port: who has it, and what frees it',
    keys: ['Enter'],
    happens: kubeletBinds,
    reads: [
      /3 Events \(\d+ faults?\)/,
      /intruder \(pid (\d+), .*\) holds .*sudo kill \1 sudo snap restart k8s\.kubelet/,
    ],
  },
];

/** The program from its start to what the keys of a drill show. The fault is there already. */
export async function openDrill(lab: Lab, { fault, keys, reads, happens }: ScreenDrill): Promise<Terminal> {
  const size = { width: 100, height: 30, env: { COLORFGBG: '15;0' } };
  const terminal = await Terminal.start(inLab(lab, onNamedNode([process.execPath, CLI])), size);
  try {
    await terminal.until(isOpen, 'the first snapshot');
    if (happens !== undefined) {
      await happens(lab);
      await terminal.until((text) => /Events \(\d+ faults?\)/.test(text), 'what happens');
    }
    await terminal.keys(...keys);
    await terminal.until((text) => reads.every((wanted) => wanted.test(joined(text))), `${fault}: ${reads.join(' ')}`);
    await terminal.still();
  } catch (error) {
    await terminal.stop();
    throw error;
  }
  return terminal;
}

/** In one line, without the gaps between columns. */
function joined(text: string): string {
  return text.replace(/\s+/g, ' ');
}
