import type { CoverageSource } from '../../base/coverage.js';
import { printable } from '../../base/text.js';
import type { SnapshotDocument } from '../document/document.js';
import type { CoverageDifference, FactDifference } from './difference.js';

/** What the snapshots are of, and how they were judged. */
export function factDifferences(old: SnapshotDocument, now: SnapshotDocument, isSameHost: boolean): FactDifference[] {
  const facts: readonly (readonly [fact: FactDifference['fact'], matters: boolean, of: typeof hostOf, text: string])[] =
    [
      ['host', false, hostOf, 'these are two hosts'],
      ['role', true, ({ node }) => node.role, 'the role of the node'],
      // Another host has other addresses in any case.
      ['default-interface', isSameHost, isSameHost ? interfaceOf : interfaceNameOf, 'the default interface'],
      ['page', true, pageOf, 'the page and notes that it is judged by'],
      ['kernel', false, ({ node }) => node.kernel, 'the kernel'],
      ['version', false, ({ generator }) => generator.version, "k8s-sockwatch's version"],
    ];
  return facts.flatMap(([fact, matters, of, text]) => {
    const [before, after] = [of(old), of(now)];
    if (before === after) return [];
    const message = printable(`${text}: ${before ?? 'none'} → ${after ?? 'none'}`);
    return [{ kind: 'fact' as const, fact, matters, message, before, after }];
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

/** Sources that one of the two could not read, or read less of. */
export function coverageDifferences(old: SnapshotDocument, now: SnapshotDocument): CoverageDifference[] {
  const [before, after] = [byName(old), byName(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((source) => {
    const [was, is] = [before.get(source), after.get(source)];
    if (was?.status === is?.status) return [];
    const message = printable(`${source}: ${statusText(was)} → ${statusText(is)}`);
    const statuses = { before: was?.status ?? null, after: is?.status ?? null };
    return [{ kind: 'coverage' as const, source, matters: true, message, ...statuses }];
  });
}

function byName({ coverage }: SnapshotDocument): Map<string, CoverageSource> {
  return new Map(coverage.sources.map((source) => [source.name, source]));
}

function statusText(source: CoverageSource | undefined): string {
  if (source === undefined) return 'not looked at';
  return source.error === null ? source.status : `${source.status} (${source.error})`;
}
