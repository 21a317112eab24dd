import type { VerdictChanged } from '../../snapshot/document/change.js';
import type { Finding } from '../../verdict/finding.js';

/**
 * Rows whose verdict changed, and listeners that became or ceased to be findings. `keyOf` gives a socket's identity for its id, which
 * is another one where the table was read from another source. Pure.
 */
export function verdictChanges(
  before: readonly Finding[],
  after: readonly Finding[],
  at: string,
  keyOf: (id: string) => string = (id) => id,
): VerdictChanged[] {
  const [old, now] = [byKey(before, keyOf), byKey(after, keyOf)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key) ?? null, now.get(key) ?? null];
    return was?.verdict === is?.verdict ? [] : [{ event: 'verdict' as const, at, before: was, after: is }];
  });
}

/** A finding about a row is identified by the row, one about listeners that no row expects by their sockets. */
function byKey(findings: readonly Finding[], keyOf: (id: string) => string): Map<string, Finding> {
  return new Map(
    findings.map((finding) => [JSON.stringify(finding.expected ?? finding.sockets.map(keyOf).sort()), finding]),
  );
}
