import type { Verdict } from '../../src/verdict/finding.js';

/** A fault of the lab that a key of the demo switches on and off. */
export interface Toggle {
  /** A capital letter: the UI's own keys are small, but for G. */
  readonly key: string;
  readonly fault: string;
  /** What it makes of some row or listener. Together with `ok` these are all verdicts there are. */
  readonly verdict: Verdict;
  readonly label: string;
}

/** All of them can be on at the same time. */
export const TOGGLES: readonly Toggle[] = [
  { key: 'S', fault: 'scheduler-gone', verdict: 'missing', label: 'kube-scheduler stops' },
  { key: 'E', fault: 'healthz-on-wildcard', verdict: 'exposed', label: "kubelet's health check for everybody" },
  { key: 'F', fault: 'fan-device-on-8472', verdict: 'wrong-owner', label: 'another device on the VXLAN port' },
  { key: 'A', fault: 'k8sd-on-second-interface', verdict: 'wrong-address', label: 'k8sd on another interface' },
  { key: 'L', fault: 'controller-on-loopback', verdict: 'narrowed', label: 'kube-controller-manager hardened' },
  { key: 'P', fault: 'hidden-proxy', verdict: 'unverified', label: "kube-proxy's sockets held by nobody to be seen" },
  { key: 'O', fault: 'operator-elsewhere', verdict: 'not-applicable', label: 'cilium-operator runs elsewhere' },
  { key: 'B', fault: 'unexpected-tcp', verdict: 'unexpected', label: 'a backdoor opens' },
  { key: 'H', fault: 'hostile-name', verdict: 'unexpected', label: 'a program named by an escape sequence' },
];
