import stringWidth from 'string-width';
import { printable } from '../base/text.js';
import type { Glyphs } from './glyphs.js';

/* Fits untrusted text into a given number of columns. */

const PLAIN = /^[\x20-\x7e]*$/;
/** Printable characters of one column: ASCII, and the glyphs, of which nearly every line has some. */
const NARROW = /^[\x20-\x7e·×…→↓≠≈⊂≡∅─│✓✗✚◎○◆▾▴]*$/;
/** Narrower, no end of an address would say anything. */
const MIN_MIDDLE = 6;
/** The port of an address, and how many more there are. */
const PORT = /:\d+(?:\/udp)?(?: \+\d+)?$/;
const NOT_ASCII = /[^\x20-\x7e]/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Escapes what would act on the terminal, and in an ASCII locale everything else that is not ASCII. */
export function escaped(text: string, glyphs: Glyphs): string {
  if ((glyphs.ascii ? PLAIN : NARROW).test(text)) return text;
  const safe = printable(text);
  if (!glyphs.ascii) return safe;
  return safe.replace(NOT_ASCII, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** Width of escaped text, in columns. */
export function widthOf(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** Cuts escaped text to a width and ends it with an ellipsis if anything is missing. */
export function truncate(text: string, width: number, glyphs: Glyphs): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  return prefix(text, Math.max(0, width - glyphs.ellipsis.length)) + glyphs.ellipsis.slice(0, width);
}

/** Cuts escaped text in the middle: the beginning of an address says whom it lets in; its port stays whole. */
export function truncateMiddle(text: string, width: number, glyphs: Glyphs): string {
  const { ellipsis } = glyphs;
  const room = width - ellipsis.length;
  if (room < MIN_MIDDLE || widthOf(text) <= width || !NARROW.test(text)) return truncate(text, width, glyphs);
  const port = PORT.exec(text)?.[0].length ?? null;
  if (port !== null && port > room) return truncate(ellipsis + text.slice(-port), width, glyphs);
  const end = port ?? Math.ceil(room * 0.6);
  return text.slice(0, room - end) + ellipsis + text.slice(-end);
}

/** The least width in which `truncateMiddle` keeps the port of an escaped address; 0: it has none. */
export function portWidth(text: string, glyphs: Glyphs): number {
  const [port] = PORT.exec(text) ?? [];
  return port === undefined ? 0 : Math.min(text.length, glyphs.ellipsis.length + port.length);
}

/** As many whole characters as fit. */
function prefix(text: string, width: number): string {
  if (NARROW.test(text)) return text.slice(0, width);
  let [taken, columns] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    columns += stringWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}

/** Escapes, cuts and pads text to exactly `width` columns. */
export function fit(
  text: string,
  width: number,
  glyphs: Glyphs,
  align: 'left' | 'right' = 'left',
  cut = truncate,
): string {
  const short = cut(escaped(text, glyphs), width, glyphs);
  const padding = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + padding : padding + short;
}

/** Escapes text and breaks it into lines, between words where possible. */
export function wrap(text: string, width: number, glyphs: Glyphs): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of escaped(text, glyphs).split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (widthOf(longer) <= width) {
      current = longer;
      continue;
    }
    if (current !== '') lines.push(current);
    current = word;
    while (widthOf(current) > width) {
      const head = prefix(current, width);
      // A single character can be wider than the line.
      if (head === '') return [...lines, ''];
      lines.push(head);
      current = current.slice(head.length);
    }
  }
  return [...lines, current];
}

/** A duration in at most four characters: `45s`, `12m`, `3h`, `17d`, `2y`. */
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

/** `18:35:45` in the local time zone. */
export function timeOfDay(time: string | number): string {
  return localTime(time).slice(11, 19);
}

/** `18:35:45 CET`. */
export function clockText(time: number): string {
  return `${timeOfDay(time)} ${zoneOf(time)}`;
}

/** `2026-01-31 18:35:45 CET`. */
export function dateText(time: string | number): string {
  return `${localTime(time)} ${zoneOf(time)}`;
}

/** `2026-01-31 18:35:45`. */
function localTime(time: string | number): string {
  const at = new Date(time);
  const pad = (part: number): string => String(part).padStart(2, '0');
  const date = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':')}`;
}

const ZONE = new Intl.DateTimeFormat('en', { timeZoneName: 'short' });

function zoneOf(time: string | number): string {
  // `1/31/2026, CET`; formatToParts() takes four times as long.
  return ZONE.format(new Date(time)).split(', ')[1] ?? '';
}
