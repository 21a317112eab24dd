import type { OwnersUnknown } from '../../../src/kernel/owners/owner.js';
import type { Transport } from '../../../src/kernel/sockets/listener.js';
import type { Role } from '../../../src/spec/rows.js';
import type { MatchedBy, Severity, Verdict } from '../../../src/verdict/finding.js';
import type { Family, Node, Plan } from '../plan.js';

/** The subject of an expectation: a row of the page, in the page's own words, or a listener that no row explains. */
export type Subject =
  | { readonly kind: 'row'; readonly service: string; readonly protocol: Transport; readonly port: number }
  | { readonly kind: 'unix-row'; readonly service: string; readonly path: string }
  | { readonly kind: 'listener'; readonly protocol: Transport; readonly port: number };

/** An owner that must be reported, with at least these fields. */
export interface Culprit {
  /** Key in `Lab.processes` of the owner's pid. */
  readonly process?: string;
  /** As in the kernel, at most 15 bytes. */
  readonly comm?: string;
  /** Base name of the executable. */
  readonly exe?: string;
  readonly unit?: string;
  readonly device?: string;
}

export interface Expectation {
  readonly subject: Subject;
  readonly verdict: Verdict;
  /** Only if the verdict alone is not specific enough. */
  readonly severity?: Severity;
  readonly culprit?: Culprit;
  /** How the owner was matched, if the fault is about that. */
  readonly matchedBy?: MatchedBy;
  /** `not-found` becomes `permission` on a machine with processes that even root cannot read. */
  readonly ownersUnknown?: OwnersUnknown;
}

/** A fault of a node, or something that only looks like one. */
export interface Fault {
  readonly name: string;
  readonly description: string;
  /** The nodes it applies to; all by default. */
  readonly roles?: readonly Role[];
  readonly families?: readonly Family[];
  /** The plan with the fault added. Clearing the fault restores the previous plan. */
  plan(plan: Plan, node: Node): Plan;
  /** The expected differences from the findings on a healthy node. */
  expect(node: Node): readonly Expectation[];
}

export function tcpRow(service: string, port: number): Subject {
  return { kind: 'row', service, protocol: 'tcp', port };
}

export function containerdRow(node: Node): Subject {
  return { kind: 'unix-row', service: 'containerd', path: node.containerdPath };
}

export const VXLAN_ROW: Subject = { kind: 'row', service: 'cilium-agent', protocol: 'udp', port: 8472 };
