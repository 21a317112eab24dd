import { ABSENT } from './faults/absent.js';
import { ADDRESSES } from './faults/addresses.js';
import type { Fault } from './faults/fault.js';
import { OWNERS } from './faults/owners.js';
import { SETUPS } from './faults/setups.js';
import { UNEXPECTED } from './faults/unexpected.js';
import { VARIANTS } from './faults/variants.js';
import type { Node } from './plan.js';

/** All faults of the lab, with the expected findings. */
export const FAULTS: readonly Fault[] = [...ADDRESSES, ...OWNERS, ...ABSENT, ...UNEXPECTED, ...VARIANTS, ...SETUPS];

/** Why a fault cannot be applied to this node; null if it can. */
export function obstacle(fault: Fault, node: Node): string | null {
  if (fault.roles !== undefined && !fault.roles.includes(node.role)) return `it is not for a ${node.role}`;
  if (fault.families !== undefined && !fault.families.includes(node.family)) return `it needs IPv6`;
  return null;
}

/** The fault with this name. @throws if there is none or it cannot be applied to this node. */
export function faultFor(name: string, node: Node): Fault {
  const fault = FAULTS.find((fault) => fault.name === name);
  if (fault === undefined) {
    throw new Error(`unknown fault ${name}; known faults: ${FAULTS.map((fault) => fault.name).join(', ')}`);
  }
  const reason = obstacle(fault, node);
  if (reason !== null) throw new Error(`${name} cannot be applied: ${reason}`);
  return fault;
}
