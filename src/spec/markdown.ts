import MarkdownIt, { type Token } from 'markdown-it';
import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';

/** Lines of the file, counted from 1: the first, and the one behind the last. */
interface Span {
  readonly line: number;
  readonly end: number;
}

export interface Heading extends Span {
  readonly kind: 'heading';
  readonly level: number;
  readonly text: string;
}

export interface TableRow {
  readonly line: number;
  /** Plain text, as many cells as the header has. */
  readonly cells: readonly string[];
}

export interface Table extends Span {
  readonly kind: 'table';
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Code between fences, with the words behind the opening one. */
export interface Fence extends Span {
  readonly kind: 'fence';
  readonly info: string;
}

/** Everything else: paragraphs, lists, quotes, HTML, indented code, rules. */
export interface Prose extends Span {
  readonly kind: 'prose';
  /** Plain text of a paragraph, '' for anything else. */
  readonly text: string;
}

export type Block = Heading | Table | Fence | Prose;

export interface Markdown {
  /** The blocks of the top level, in the order of the page. */
  readonly blocks: readonly Block[];
  /** All fenced code, however deeply nested. */
  readonly fences: readonly Fence[];
}

/**
 * CommonMark with GFM tables, which is what the vendor's own tool chain reads. HTML is recognised (and never rendered
 * here), so that what stands in a comment is not taken for a part of the page.
 */
const parser = new MarkdownIt('commonmark').enable('table');

/**
 * Reads a page into blocks. GFM pads a row that is too short and drops cells that are too many; here both are errors,
 * and so is a table or heading inside a list or quote, where it would not be read. Throws ERR_INPUT.
 */
export function readMarkdown(source: TextSource): Markdown {
  const tokens = parser.parse(withoutFrontMatter(source), {});
  const blocks: Block[] = [];
  const fences: Fence[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.map === null || token.type === 'inline') continue;
    const span = { line: token.map[0] + 1, end: token.map[1] + 1 };
    const fence: Fence | null = token.type === 'fence' ? { kind: 'fence', ...span, info: token.info.trim() } : null;
    if (fence !== null) fences.push(fence);
    if (token.level > 0) {
      if (token.type === 'table_open' || token.type === 'heading_open') throw nested(source, token.type, span.line);
    } else if (token.type === 'heading_open') {
      blocks.push({ kind: 'heading', ...span, level: Number(token.tag.slice(1)), text: inlineText(tokens[at + 1]) });
    } else if (token.type === 'table_open') {
      blocks.push(readTable(source, tokens, at, span));
    } else {
      const text = token.type === 'paragraph_open' ? inlineText(tokens[at + 1]) : '';
      blocks.push(fence ?? { kind: 'prose', ...span, text });
    }
  }
  return { blocks, fences };
}

function nested({ file }: TextSource, type: 'table_open' | 'heading_open', line: number): Error {
  const thing = type === 'table_open' ? 'table' : 'heading';
  return inputError({ file, line, expected: `every ${thing} at the left margin`, found: 'one inside a list or quote' });
}

/** The text with YAML front matter blanked, so that every line keeps its number. */
function withoutFrontMatter(source: TextSource): string {
  const end = frontMatterEnd(source);
  return end === 0 ? source.text : source.lines.map((line, at) => (at < end ? '' : line)).join('\n');
}

/** How many lines the YAML front matter takes, 0 if there is none. */
export function frontMatterEnd({ file, lines }: TextSource): number {
  if (lines[0]?.trimEnd() !== '---') return 0;
  const last = lines.findIndex((line, at) => at > 0 && /^(?:---|\.\.\.)\s*$/.test(line));
  if (last !== -1) return last + 1;
  const expected = 'a line "---" that ends the front matter begun here';
  throw inputError({ file, line: 1, expected, found: 'the end of the file' });
}

/** The table whose opening token is at `start`. */
function readTable(source: TextSource, tokens: readonly Token[], start: number, span: Span): Table {
  const rows: TableRow[] = [];
  let cells: string[] = [];
  for (let at = start; tokens[at]?.type !== 'table_close' && at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.type === 'tr_open') {
      cells = [];
      rows.push({ line: (token.map?.[0] ?? 0) + 1, cells });
    }
    if (token?.type === 'th_open' || token?.type === 'td_open') cells.push(inlineText(tokens[at + 1]));
  }
  const [header = { line: span.line, cells: [] }, ...body] = rows;
  for (const row of body) refuseMisshapen(source, header, row.line);
  return { kind: 'table', ...span, header: header.cells, rows: body };
}

/** GFM pads or cuts a row to the header's width, and takes one that lacks its last pipe; a page that was cut ends so. */
function refuseMisshapen({ file, lines }: TextSource, header: TableRow, line: number): void {
  const text = lines[line - 1] ?? '';
  const count = splitCells(text).length;
  if (count !== header.cells.length) {
    const expected = `${header.cells.length} cells as in the header of the table`;
    const hint =
      'A "|" that belongs to a cell is written "\\|". A line of text below a table needs a blank line before it.';
    throw inputError({ file, line, expected, found: `${count} in ${quoted(text)}`, hint });
  }
  const outer = outerPipes(lines[header.line - 1] ?? '');
  if (outerPipes(text) === outer) return;
  throw inputError({ file, line, expected: `a row with ${outer} as in the header`, found: quoted(text) });
}

function outerPipes(line: string): string {
  const text = line.trim();
  const [first, last] = [text.startsWith('|'), /(?<!\\)\|$/.test(text)];
  if (first && last) return 'a "|" at both ends';
  return first || last ? `a "|" at the ${first ? 'start' : 'end'} only` : 'no "|" at its ends';
}

/** The cells of a line as GFM splits it: the outer pipes are optional, an escaped pipe is text. */
export function splitCells(line: string): string[] {
  const cells = line.trim().split(/(?<!\\)\|/);
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells.map((cell) => cell.trim());
}

/** What a reader sees of inline Markdown, as plain text on one line: links, code and emphasis without their marks. */
function inlineText(token: Token | undefined): string {
  const parts = (token?.children ?? []).map((child) => {
    if (child.type === 'softbreak' || child.type === 'hardbreak') return ' ';
    return child.content;
  });
  return parts.join('').replace(/\s+/g, ' ').trim();
}
