import stringWidth from 'string-width';
import { printable } from '../base/text.js';
import type { Glyphs } from './glyphs.js';

/* Text of unknown origin into a given number of columns. */

const PLAIN = /^[\x20-\x7e]*$/;
const NOT_ASCII = /[^\x20-\x7e]/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What may be shown of a text: nothing in it acts on a terminal, and in an ASCII locale nothing in it is more than ASCII. */
export function shown(text: string, glyphs: Glyphs): string {
  if (PLAIN.test(text)) return text;
  const safe = printable(text);
  if (!glyphs.ascii) return safe;
  return safe.replace(NOT_ASCII, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** Columns that a text takes. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** A text that is fit to be shown, cut to a width; where something is left out, the last column says so. */
export function cut(text: string, width: number, glyphs: Glyphs): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  return take(text, width - 1) + glyphs.ellipsis;
}

/** As much of the beginning as fits, never half of a character. */
function take(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, width);
  let [taken, columns] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    columns += stringWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}

/** Any text in exactly `width` columns. */
export function fit(text: string, width: number, glyphs: Glyphs, align: 'left' | 'right' = 'left'): string {
  const short = cut(shown(text, glyphs), width, glyphs);
  const space = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + space : space + short;
}

/** Any text over several lines, broken between words where that can be. */
export function wrap(text: string, width: number, glyphs: Glyphs): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of shown(text, glyphs).split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (widthOf(longer) <= width) {
      current = longer;
      continue;
    }
    if (current !== '') lines.push(current);
    current = word;
    while (widthOf(current) > width) {
      const head = take(current, width);
      // One character can be wider than the line.
      if (head === '') return [...lines, ''];
      lines.push(head);
      current = current.slice(head.length);
    }
  }
  return [...lines, current];
}

/** How long something lasts, in at most four characters: `45s`, `12m`, `3h`, `17d`, `2y`. */
export function ageText(milliseconds: number): string {
  const units: readonly (readonly [name: string, seconds: number])[] = [
    ['y', 31_536_000],
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ];
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [name, size] = units.find(([, unit]) => seconds >= unit) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${name}`;
}
