import type { Expectation } from '../lab/faults/fault.js';
import type { Lab } from '../lab/lab.js';
import { parseScreen } from '../tui/sgr.js';
import type { Terminal } from '../tui/terminal.js';

/** Of the terminal UI: three lines about the node, the tabs, and the titles of the columns. */
export const FIRST_LIST_LINE = 5;

/** What changed has a mark of this width, which is inverted as well. */
const MARK_WIDTH = 2;

/** Whether the first look has come. The footer is drawn last: a terminal gets a screen in parts, which can be seen. */
export function isOpen(text: string): boolean {
  return /^\d+ [a-z]/m.test(text) && /^Enter /.test(text.trimEnd().split('\n').at(-1) ?? '');
}

/** The line under the cursor: the one of the list that is drawn inverted, and not its mark alone; null where there is none. */
export async function selectedLine(terminal: Terminal): Promise<string | null> {
  const lines = parseScreen(await terminal.styled()).slice(FIRST_LIST_LINE);
  const selected = lines.find((runs) =>
    runs.some(({ column, width, style }) => style.inverse && column <= MARK_WIDTH && column + width > MARK_WIDTH),
  );
  if (selected === undefined) return null;
  const text = selected.map(({ text }) => text).join('');
  return text.trim();
}

/** Waits until the line under the cursor is as wanted. */
export async function untilSelected(
  terminal: Terminal,
  wanted: (line: string) => boolean,
  what: string,
): Promise<string> {
  let selected: string | null = null;
  await terminal.untilTrue(async () => {
    selected = await selectedLine(terminal);
    return selected !== null && wanted(selected);
  }, what);
  return selected ?? '';
}

/** The line of the screen that says what a fault of the lab must lead to; undefined where there is none. */
export function lineFor(text: string, lab: Lab, { subject, verdict, culprit }: Expectation): string | undefined {
  const words = [
    verdict,
    ...(subject.kind === 'listener' ? [] : [subject.service]),
    // A path may be cut to the width of its column.
    subject.kind === 'unix-row' ? subject.path.slice(0, 12) : `:${subject.port}`,
    ...(culprit?.device === undefined ? [] : [culprit.device]),
    ...(culprit?.process === undefined ? [] : [` ${lab.processes.get(culprit.process)} `]),
  ];
  return text.split('\n').find((line) => words.every((word) => `${line} `.includes(word)));
}

/** The lines of the list without headings, down to the first empty one. */
export function listLines(text: string): string[] {
  const lines = text.split('\n').slice(FIRST_LIST_LINE);
  const end = lines.indexOf('');
  return lines.slice(0, end < 0 ? undefined : end).filter((line) => !line.startsWith('──'));
}
