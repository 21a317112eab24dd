import { isIPv4 } from 'node:net';
import { isLoopback, isWildcard, unmapped } from '../../kernel/sockets/address.js';
import type { Listener } from '../../kernel/sockets/listener.js';

/** An address that a listener is reachable on; a dual-stack `::` makes two. */
interface Element {
  /** `*` for a wildcard, `default` for an address of the default interface. */
  readonly address: string;
  readonly family: 4 | 6;
  readonly device: string | null;
}

/** The addresses that listeners are reachable on. */
export type Reach = readonly Element[];

export interface ReachContext {
  /** These count as `default`. */
  readonly defaultAddresses: readonly string[];
  /** False if one of the snapshots does not know whether its `::` is dual-stack. */
  readonly knowsV6only: boolean;
}

export function reachOf(listeners: readonly Listener[], context: ReachContext): Reach {
  const elements = listeners.flatMap((listener) => elementsOf(listener, context));
  return [...new Map(elements.map((one) => [JSON.stringify(one), one])).values()];
}

function elementsOf({ address, device, v6only }: Listener, context: ReachContext): Element[] {
  if (address === null) return [];
  const plain = unmapped(address);
  const family = isIPv4(plain) ? 4 : 6;
  if (!isWildcard(address)) {
    const isDefault = context.defaultAddresses.includes(plain);
    return [{ address: isDefault ? 'default' : plain, family, device: isLoopback(plain) ? null : device }];
  }
  const servesBoth = family === 6 && context.knowsV6only && v6only === false;
  const own: Element = { address: '*', family, device };
  return servesBoth ? [own, { ...own, family: 4 }] : [own];
}

export type ReachChange = 'same' | 'widened' | 'narrowed' | 'moved';

export function compareReach(before: Reach, after: Reach): ReachChange {
  const [isGained, isLost] = [!isCovered(after, before), !isCovered(before, after)];
  if (!isGained && !isLost) return 'same';
  if (isGained !== isLost) return isGained ? 'widened' : 'narrowed';
  const [was, is] = [widthOf(before), widthOf(after)];
  if (was === is) return 'moved';
  return is > was ? 'widened' : 'narrowed';
}

/** Whether both contain an address, so that they could not normally be bound at the same time. */
export function overlap(a: Reach, b: Reach): boolean {
  return a.some((one) => b.some((other) => covers(one, other) || covers(other, one)));
}

function isCovered(inner: Reach, outer: Reach): boolean {
  return inner.every((one) => outer.some((other) => covers(other, one)));
}

function covers(outer: Element, inner: Element): boolean {
  if (outer.family !== inner.family) return false;
  if (outer.address === '*' && outer.device === null) return true;
  return outer.address === inner.address && outer.device === inner.device;
}

/** 0: loopback, 1: one address, 2: everywhere. */
function widthOf(reach: Reach): number {
  return Math.max(
    ...reach.map(({ address, device }) => (isLoopback(address) ? 0 : address === '*' && device === null ? 2 : 1)),
  );
}
