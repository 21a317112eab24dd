/** A Markdown table, also readable as it is. All columns but the first are numbers, and right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (at === 0 ? (cells[at] ?? '').padEnd(width) : (cells[at] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Three digits, as most measurements have no more: `0.042`, `7.31`, `74.2`, `1230`. */
export function number(value: number): string {
  if (value === 0) return '0';
  const digits = Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(digits);
}

/** How many times as much something takes as something else: `7.3 ×`. */
export function times(one: number, other: number): string {
  return other === 0 ? '–' : `${(one / other).toFixed(one / other < 9.95 ? 2 : 0)} ×`;
}

const BEGIN = '<!-- Written by npm run bench. -->';
const END = '<!-- End of what npm run bench writes. -->';

/** A document with the part between the markers replaced. @throws if it has no markers */
export function withGenerated(document: string, generated: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the document has no lines '${BEGIN}' and '${END}'`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${generated.trim()}\n\n${document.slice(end)}`;
}
