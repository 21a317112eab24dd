import stringWidth from 'string-width';
import { printable } from '../base/text.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { isDrift } from '../snapshot/document/summary.js';
import { isFromText } from '../verdict/capture.js';
import { isOfNoNode } from '../verdict/codes.js';
import { type Finding, VERDICTS } from '../verdict/finding.js';
import { listenersText, programName } from '../verdict/text/format.js';

/**
 * The default `max_output_length` of node-problem-detector's custom plugins, in bytes. The same limit in terminal columns, since
 * a character of two or three bytes can have one or two columns.
 */
export const MAX_LINE_LENGTH = 80;

/** The snapshot in one line, worst first: `1 exposed, 2 missing: kubelet localhost:10248/tcp exposed; +2 more`. */
export function toLine(document: SnapshotDocument): string {
  return `${fitted(headOf(document), subjectsOf(document))}\n`;
}

/** The findings that decide the result, worst first. */
function decisive({ findings, summary }: SnapshotDocument): Finding[] {
  const isMeant = {
    drift: ({ severity }: Finding) => isDrift(severity, summary.failOn),
    incomplete: isUnverified,
    match: () => false,
  }[summary.result];
  return findings.filter(isMeant).toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
}

function isUnverified({ verdict }: Finding): boolean {
  return verdict === 'unverified';
}

function headOf(document: SnapshotDocument): string {
  const { summary, findings, claims = [] } = document;
  const passed = [...findings, ...claims].filter(
    ({ severity }) => severity === 'error' || severity === 'warning',
  ).length;
  switch (summary.result) {
    case 'drift':
      return parts(', ', counts(counted(document)), ...claimCounts(document));
    case 'incomplete': {
      if (findings.some(({ code }) => isOfNoNode(code))) return 'incomplete';
      const drift = passed === 0 ? 'no drift found' : `${passed} allowed by --fail-on`;
      const open = parts(', ', counts(decisive(document)), ...claimCounts(document));
      return parts(': ', `incomplete, ${drift}`, open);
    }
    case 'match':
      return parts(': ', passed > 0 ? 'allowed by --fail-on' : 'the node matches the page', counts(findings));
  }
}

/** What the head counts: beside drift also the rows of which nothing is known. */
function counted(document: SnapshotDocument): Finding[] {
  return [...new Set([...decisive(document), ...document.findings.filter(isUnverified)])];
}

/** Of claims, with `--probe`. */
function claimCounts({ claims = [], summary: { failOn } }: SnapshotDocument): string[] {
  const broken = claims.filter(({ severity }) => isDrift(severity, failOn)).length;
  const unverified = claims.filter(({ result }) => result === 'unverified').length;
  return [
    broken === 0 ? '' : `${broken} broken ${broken === 1 ? 'claim' : 'claims'}`,
    unverified === 0 ? '' : `${unverified} unverified ${unverified === 1 ? 'claim' : 'claims'}`,
  ];
}

function parts(separator: string, ...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(separator);
}

function counts(findings: readonly Finding[]): string {
  return VERDICTS.flatMap((verdict) => {
    const count = findings.filter((finding) => finding.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  }).join(', ');
}

/** Each has at least one character and a separator of two. */
const MAX_SUBJECTS = MAX_LINE_LENGTH / 3;

/** The first faults, each in a few words, and the number of all. */
export interface Subjects {
  readonly texts: readonly string[];
  readonly count: number;
}

function subjectsOf(document: SnapshotDocument): Subjects {
  const findings = decisive(document);
  // A verdict that all of them have is in the head of the line.
  const isMixed = new Set(counted(document).map(({ verdict }) => verdict)).size > 1;
  const texts = findings
    .slice(0, MAX_SUBJECTS)
    .map((finding) => subjectOf(finding, document) + (isMixed ? ` ${finding.verdict}` : ''));
  if (texts.length > 0 || document.summary.result !== 'incomplete') return { texts, count: findings.length };
  const noNode = document.findings.find(({ code }) => isOfNoNode(code));
  if (noNode !== undefined) return { texts: [noNode.message], count: 1 };
  const sources = document.coverage.sources.flatMap(({ name, status, error }) =>
    status === 'ok' ? [] : [`${name} ${status} (${error ?? 'no reason given'})`],
  );
  if (sources.length > 0) return { texts: sources, count: sources.length };
  const text = isFromText(document.coverage) ? [`${document.summary.byName} rows are known by name only`] : [];
  return { texts: text, count: text.length };
}

function subjectOf({ expected, sockets: ids }: Finding, { sockets }: SnapshotDocument): string {
  if (expected !== null) {
    const place = expected.path ?? `${expected.host ?? ''}:${expected.port ?? ''}/${expected.protocol}`;
    return `${expected.service} ${place}`;
  }
  const wanted = new Set(ids);
  const listeners = sockets.filter(({ id }) => wanted.has(id));
  const [owner] = listeners.flatMap(({ owners }) => owners);
  const who = owner === undefined ? 'unknown owner' : owner.kind === 'kernel' ? owner.device : programName(owner);
  return `${who} ${listenersText(listeners)}/${listeners[0]?.protocol ?? ''}`;
}

/** As many subjects as fit, and the number of the rest. The first is truncated if it does not fit. */
export function fitted(head: string, { texts, count }: Subjects): string {
  const more = (shown: number): string => (count > shown ? `; +${count - shown} more` : '');
  for (let shown = texts.length; shown > 0; shown--) {
    const line = printable(`${head}: ${texts.slice(0, shown).join('; ')}${more(shown)}`);
    if (fits(line)) return line;
  }
  const [first] = texts;
  return first === undefined ? cut('', printable(head), '') : cut(printable(`${head}: `), printable(first), more(1));
}

function fits(line: string): boolean {
  return Buffer.byteLength(line) <= MAX_LINE_LENGTH && stringWidth(line) <= MAX_LINE_LENGTH;
}

/** Truncates between words, or within the first word if that is too long. */
function cut(before: string, text: string, behind: string): string {
  if (fits(before + text + behind)) return before + text + behind;
  // A name may be very long; only what can fit is segmented.
  const words = text.slice(0, 4 * MAX_LINE_LENGTH).split(' ');
  for (let kept = words.length - 1; kept > 0; kept--) {
    const line = `${before}${words.slice(0, kept).join(' ')} …${behind}`;
    if (fits(line)) return line;
  }
  const characters = Array.from(new Intl.Segmenter().segment(words.join(' ')), ({ segment }) => segment);
  for (let kept = characters.length - 1; ; kept--) {
    const line = `${before}${characters.slice(0, kept).join('')}…${behind}`;
    if (kept === 0 || fits(line)) return line;
  }
}
