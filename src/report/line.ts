import stringWidth from 'string-width';
import { printable } from '../base/text.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { isDrift } from '../snapshot/document/summary.js';
import { type Finding, VERDICTS } from '../verdict/finding.js';
import { listenersText, programName } from '../verdict/text/format.js';

/**
 * What node-problem-detector keeps of a custom plugin's output unless told otherwise (`max_output_length`). It counts bytes; a
 * terminal counts columns, of which a character of two or three bytes can have one or two.
 */
export const LONGEST_LINE = 80;

/** The snapshot in one line, worst first: `1 exposed, 2 missing: kubelet localhost:10248/tcp exposed; +2 more`. */
export function toLine(document: SnapshotDocument): string {
  return `${fitted(headOf(document), subjectsOf(document))}\n`;
}

/** Findings that make the result what it is, worst first. */
function decisive({ findings, summary }: SnapshotDocument): Finding[] {
  const isMeant = {
    drift: ({ severity }: Finding) => isDrift(severity, summary.failOn),
    incomplete: ({ verdict }: Finding) => verdict === 'unverified',
    match: () => false,
  }[summary.result];
  return findings.filter(isMeant).toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
}

function headOf(document: SnapshotDocument): string {
  const { summary, findings } = document;
  const passed = findings.filter(({ severity }) => severity === 'error' || severity === 'warning').length;
  switch (summary.result) {
    case 'drift':
      return counts(decisive(document));
    case 'incomplete': {
      const drift = passed === 0 ? 'no drift seen' : `${passed} let pass by --fail-on`;
      return [`incomplete, ${drift}`, counts(decisive(document))].filter((part) => part !== '').join(': ');
    }
    case 'match': {
      const conclusion = passed > 0 ? 'let pass by --fail-on' : 'the node matches the page';
      return [conclusion, counts(findings)].filter((part) => part !== '').join(': ');
    }
  }
}

function counts(findings: readonly Finding[]): string {
  return VERDICTS.flatMap((verdict) => {
    const count = findings.filter((finding) => finding.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  }).join(', ');
}

/** Each takes a character at least, and two that part it from the next. */
const MOST_SUBJECTS = LONGEST_LINE / 3;

/** What is at fault: the first of it, each in a few words, and how much there is in all. */
interface Subjects {
  readonly texts: readonly string[];
  readonly count: number;
}

function subjectsOf(document: SnapshotDocument): Subjects {
  const findings = decisive(document);
  // A verdict that all of them have stands before them already.
  const isMixed = findings.some(({ verdict }) => verdict !== findings[0]?.verdict);
  const texts = findings
    .slice(0, MOST_SUBJECTS)
    .map((finding) => subjectOf(finding, document) + (isMixed ? ` ${finding.verdict}` : ''));
  if (texts.length > 0 || document.summary.result !== 'incomplete') return { texts, count: findings.length };
  const sources = document.coverage.sources.flatMap(({ name, status, error }) =>
    status === 'ok' ? [] : [`${name} ${status} (${error ?? 'no reason was given'})`],
  );
  return { texts: sources, count: sources.length };
}

function subjectOf({ expected, sockets: ids }: Finding, { sockets }: SnapshotDocument): string {
  if (expected !== null) {
    const place = expected.path ?? `${expected.host ?? ''}:${expected.port ?? ''}/${expected.protocol}`;
    return `${expected.service} ${place}`;
  }
  const wanted = new Set(ids);
  const listeners = sockets.filter(({ id }) => wanted.has(id));
  const [owner] = listeners.flatMap(({ owners }) => owners);
  const who = owner === undefined ? 'somebody' : owner.kind === 'kernel' ? owner.device : programName(owner);
  return `${who} ${listenersText(listeners)}/${listeners[0]?.protocol ?? ''}`;
}

/** As many subjects as there is room for, and how many are left. Of the first, what there is room for. */
function fitted(head: string, { texts, count }: Subjects): string {
  const more = (shown: number): string => (count > shown ? `; +${count - shown} more` : '');
  for (let shown = texts.length; shown > 0; shown--) {
    const line = printable(`${head}: ${texts.slice(0, shown).join('; ')}${more(shown)}`);
    if (fits(line)) return line;
  }
  const [first] = texts;
  return first === undefined ? cut('', printable(head), '') : cut(printable(`${head}: `), printable(first), more(1));
}

function fits(line: string): boolean {
  return Buffer.byteLength(line) <= LONGEST_LINE && stringWidth(line) <= LONGEST_LINE;
}

/** Cut between words; a first word that is too long is cut within. */
function cut(before: string, text: string, behind: string): string {
  if (fits(before + text + behind)) return before + text + behind;
  // A name can be long without end, and of what is cut away nothing is looked at.
  const words = text.slice(0, 4 * LONGEST_LINE).split(' ');
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
