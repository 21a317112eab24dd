import type { Expectation } from '../lab/faults/fault.js';
import type { Lab } from '../lab/lab.js';
import { parseScreen } from '../tui/sgr.js';
import type { Terminal } from '../tui/tmux_terminal.js';

/** Above the list: three lines about the node, the tabs and the column titles. */
export const FIRST_LIST_LINE = 5;

/** The mark of a change is inverse, like the selected line. */
const MARK_WIDTH = 2;

/** Whether the first snapshot is on the screen, down to the footer, which is drawn last. */
export function isOpen(text: string): boolean {
  return (
    /^. (MATCH|DRIFT|INCOMPLETE)/m.test(text) &&
    /^(Esc all {2})?Enter .* q quit$/.test(text.trimEnd().split('\n').at(-1) ?? '')
  );
}

/** The selected line: inverse beyond its mark. null if there is none. */
export async function selectedLine(terminal: Terminal): Promise<string | null> {
  const lines = parseScreen(await terminal.styled()).slice(FIRST_LIST_LINE);
  const selected = lines.find((runs) =>
    runs.some(({ column, width, style }) => style.inverse && column <= MARK_WIDTH && column + width > MARK_WIDTH),
  );
  if (selected === undefined) return null;
  const text = selected.map(({ text }) => text).join('');
  return text.trim();
}

/** Waits for a selected line and returns it. */
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

/** The line that shows what a fault of the lab must lead to. */
export function lineFor(text: string, lab: Lab, { subject, verdict, culprit }: Expectation): string | undefined {
  const words = [
    verdict,
    ...(subject.kind === 'listener' ? [] : [subject.service]),
    // The column may cut a path.
    subject.kind === 'unix-row' ? subject.path.slice(0, 12) : `:${subject.port}`,
    ...(culprit?.device === undefined ? [] : [culprit.device]),
    ...(culprit?.process === undefined ? [] : [` ${lab.processes.get(culprit.process)} `]),
  ];
  return text.split('\n').find((line) => words.every((word) => `${line} `.includes(word)));
}

/** The lines of the list down to the first empty one, without headings. */
export function listLines(text: string): string[] {
  const lines = text.split('\n').slice(FIRST_LIST_LINE);
  const end = lines.indexOf('');
  return lines.slice(0, end < 0 ? undefined : end).filter((line) => !line.startsWith('──'));
}
