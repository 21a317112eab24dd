import { printable } from '../base/text.js';
import type { Line, Segment } from './line.js';
import { widthOf } from './text.js';
import type { Theme } from './theme.js';

const ESC = '\x1b[';
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * A line as a terminal takes it. Behind text that is not ASCII the column is set anew, since terminals disagree on how wide
 * such characters are: a name can then shift nothing but itself. Whatever else was missed on the way here, `printable`
 * lets nothing through that acts.
 */
export function encodeLine(line: Line, width: number, theme: Theme): string {
  let text = '';
  let column = 0;
  let isSure = true;
  for (const segment of line) {
    if (segment.text === '') continue;
    if (!isSure) text += `${ESC}${column + 1}G`;
    const attributes = attributesOf(segment, theme);
    const safe = printable(segment.text);
    text += attributes === '' ? safe : `${ESC}${attributes}m${safe}${ESC}0m`;
    column += widthOf(safe);
    isSure = PLAIN.test(safe);
  }
  // With the cursor behind the last column, erasing would take what was written there.
  if (column >= width) return text;
  return isSure ? `${text}${ESC}K` : `${text}${ESC}${column + 1}G${ESC}K`;
}

function attributesOf({ style, selected }: Segment, theme: Theme): string {
  const parts = [theme[style], ...(selected && style !== 'inverse' ? ['7'] : [])];
  return parts.filter((part) => part !== '').join(';');
}
