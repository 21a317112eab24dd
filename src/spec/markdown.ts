import MarkdownIt, { type Token } from 'markdown-it';
import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';

/** Line numbers, from 1; `end` is exclusive. */
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
  /** Plain text; as many as header cells. */
  readonly cells: readonly string[];
}

export interface Table extends Span {
  readonly kind: 'table';
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface Fence extends Span {
  readonly kind: 'fence';
  readonly info: string;
}

/** A paragraph, wherever it is nested. */
export interface Paragraph {
  readonly line: number;
  /** As written, on several lines. */
  readonly written: string;
  /** Plain text. */
  readonly text: string;
  /** Begins with bold or italic text, as a heading that lost its syntax may. */
  readonly startsEmphasised: boolean;
}

/** Any other block: paragraphs, lists, quotes, HTML, indented code, rules. */
export interface Prose extends Span {
  readonly kind: 'prose';
  /** A list or quote. */
  readonly isNested: boolean;
  readonly paragraphs: readonly Paragraph[];
}

export type Block = Heading | Table | Fence | Prose;

export interface Markdown {
  /** Top-level blocks in order. */
  readonly blocks: readonly Block[];
  /** All fenced code, nested or not. */
  readonly fences: readonly Fence[];
}

/** CommonMark with GFM tables, as in the vendor's tool chain. HTML is parsed so that comments are not taken for content. */
const parser = new MarkdownIt('commonmark').enable('table');

/** In characters. The time that inline Markdown takes can grow with the square of its length. */
const MAX_PARAGRAPH = 16 * 1024;

/** Between the parsing of blocks and of what is in them. */
parser.core.ruler.before('inline', 'bounds', ({ tokens, env }) => {
  const long = tokens.find(({ type, content }) => type === 'inline' && content.length > MAX_PARAGRAPH);
  if (long === undefined) return;
  const line = (long.map?.[0] ?? 0) + 1;
  throw inputError({
    file: env.file,
    line,
    expected: `at most ${MAX_PARAGRAPH} characters in a paragraph`,
    found: 'more',
  });
});

/**
 * Parses a page. GFM pads short rows and drops excess cells; here both are errors, as are tables and headings inside lists
 * or quotes, which would be ignored. Throws ERR_INPUT.
 */
export function readMarkdown(source: TextSource): Markdown {
  const tokens = parser.parse(withoutFrontMatter(source), { file: source.file });
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
      const isNested = /^(?:bullet_list|ordered_list|blockquote)_open$/.test(token.type);
      if (fence !== null) blocks.push(fence);
      else blocks.push({ kind: 'prose', ...span, isNested, paragraphs: paragraphsFrom(tokens, at) });
    }
  }
  return { blocks, fences };
}

/** The paragraphs of the block that opens at `start`. */
function paragraphsFrom(tokens: readonly Token[], start: number): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined || (at > start && token.level === 0 && token.nesting >= 0)) break;
    if (token.type === 'inline') paragraphs.push(paragraphOf(token, 0));
  }
  return paragraphs;
}

/** Of an inline token in a text whose first line is `offset + 1`. */
function paragraphOf(token: Token, offset: number): Paragraph {
  const first = token.children?.find(({ type, content }) => type !== 'text' || content !== '');
  return {
    line: offset + (token.map?.[0] ?? 0) + 1,
    written: token.content,
    text: inlineText(token),
    startsEmphasised: first?.type === 'strong_open' || first?.type === 'em_open',
  };
}

/** The paragraphs of Markdown within a page, such as the content of a note, whose first line is `offset + 1`. */
export function paragraphsIn({ file }: TextSource, text: string, offset: number): Paragraph[] {
  const tokens = parser.parse(text, { file });
  return tokens.filter(({ type }) => type === 'inline').map((token) => paragraphOf(token, offset));
}

function nested({ file }: TextSource, type: 'table_open' | 'heading_open', line: number): Error {
  const thing = type === 'table_open' ? 'table' : 'heading';
  return inputError({ file, line, expected: `every ${thing} at the left margin`, found: 'one inside a list or quote' });
}

/** Blanks the YAML front matter, so that line numbers stay the same. */
function withoutFrontMatter(source: TextSource): string {
  const end = frontMatterEnd(source);
  return end === 0 ? source.text : source.lines.map((line, at) => (at < end ? '' : line)).join('\n');
}

/** Number of lines of YAML front matter; 0 if there is none. */
export function frontMatterEnd({ file, lines }: TextSource): number {
  if (lines[0]?.trimEnd() !== '---') return 0;
  const last = lines.findIndex((line, at) => at > 0 && /^(?:---|\.\.\.)\s*$/.test(line));
  if (last !== -1) return last + 1;
  const expected = 'a line "---" that ends the front matter';
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
  for (const row of body) refuseMalformedRow(source, header, row.line);
  return { kind: 'table', ...span, header: header.cells, rows: body };
}

/** GFM accepts rows of any width and without the last pipe, as at the end of a truncated page. */
function refuseMalformedRow({ file, lines }: TextSource, header: TableRow, line: number): void {
  const text = lines[line - 1] ?? '';
  const count = splitCells(text).length;
  if (count !== header.cells.length) {
    const expected = `${header.cells.length} cells, as in the header`;
    const hint = 'Write "|" within a cell as "\\|". Separate text below a table with a blank line.';
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

/** Splits a row as GFM does: outer pipes are optional, escaped pipes are text. */
export function splitCells(line: string): string[] {
  const cells = line.trim().split(/(?<!\\)\|/);
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells.map((cell) => cell.trim());
}

/** Inline Markdown as plain text on one line. */
function inlineText(token: Token | undefined): string {
  const parts = (token?.children ?? []).map((child) => {
    if (child.type === 'softbreak' || child.type === 'hardbreak') return ' ';
    return child.content;
  });
  return parts.join('').replace(/\s+/g, ' ').trim();
}
