import { printable } from '../../base/text.js';
import type { OwnedListener, Owner } from '../../kernel/owners/owner.js';
import type { Expected, Finding } from '../finding.js';
import { listenersText, programName } from './format.js';

/** Services of the k8s snap, which systemd runs (`snap services k8s`); what else a page names runs in pods, mostly. */
const SNAP_SERVICES = [
  'containerd',
  'etcd',
  'k8s-apiserver-proxy',
  'k8s-dqlite',
  'k8sd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubelet',
];

/** What to do next about a finding, in one sentence for a person. `sockets` are those it names. Pure. */
export function adviceFor(finding: Finding, sockets: readonly OwnedListener[]): string {
  const { expected, verdict } = finding;
  switch (verdict) {
    case 'ok':
      return finding.matchedBy === 'comm'
        ? 'Make sure that it is what it calls itself: only its comm says so, and any process can choose that.'
        : 'Nothing to do.';
    case 'not-applicable':
      return 'Nothing to do.';
    case 'missing':
      return missing(finding);
    case 'exposed':
      return `Bind ${serviceOf(expected)} to ${expected?.host ?? 'the address of the page'} and restart it; until then look to a firewall, since more can reach the port than should.`;
    case 'wrong-owner':
      return wrongOwner(expected, sockets, finding);
    case 'wrong-address':
      return `Have ${serviceOf(expected)} listen on ${hostOf(expected)} instead of ${listenersText(sockets)}: see which address it is configured with, and which interface holds the default route.`;
    case 'narrowed':
      return `Nothing, where this is hardening on purpose; otherwise have ${serviceOf(expected)} listen on ${hostOf(expected)}.`;
    case 'unverified':
      return unverified(sockets, finding);
    case 'unexpected':
      return unexpected(sockets);
  }
}

function serviceOf(expected: Expected | null): string {
  return printable(expected?.service ?? 'the service');
}

function hostOf(expected: Expected | null): string {
  switch (expected?.host) {
    case 'localhost':
      return 'loopback';
    case 'default':
      return 'the default interface';
    case '*':
      return 'all addresses';
    case null:
    case undefined:
      return expected?.path ?? 'the address of the page';
    default:
      return expected?.host ?? '';
  }
}

function missing({ expected, reason }: Finding): string {
  const service = serviceOf(expected);
  // The kernel's 15 characters stand for more on a page that was written from a process list.
  const unit = SNAP_SERVICES.find((name) => name === service || name.startsWith(`${service}-`));
  if (unit === undefined) {
    return `See whether ${service} runs, and why not: k8s kubectl get pods -A -o wide, or its service's log.`;
  }
  const look = `snap services k8s, then journalctl -u snap.k8s.${unit}`;
  if (expected?.path !== null && expected?.path !== undefined && reason !== null) {
    return `See whether ${service} runs (${look}), and restart it so that it makes its socket anew.`;
  }
  return reason === null
    ? `See why ${service} does not listen: ${look}.`
    : `See which address ${service} is configured to listen on: ${look}.`;
}

function wrongOwner(expected: Expected | null, sockets: readonly OwnedListener[], { reason }: Finding): string {
  const service = serviceOf(expected);
  const [owner] = sockets.flatMap((socket) => socket.owners);
  if (owner === undefined) return `Find out who holds it, and restart ${service} once it is free.`;
  if (owner.kind === 'kernel') {
    return `Find out what made ${printable(owner.device)} (ip -d link show ${printable(owner.device)}), and move it or ${service} to another port.`;
  }
  const sameName = reason?.includes('another installation') === true;
  if (sameName)
    return `Two installations of ${service} are in each other's way: ${stop(owner)}, then restart ${service}.`;
  return `If it has no business there, ${stop(owner)}, then restart ${service}; otherwise move it to another port.`;
}

/** How a process is stopped for good: by its unit, where it has one that systemd would restart. */
function stop(owner: Owner): string {
  if (owner.kind === 'kernel') return `remove ${printable(owner.device)}`;
  if (owner.unit?.endsWith('.service') === true) return printable(`stop and disable ${owner.unit}`);
  return printable(`stop ${programName(owner)} (pid ${owner.pid})`);
}

function unverified(sockets: readonly OwnedListener[], { reason }: Finding): string {
  const unknown = new Set(sockets.map(({ ownersUnknown }) => ownersUnknown));
  if (unknown.has('permission')) return 'Look again as root: the holder belongs to another user.';
  if (unknown.has('not-found'))
    return 'Look again on the host itself, from its own PID namespace: the holder is in none that can be seen from here.';
  if (unknown.has('not-looked')) return 'Look again with --owners auto.';
  if (reason?.includes('give --role') === true)
    return 'Say which part this node plays: --role control-plane or --role worker.';
  return 'See to what could not be read, which the reason names, and look again.';
}

function unexpected(sockets: readonly OwnedListener[]): string {
  const [owner] = sockets.flatMap((socket) => socket.owners);
  const otherwise = owner === undefined ? 'find out who it is' : stop(owner);
  return `If it belongs here, describe it in a notes file (--notes); otherwise ${otherwise}.`;
}
