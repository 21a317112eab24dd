import stringWidth from 'string-width';
import type { SnapshotDocument } from '../document/document.js';
import { isFailing } from '../document/summary.js';
import { printable } from '../sockets/bytes.js';
import { type Finding, VERDICTS } from '../verdict/finding.js';
import { listenersText, programName } from '../verdict/words.js';

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
    drift: ({ severity }: Finding) => isFailing(severity, summary.failOn),
    incomplete: ({ verdict }: Finding) => verdict === 'unverified',
    match: () => false,
  }[summary.result];
  return findings.filter(isMeant).toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
}

function headOf(document: SnapshotDocument): string {
  const { summary, findings } = document;
  switch (summary.result) {
    case 'drift':
      return counts(decisive(document));
    case 'incomplete':
      return ['incomplete, no drift seen', counts(decisive(document))].filter((part) => part !== '').join(': ');
    case 'match': {
      const passed = findings.some(({ severity }) => severity === 'error' || severity === 'warning');
      const conclusion = passed ? 'let pass by --fail-on' : 'the node matches the page';
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

/** What is at fault, each in a few words. */
function subjectsOf(document: SnapshotDocument): string[] {
  const findings = decisive(document);
  // A verdict that all of them have stands before them already.
  const isMixed = findings.some(({ verdict }) => verdict !== findings[0]?.verdict);
  const subjects = findings.map((finding) => subjectOf(finding, document) + (isMixed ? ` ${finding.verdict}` : ''));
  if (subjects.length > 0 || document.summary.result !== 'incomplete') return subjects;
  return document.coverage.sources.flatMap(({ name, status, error }) =>
    status === 'ok' ? [] : [`${name} ${status} (${error ?? 'no reason was given'})`],
  );
}

function subjectOf({ expected, sockets: ids }: Finding, { sockets }: SnapshotDocument): string {
  if (expected !== null) {
    const place = expected.path ?? `${expected.host ?? ''}:${expected.port ?? ''}/${expected.protocol}`;
    return `${expected.service} ${place}`;
  }
  const listeners = sockets.filter(({ id }) => ids.includes(id));
  const [owner] = listeners.flatMap(({ owners }) => owners);
  const who = owner === undefined ? 'somebody' : owner.kind === 'kernel' ? owner.device : programName(owner);
  return `${who} ${listenersText(listeners)}/${listeners[0]?.protocol ?? ''}`;
}

/** As many subjects as there is room for, and how many are left. Of the first, what there is room for. */
function fitted(head: string, subjects: readonly string[]): string {
  for (let shown = subjects.length; shown > 0; shown--) {
    const line = printable(`${head}: ${subjects.slice(0, shown).join('; ')}${moreThan(shown, subjects)}`);
    if (fits(line)) return line;
  }
  const [first] = subjects;
  if (first === undefined) return cut('', printable(head), '');
  return cut(printable(`${head}: `), printable(first), moreThan(1, subjects));
}

function moreThan(shown: number, subjects: readonly string[]): string {
  return subjects.length > shown ? `; +${subjects.length - shown} more` : '';
}

function fits(line: string): boolean {
  return Buffer.byteLength(line) <= LONGEST_LINE && stringWidth(line) <= LONGEST_LINE;
}

/** Cut between words; a first word that is too long is cut within. */
function cut(before: string, text: string, behind: string): string {
  if (fits(before + text + behind)) return before + text + behind;
  const words = text.split(' ');
  for (let kept = words.length - 1; kept > 0; kept--) {
    const line = `${before}${words.slice(0, kept).join(' ')} …${behind}`;
    if (fits(line)) return line;
  }
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  for (let kept = characters.length - 1; ; kept--) {
    const line = `${before}${characters.slice(0, kept).join('')}…${behind}`;
    if (kept === 0 || fits(line)) return line;
  }
}
