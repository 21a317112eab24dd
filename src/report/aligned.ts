import stringWidth from 'string-width';

/** Measuring takes long, and is exact for these without it. */
const PLAIN = /^[\x20-\x7e]*$/;

export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Pads every column but the last to its widest cell. The last may be long, and nothing is behind it. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: Math.max(0, columns - 1) }, (_, at) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[at] ?? '')), 0),
  );
  return rows.map((row) => row.map((cell, at) => padded(cell, widths[at] ?? 0)).join('  '));
}
