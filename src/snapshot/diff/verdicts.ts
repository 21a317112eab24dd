import { printable } from '../../base/text.js';
import type { Finding } from '../../verdict/finding.js';
import { listenersText } from '../../verdict/text/format.js';
import type { SnapshotDocument } from '../document/document.js';
import type { VerdictDifference } from './difference.js';
import { isGivenAway } from './groups.js';
import { identityOf } from './identity.js';
import { addTo } from './multimap.js';

/** A finding with what it is about. */
interface Subject {
  readonly finding: Finding;
  readonly text: string;
  /** What makes it the same in another snapshot, the surest first. */
  readonly keys: readonly string[];
}

/** Rows whose verdict is another one, and listeners that became or ceased to be findings, in the later page's order. */
export function verdictDifferences(old: SnapshotDocument, now: SnapshotDocument): VerdictDifference[] {
  const [before, after] = [subjectsOf(old), subjectsOf(now)];
  const partners = partnersOf(before, after);
  const kept = new Set(partners.values());
  return [
    ...after.flatMap((subject) => changed(subject.text, partners.get(subject)?.finding ?? null, subject.finding)),
    ...before
      .filter((subject) => !kept.has(subject))
      .flatMap((subject) => changed(subject.text, subject.finding, null)),
  ];
}

function partnersOf(before: readonly Subject[], after: readonly Subject[]): Map<Subject, Subject> {
  const partners = new Map<Subject, Subject>();
  for (const round of [0, 1]) {
    const left = new Map<string, Subject[]>();
    const taken = new Set(partners.values());
    // Taken from the end, so that the first of a kind meets the first.
    for (const subject of before.toReversed()) {
      const key = subject.keys[round];
      if (key !== undefined && !taken.has(subject)) addTo(left, key, subject);
    }
    for (const subject of after) {
      const found = partners.has(subject) ? undefined : left.get(subject.keys[round] ?? '')?.pop();
      if (found !== undefined) partners.set(subject, found);
    }
  }
  return partners;
}

function subjectsOf({ findings, sockets, node }: SnapshotDocument): Subject[] {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  return findings.map((finding) => {
    const { expected } = finding;
    if (expected !== null) {
      const place = expected.path ?? `${expected.host ?? ''}:${expected.port ?? ''}/${expected.protocol}`;
      return { finding, text: `${expected.service} ${place}`, keys: [JSON.stringify(expected)] };
    }
    const listeners = finding.sockets.flatMap((id) => byId.get(id) ?? []);
    const [first] = listeners;
    if (first === undefined) return { finding, text: 'a listener', keys: [] };
    const { protocol, port } = first;
    const identity = identityOf(first);
    const isEphemeral = isGivenAway(port, node.ephemeralPorts);
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

function changed(subject: string, before: Finding | null, after: Finding | null): VerdictDifference[] {
  if (before?.verdict === after?.verdict && before?.severity === after?.severity) return [];
  const change = `${verdictText(before)} → ${verdictText(after, before)}`;
  const why = after === null ? '' : `: ${after.message}`;
  const message = printable(`${subject}: ${change}${why}`);
  return [{ kind: 'verdict', matters: true, message, subject: printable(subject), before, after }];
}

/** The severity is told only where it is what makes the difference. */
function verdictText(finding: Finding | null, other: Finding | null = null): string {
  if (finding === null) return 'nothing';
  return finding.verdict === other?.verdict ? `${finding.verdict} (${finding.severity})` : finding.verdict;
}
