import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Expected, Finding } from '../verdict/finding.js';
import type { Timeline, TimelineEntry } from './timeline.js';

/** Of a row that is missing: the last listener that was seen there; null: none was. */
export function lastHeld({ expected, verdict }: Finding, timeline: Timeline): OwnedListener | null {
  if (verdict !== 'missing' || expected === null) return null;
  const change = lastClosing(expected, timeline)?.change;
  return change?.event === 'closed' ? change.socket : null;
}

export function lastClosing(expected: Expected, { entries }: Timeline): TimelineEntry | undefined {
  return entries.find(({ change }) => change.event === 'closed' && isAt(change.socket, expected));
}

function isAt({ protocol, port, path }: OwnedListener, expected: Expected): boolean {
  return protocol === expected.protocol && port === expected.port && path === expected.path;
}
