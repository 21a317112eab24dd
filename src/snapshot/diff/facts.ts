import type { CoverageSource } from '../../base/coverage.js';
import type { SnapshotDocument } from '../document/document.js';
import type { CoverageDifference, FactDifference, Facts } from './difference.js';

/** How the nodes and the conditions of the snapshots differ. */
export function factDifferences(
  old: SnapshotDocument,
  now: SnapshotDocument,
  isSameHost: boolean,
): Facts<FactDifference>[] {
  const facts: readonly (readonly [fact: FactDifference['fact'], matters: boolean, of: typeof hostOf])[] = [
    ['host', false, hostOf],
    ['role', true, ({ node }) => node.role],
    // Another host has other addresses anyway.
    ['default-interface', isSameHost, isSameHost ? interfaceOf : interfaceNameOf],
    ['page', true, pageOf],
    ['kernel', false, ({ node }) => node.kernel],
    ['version', false, ({ generator }) => generator.version],
  ];
  return facts.flatMap(([fact, matters, of]) => {
    const [before, after] = [of(old), of(now)];
    return before === after
      ? []
      : [{ kind: 'fact', code: `${fact}-changed`, params: {}, matters, fact, before, after }];
  });
}

function hostOf({ node }: SnapshotDocument): string | null {
  return node.hostname;
}

function interfaceOf({ node: { defaultInterface } }: SnapshotDocument): string | null {
  return defaultInterface === null
    ? null
    : [defaultInterface.name, ...[...defaultInterface.addresses].sort()].join(' ');
}

function interfaceNameOf({ node }: SnapshotDocument): string | null {
  return node.defaultInterface?.name ?? null;
}

function pageOf({ spec }: SnapshotDocument): string {
  const notes = spec.notes.length === 0 ? 'no notes' : `notes ${spec.notes.join(', ')}`;
  return `${spec.title} (${spec.source}, ${spec.sha256.slice(0, 12)}; ${notes})`;
}

/** Sources that one snapshot read more completely than the other. */
export function coverageDifferences(old: SnapshotDocument, now: SnapshotDocument): Facts<CoverageDifference>[] {
  const [was, is] = [statuses(old), statuses(now)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((source) => {
    const [before, after] = [was.get(source) ?? null, is.get(source) ?? null];
    if (before === after) return [];
    return [{ kind: 'coverage', code: 'coverage-changed', params: {}, matters: true, source, before, after }];
  });
}

function statuses({ coverage }: SnapshotDocument): Map<string, CoverageSource['status']> {
  return new Map(coverage.sources.map(({ name, status }) => [name, status]));
}
