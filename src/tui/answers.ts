import { isDeepStrictEqual } from 'node:util';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { withClaims } from '../snapshot/document/with_claims.js';
import type { Expected } from '../verdict/finding.js';
import type { Socket } from './item.js';
import { socketWith } from './list.js';
import { type Data, processKey } from './state.js';

/** The document with what listeners answered to `a`, without rows whose sockets or owners are other ones now. */
export function withAnswersOf(probed: Data['probed'], document: SnapshotDocument): SnapshotDocument {
  if (probed === null) return document;
  const isOfNow = ({ row }: { readonly row: Expected }): boolean => {
    const before = listenersOf(row, probed);
    const now = listenersOf(row, document);
    return before.length > 0 && before.every((socket) => now.some((one) => isSame(one, socket)));
  };
  const claims = filtered(probed.claims ?? [], isOfNow);
  const unasked = (probed.unasked ?? []).filter(isOfNow);
  if (claims.length + unasked.length > 0) return withClaims(document, { claims, unasked });
  return document.claims === undefined ? document : withClaims(document, {});
}

/** The same array if nothing is left out, since the rows are cached by it. */
function filtered<One>(all: readonly One[], isWanted: (one: One) => boolean): readonly One[] {
  const left = all.filter(isWanted);
  return left.length === all.length ? all : left;
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
