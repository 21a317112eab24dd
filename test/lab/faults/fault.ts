import type { OwnersUnknown } from '../../../src/kernel/owners/owner.js';
import type { Transport } from '../../../src/kernel/sockets/listener.js';
import type { Role } from '../../../src/spec/rows.js';
import type { MatchedBy, Severity, Verdict } from '../../../src/verdict/finding.js';
import type { Family, Node, Plan } from '../plan.js';

/** What an expectation is about: a row of the page (by the page's own words), or a listener that no row explains. */
export type Subject =
  | { readonly kind: 'row'; readonly service: string; readonly protocol: Transport; readonly port: number }
  | { readonly kind: 'unix-row'; readonly service: string; readonly path: string }
  | { readonly kind: 'listener'; readonly protocol: Transport; readonly port: number };

/** Who must be named. Every field that is given must be that of one of the owners. */
export interface Culprit {
  /** Name in `Lab.processes`: its pid is the owner's. */
  readonly process?: string;
  /** As the kernel has it, cut after 15 bytes. */
  readonly comm?: string;
  /** Last part of the executable's path. */
  readonly exe?: string;
  readonly unit?: string;
  readonly device?: string;
}

export interface Expectation {
  readonly subject: Subject;
  readonly verdict: Verdict;
  /** Only where the verdict alone does not settle it. */
  readonly severity?: Severity;
  readonly culprit?: Culprit;
  /** By what the owner was matched, where that is the point. */
  readonly matchedBy?: MatchedBy;
  /** `not-found` becomes `permission` on a machine with a process that even root may not read. */
  readonly ownersUnknown?: OwnersUnknown;
}

/** One thing that is wrong with a node, or that looks wrong and is not. */
export interface Fault {
  readonly name: string;
  readonly description: string;
  /** Where it can be staged; everywhere unless given. */
  readonly roles?: readonly Role[];
  readonly families?: readonly Family[];
  /** Told apart by nothing but the unit, so that there is nothing to see where there are no cgroups. */
  readonly needsCgroups?: true;
  /** The plan of a node that has the fault besides what it already has. Taking it away is going back to the old plan. */
  plan(plan: Plan, node: Node): Plan;
  /** All that changes in the answer, compared with that for the healthy node. */
  expect(node: Node): readonly Expectation[];
}

export function tcpRow(service: string, port: number): Subject {
  return { kind: 'row', service, protocol: 'tcp', port };
}

export function containerdRow(node: Node): Subject {
  return { kind: 'unix-row', service: 'containerd', path: node.containerdPath };
}

export const VXLAN_ROW: Subject = { kind: 'row', service: 'cilium-agent', protocol: 'udp', port: 8472 };
