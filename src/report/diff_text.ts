import { printable } from '../base/text.js';
import type { SnapshotDiff } from '../snapshot/diff/diff.js';
import type { Difference } from '../snapshot/diff/difference.js';

/** Parts of the report, in order. Differences that do not matter follow after them. */
const PARTS: readonly (readonly [title: string, kinds: readonly Difference['kind'][]])[] = [
  ['Verdicts', ['verdict']],
  ['Claims', ['claim']],
  ['Listeners', ['appeared', 'disappeared', 'owner-changed', 'widened', 'narrowed', 'moved']],
  ['Unknown on one side', ['unknown', 'coverage']],
];

/** The differences for a person, in pieces: what was compared, then one line per difference. */
export function* diffToText(diff: SnapshotDiff): Generator<string> {
  const { differences } = diff;
  const facts = differences.filter(({ kind }) => kind === 'fact').map(({ message }) => `  ${message}`);
  const rest = differences.filter(({ kind }) => kind !== 'fact');
  const parts = PARTS.map(
    ([title, kinds]) => [title, rest.filter(({ kind, matters }) => matters && kinds.includes(kind))] as const,
  );
  const all = [...parts, ['Informational', rest.filter(({ matters }) => !matters)] as const];
  const lines = all.flatMap(([title, members]) =>
    members.length === 0 ? [] : ['', `${title}:`, ...members.map(lineOf)],
  );
  for (const line of [...headLines(diff), ...facts, ...lines]) yield `${printable(line).trimEnd()}\n`;
}

function headLines(diff: SnapshotDiff): string[] {
  const { before, after, sameHost } = diff;
  const hosts = sameHost ? before.hostname : `two hosts: ${before.hostname} and ${after.hostname}`;
  return [
    `${hosts}  ${before.capturedAt} → ${after.capturedAt}${order(before.capturedAt, after.capturedAt)}`,
    conclusion(diff),
  ];
}

/** Swapped files would turn every difference around. */
function order(before: string, after: string): string {
  return Date.parse(before) > Date.parse(after) ? '  (OLD is later than NEW)' : '';
}

function conclusion({ differences, different }: SnapshotDiff): string {
  if (differences.length === 0) return 'no differences';
  const words = KINDS.flatMap((kind) => {
    const count = differences.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [`${count} ${WORDS[kind][count === 1 ? 0 : 1]}`];
  });
  return `${different ? '' : 'no significant differences: '}${words.join(' · ')}`;
}

const WORDS: Readonly<Record<Difference['kind'], readonly [one: string, many: string]>> = {
  fact: ['changed fact', 'changed facts'],
  verdict: ['changed verdict', 'changed verdicts'],
  claim: ['changed claim', 'changed claims'],
  coverage: ['changed source', 'changed sources'],
  appeared: ['appeared', 'appeared'],
  disappeared: ['disappeared', 'disappeared'],
  'owner-changed': ['changed owner', 'changed owners'],
  widened: ['widened', 'widened'],
  narrowed: ['narrowed', 'narrowed'],
  moved: ['moved', 'moved'],
  restarted: ['restarted', 'restarted'],
  unknown: ['unknown', 'unknown'],
  backlog: ['changed backlog limit', 'changed backlog limits'],
};

const KINDS: readonly Difference['kind'][] = ['fact', ...PARTS.flatMap(([, kinds]) => kinds), 'restarted', 'backlog'];

function lineOf(difference: Difference): string {
  const { kind, message } = difference;
  return kind === 'verdict' || kind === 'claim' || kind === 'coverage'
    ? `  ${message}`
    : `  ${kind.padEnd(WIDTH)}  ${message}`;
}

const WIDTH = 'owner-changed'.length;
