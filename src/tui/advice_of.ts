import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Advice, Finding } from '../verdict/finding.js';
import { adviceForUncoded } from '../verdict/text/advice.js';

/** What to do about a finding. Findings of older snapshots have no code and no advice, but enough to give it. */
export function adviceOf(finding: Finding, sockets: readonly OwnedListener[]): Advice | null {
  if (finding.code !== null) return finding.advice;
  return adviceForUncoded(finding, new Map(sockets.map((socket) => [socket.id, socket])));
}
