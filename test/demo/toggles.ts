import type { Verdict } from '../../src/verdict/finding.js';

/** A fault of the lab that a key of the demo toggles. */
export interface Toggle {
  /** A capital letter other than G: the screen's own keys are lower case, except G. */
  readonly key: string;
  readonly fault: string;
  /** The verdict it causes. Together with `ok`, the toggles cover all verdicts. */
  readonly verdict: Verdict;
  /** A short description for the screen. */
  readonly label: string;
  readonly explanation: string;
}

/** All of them can be on at once. */
export const TOGGLES: readonly Toggle[] = [
  { key: 'M', fault: 'scheduler-gone', verdict: 'missing', label: 'missing', explanation: 'kube-scheduler stops' },
  {
    key: 'E',
    fault: 'healthz-on-wildcard',
    verdict: 'exposed',
    label: 'exposed',
    explanation: "kubelet's health check on all addresses",
  },
  {
    key: 'O',
    fault: 'fan-device-on-8472',
    verdict: 'wrong-owner',
    label: 'wrong-owner',
    explanation: 'another device on the VXLAN port',
  },
  {
    key: 'A',
    fault: 'k8sd-on-second-interface',
    verdict: 'wrong-address',
    label: 'wrong-address',
    explanation: 'k8sd on another interface',
  },
  {
    key: 'T',
    fault: 'controller-on-loopback',
    verdict: 'narrowed',
    label: 'narrowed',
    explanation: 'kube-controller-manager hardened',
  },
  {
    key: 'U',
    fault: 'hidden-proxy',
    verdict: 'unverified',
    label: 'unverified',
    explanation: "kube-proxy's sockets without a visible owner",
  },
  {
    key: 'I',
    fault: 'operator-elsewhere',
    verdict: 'not-applicable',
    label: 'not-applicable',
    explanation: 'cilium-operator runs elsewhere',
  },
  { key: 'X', fault: 'unexpected-tcp', verdict: 'unexpected', label: 'unexpected', explanation: 'a backdoor opens' },
  {
    key: 'H',
    fault: 'hostile-name',
    verdict: 'unexpected',
    label: 'hostile name',
    explanation: 'a program named by an escape sequence',
  },
];
