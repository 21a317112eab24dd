import type { Test } from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';

interface Less {
  readonly name: string;
  readonly from: (document: SnapshotDocument) => SnapshotDocument;
  /** Whether the evidence that is left cannot carry the verdict of a finding. */
  readonly isUnfounded: (finding: SnapshotDocument['findings'][number]) => boolean;
}

const withSource = (document: SnapshotDocument, name: string): SnapshotDocument => ({
  ...document,
  coverage: {
    complete: false,
    sources: document.coverage.sources.map((one) => (one.name === name ? { ...one, status: 'partial' } : one)),
  },
});

const withSockets = (
  document: SnapshotDocument,
  change: (socket: SnapshotDocument['sockets'][number]) => SnapshotDocument['sockets'][number],
): SnapshotDocument => ({ ...document, sockets: document.sockets.map(change) });

const LESS: readonly Less[] = [
  {
    name: 'without owners',
    from: (document) =>
      withSource(
        withSockets(document, (socket) => ({ ...socket, owners: [], ownersUnknown: 'permission' })),
        'owners',
      ),
    isUnfounded: ({ verdict }) => verdict === 'ok' || verdict === 'wrong-owner',
  },
  {
    name: 'without cgroups',
    from: (document) =>
      withSockets(document, (socket) => ({
        ...socket,
        owners: socket.owners.map((owner) =>
          owner.kind === 'kernel' ? owner : { ...owner, cgroup: null, unit: null, pod: null, container: null },
        ),
      })),
    isUnfounded: ({ verdict, matchedBy }) => verdict === 'ok' && matchedBy !== 'device',
  },
  ...['tcp', 'udp', 'unix'].map(
    (name): Less => ({
      name: `with a part of the ${name} table`,
      from: (document) => withSource(document, name),
      isUnfounded: ({ verdict, expected }) =>
        expected?.protocol === name && (verdict === 'missing' || verdict === 'not-applicable'),
    }),
  ),
  {
    name: 'without the default route',
    from: (document) => ({
      ...document,
      node: { ...document.node, defaultInterface: null, defaultAddresses: [], defaultSource: null },
    }),
    isUnfounded: ({ verdict, expected }) => expected?.host === 'default' && verdict !== 'unverified',
  },
  {
    name: 'without files',
    from: (document) => ({ ...document, files: [] }),
    isUnfounded: ({ verdict, expected }) => expected?.path != null && (verdict === 'ok' || verdict === 'missing'),
  },
];

/** Files of the snap carry these, whatever listens. */
function isByMarker({ code }: SnapshotDocument['findings'][number]): boolean {
  return code === 'row-not-for-role' || code === 'not-bootstrapped';
}

/** Takes evidence from a snapshot, piece by piece, and looks whether a verdict is left that nothing carries. */
export function checkWithLess(t: Test, document: SnapshotDocument): void {
  const role = document.node.role === 'unknown' ? 'auto' : document.node.role;
  for (const { name, from, isUnfounded } of LESS) {
    const { findings, summary } = reevaluate(from(document), { spec: builtinSpec(), role });
    const unfounded = findings.filter((one) => !isByMarker(one) && isUnfounded(one));
    t.strictSame(
      unfounded.map(({ message }) => message),
      [],
      `${name}: no verdict that nothing carries`,
    );
    t.not(summary.result, 'match', `${name}: no match`);
  }
}
