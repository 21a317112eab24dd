import { printable } from '../base/text.js';
import type { Line, Segment } from './line.js';
import { widthOf } from './text.js';
import type { Theme } from './theme.js';

const ESC = '\x1b[';
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * Encodes a line for the terminal. After text that is not ASCII the column is set explicitly, since terminals disagree on
 * the width of such characters. `printable` is the last line of defence against control characters in names.
 */
export function encodeLine(line: Line, width: number, theme: Theme): string {
  let text = '';
  let column = 0;
  let isColumnKnown = true;
  for (const segment of line) {
    if (segment.text === '') continue;
    if (!isColumnKnown) text += `${ESC}${column + 1}G`;
    const attributes = attributesOf(segment, theme);
    const safe = printable(segment.text);
    text += attributes === '' ? safe : `${ESC}${attributes}m${safe}${ESC}0m`;
    column += widthOf(safe);
    isColumnKnown = PLAIN.test(safe);
  }
  // The cursor is still on the last column: erasing would clear it.
  if (column >= width) return text;
  return isColumnKnown ? `${text}${ESC}K` : `${text}${ESC}${column + 1}G${ESC}K`;
}

function attributesOf({ style, selected }: Segment, theme: Theme): string {
  const own = theme[style];
  if (!selected || style === 'inverse') return own;
  return own === '' ? '7' : `${own};7`;
}
