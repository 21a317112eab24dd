import { isDeepStrictEqual } from 'node:util';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Expected } from '../verdict/finding.js';
import type { Socket } from './item.js';
import { socketWith } from './list.js';
import { processKey, type State, shownData } from './state.js';

type Answers = Required<Pick<SnapshotDocument, 'claims' | 'unasked'>>;

/** What listeners answered to `a`, without rows whose sockets or owners are other ones now. null: nothing is left, or was asked. */
export function answersOf(state: State): Answers | null {
  const { asked } = state;
  const { document } = shownData(state);
  if (asked === null || document === null) return null;
  const isOfNow = ({ row }: { readonly row: Expected }): boolean => {
    const before = listenersOf(row, asked);
    const now = listenersOf(row, document);
    return before.length > 0 && before.every((socket) => now.some((one) => isSame(one, socket)));
  };
  const claims = (asked.claims ?? []).filter(isOfNow);
  const unasked = (asked.unasked ?? []).filter(isOfNow);
  return claims.length + unasked.length === 0 ? null : { claims, unasked };
}

function listenersOf(row: Expected, document: SnapshotDocument): Socket[] {
  const finding = document.findings.find(({ expected }) => isDeepStrictEqual(expected, row));
  return finding?.sockets.flatMap((id) => socketWith(document, id) ?? []) ?? [];
}

/** The same socket, and one of its processes is the same: a child can have it for a moment, or keep it after its parent. */
function isSame(now: Socket, before: Socket): boolean {
  if (now.id !== before.id) return false;
  const processes = processesOf(before);
  return processes.length === 0 || processesOf(now).some((process) => processes.includes(process));
}

function processesOf({ owners }: Socket): string[] {
  return owners.flatMap((owner) => (owner.kind === 'process' ? [processKey(owner)] : []));
}
