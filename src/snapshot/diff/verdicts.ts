import { addTo } from '../../base/multimap.js';
import { isInRange } from '../../base/port_range.js';
import { printable } from '../../base/text.js';
import type { Finding } from '../../verdict/finding.js';
import { listenersText } from '../../verdict/text/format.js';
import type { SnapshotDocument } from '../document/document.js';
import type { Facts, VerdictDifference } from './difference.js';
import { identityOf } from './identity.js';

interface Subject {
  readonly finding: Finding;
  readonly text: string;
  /** Equal for the same subject in another snapshot; the most specific first. */
  readonly keys: readonly string[];
}

/** Rows with another verdict, and listeners that are findings in one snapshot only, in the order of the later page. */
export function verdictDifferences(old: SnapshotDocument, now: SnapshotDocument): Facts<VerdictDifference>[] {
  const [before, after] = [subjectsOf(old), subjectsOf(now)];
  const partners = partnersOf(before, after);
  const matched = new Set(partners.values());
  return [
    ...after.flatMap((subject) => changed(subject.text, partners.get(subject)?.finding ?? null, subject.finding)),
    ...before
      .filter((subject) => !matched.has(subject))
      .flatMap((subject) => changed(subject.text, subject.finding, null)),
  ];
}

function partnersOf(before: readonly Subject[], after: readonly Subject[]): Map<Subject, Subject> {
  const partners = new Map<Subject, Subject>();
  for (const round of [0, 1]) {
    const left = new Map<string, Subject[]>();
    const taken = new Set(partners.values());
    // Reversed because matches are popped: the first of a kind matches the first.
    for (const subject of before.toReversed()) {
      const key = subject.keys[round];
      if (key !== undefined && !taken.has(subject)) addTo(left, key, subject);
    }
    for (const subject of after) {
      const match = partners.has(subject) ? undefined : left.get(subject.keys[round] ?? '')?.pop();
      if (match !== undefined) partners.set(subject, match);
    }
  }
  return partners;
}

function subjectsOf({ findings, sockets, node }: SnapshotDocument): Subject[] {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  return findings.map((finding) => {
    const { expected } = finding;
    if (expected !== null) {
      const endpoint = expected.path ?? `${expected.host ?? ''}:${expected.port ?? ''}/${expected.protocol}`;
      return { finding, text: `${expected.service} ${endpoint}`, keys: [JSON.stringify(expected)] };
    }
    const listeners = finding.sockets.flatMap((id) => byId.get(id) ?? []);
    const [first] = listeners;
    if (first === undefined) return { finding, text: 'a listener', keys: [] };
    const { protocol, port } = first;
    const identity = identityOf(first);
    const isEphemeral = isInRange(port, node.ephemeralPorts);
    return {
      finding,
      text: `${identity.program} ${listenersText(listeners)}/${protocol}`,
      keys: [
        JSON.stringify([protocol, port, identity.key]),
        ...(isEphemeral ? [JSON.stringify([protocol, identity.key])] : []),
      ],
    };
  });
}

function changed(subject: string, before: Finding | null, after: Finding | null): Facts<VerdictDifference>[] {
  if (before?.verdict === after?.verdict && before?.severity === after?.severity) return [];
  const code = codeOf(before, after);
  return [{ kind: 'verdict', code, params: {}, matters: true, subject: printable(subject), before, after }];
}

function codeOf(before: Finding | null, after: Finding | null): VerdictDifference['code'] {
  if (before === null) return 'finding-added';
  if (after === null) return 'finding-removed';
  return before.verdict === after.verdict ? 'severity-changed' : 'verdict-changed';
}
