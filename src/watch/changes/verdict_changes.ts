import type { Finding } from '../../verdict/finding.js';
import type { VerdictChanged } from './change.js';

/** Findings of one moment by what they are about. Pure. */
function byPlace(findings: readonly Finding[]): Map<string, Finding> {
  return new Map(findings.map((finding) => [placeOf(finding), finding]));
}

/** A row is itself; a listener that no row explains is told by its sockets. */
function placeOf({ expected, sockets }: Finding): string {
  return JSON.stringify(expected ?? [...sockets].sort());
}

/** What is judged differently now: rows whose verdict changed, and listeners that became or ceased to be findings. */
export function verdictChanges(before: readonly Finding[], after: readonly Finding[], at: string): VerdictChanged[] {
  const [old, now] = [byPlace(before), byPlace(after)];
  const places = new Set([...old.keys(), ...now.keys()]);
  return [...places].flatMap((place) => {
    const [was, is] = [old.get(place) ?? null, now.get(place) ?? null];
    return was?.verdict === is?.verdict ? [] : [{ event: 'verdict' as const, at, before: was, after: is }];
  });
}
