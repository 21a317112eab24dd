import stringWidth from 'string-width';
import type { Colour, Run, Style } from '../tui/sgr.js';

const CELL = { width: 8.4, height: 18 };
const BASELINE = 13;
const PADDING = 14;
const FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";

interface Paper {
  readonly foreground: string;
  readonly background: string;
}

const PAPERS: Readonly<Record<'dark' | 'light', Paper>> = {
  dark: { foreground: '#c9d1d9', background: '#0d1117' },
  light: { foreground: '#1f2328', background: '#ffffff' },
};

/** The sixteen colours that terminals define. All but black have a contrast of at least 4.5 with the dark background. */
const SIXTEEN = [
  ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#8b949e', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
];

/** Renders a screen as an SVG image whose text can be selected and searched. `title` is the text alternative. */
export function toSvg(
  lines: readonly (readonly Run[])[],
  columns: number,
  title: string,
  paper: keyof typeof PAPERS = 'dark',
): string {
  const width = round(columns * CELL.width + 2 * PADDING);
  const height = round(lines.length * CELL.height + 2 * PADDING);
  const name = escaped(title);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${name}">`,
    `<title>${name}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${PAPERS[paper].background}"/>`,
    `<g font-family="${FONT}" font-size="14" xml:space="preserve">`,
    ...lines.flatMap((runs, row) => runs.flatMap((run) => drawn(run, row, PAPERS[paper]))),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

function drawn({ text, style, column, width }: Run, row: number, paper: Paper): string[] {
  const { foreground, background } = coloursOf(style, paper);
  const x = round(PADDING + column * CELL.width);
  const top = PADDING + row * CELL.height;
  const length = round(width * CELL.width);
  const parts: string[] = [];
  if (background !== null) {
    parts.push(`<rect x="${x}" y="${top}" width="${length}" height="${CELL.height}" fill="${background}"/>`);
  }
  // With position and length, text stays in its columns in any font. Words far apart are positioned separately, because not
  // every program supports textLength.
  for (const word of text.matchAll(/\S+(?: \S+)*/g)) {
    const left = round(PADDING + (column + stringWidth(text.slice(0, word.index))) * CELL.width);
    const place = `x="${left}" y="${top + BASELINE}" textLength="${round(stringWidth(word[0]) * CELL.width)}"`;
    const fit = 'lengthAdjust="spacingAndGlyphs"';
    parts.push(`<text ${place} ${fit} fill="${foreground}"${attributes(style)}>${escaped(word[0])}</text>`);
  }
  return parts;
}

function coloursOf(style: Style, paper: Paper): { foreground: string; background: string | null } {
  const foreground = style.foreground === null ? paper.foreground : css(style.foreground);
  const background = style.background === null ? null : css(style.background);
  return style.inverse
    ? { foreground: background ?? paper.background, background: foreground }
    : { foreground, background };
}

function attributes({ bold, dim, italic, underline }: Style): string {
  return [
    bold ? ' font-weight="bold"' : '',
    dim ? ' opacity="0.65"' : '',
    italic ? ' font-style="italic"' : '',
    underline ? ' text-decoration="underline"' : '',
  ].join('');
}

/** xterm's palette: sixteen colours, a cube of 6×6×6, and 24 greys (xterm, 256colres.pl). */
function css(colour: Colour): string {
  if (typeof colour !== 'number') return hex(colour);
  const [named] = SIXTEEN.slice(colour, colour + 1);
  if (named !== undefined) return named;
  if (colour >= 232) return hex([0, 0, 0].map(() => 8 + 10 * (colour - 232)));
  const level = (digit: number): number => (digit === 0 ? 0 : 55 + 40 * digit);
  const cube = colour - 16;
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level));
}

function hex(levels: readonly number[]): string {
  return `#${levels.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Rounds to a tenth of a pixel, which keeps the files of an unchanged screen the same. */
function round(number: number): number {
  return Math.round(number * 10) / 10;
}
