import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';
import { parseEndpoint, parseSocketPath, parseTransports } from './endpoint.js';
import { type Markdown, splitCells } from './markdown.js';
import { directiveName, nonTableLines, type TextLine } from './non_table_text.js';
import { refuseOtherSyntax, unread, unreadDirective } from './other_syntax.js';

/*
 * Pages are edited by hand for every release, and a blank line in the wrong place turns half of a table into a paragraph.
 * Every line outside of the parsed tables is checked here, so that such a page is refused instead of losing rows.
 */

/** MyST directives that contain ordinary text. Others may contain rows. */
const PLAIN_DIRECTIVES: ReadonlySet<string> = new Set(
  (
    'note tip hint important warning caution attention danger error seealso admonition ' +
    'contents toctree image figure code code-block'
  ).split(' '),
);

/** Refuses lines outside of tables that look like a row or may contain rows. Throws ERR_INPUT for the first. */
export function refuseUnparsedRows(source: TextSource, markdown: Markdown): void {
  const directives = new Map(markdown.fences.map(({ line, info }) => [line, directiveName(info)]));
  for (const line of nonTableLines(source, markdown)) {
    refuseRow(source.file, line);
    refuseDirective(source.file, line.number, directives.get(line.number) ?? null, line.text);
    if (line.kind === 'text' || line.kind === 'heading') refuseOtherSyntax(source.file, line.number, line.text);
    if (line.kind === 'text') refuseUnreadHeading(source.file, line);
  }
  refuseColonDirectives(source, markdown);
}

function refuseRow(file: string, { number: line, text, kind }: TextLine): void {
  if (!looksLikeRow(text, kind === 'code' || kind === 'front matter')) return;
  const hint =
    'A table is a header, a line | --- | --- | with as many cells, and rows, without blank lines in between.';
  throw inputError({
    file,
    line,
    expected: 'text, since this is not in a table',
    found: `a row: ${quoted(text)}`,
    hint,
  });
}

function refuseDirective(file: string, line: number, name: string | null, text: string): void {
  if (name !== null && !PLAIN_DIRECTIVES.has(name)) throw unreadDirective(file, line, name, text);
}

/** `###Services` and an indented `### Services` are not headings; rows below would belong to the previous heading. */
function refuseUnreadHeading(file: string, { number: line, text }: TextLine): void {
  if (!/^[\s>]*(?:[-*+]\s+|\d+[.)]\s+|<!--\s*|%\s*)*#{1,6}\s*\p{L}/u.test(text)) return;
  const expected = 'a heading at the left margin, with a space after "#"';
  throw inputError({ file, line, expected, found: quoted(text) });
}

/** CommonMark ignores colon-fenced directives and parses their content as part of the page. */
function refuseColonDirectives(source: TextSource, markdown: Markdown): void {
  const tables = new Set(markdown.blocks.filter(({ kind }) => kind === 'table').map(({ line }) => line));
  const texts = new Map(
    nonTableLines(source, markdown)
      .filter(({ kind }) => kind === 'text')
      .map((l) => [l.number, l.text]),
  );
  let open: string | null = null;
  for (const [at] of source.lines.entries()) {
    const line = at + 1;
    if (tables.has(line) && open !== null) throw unread(source.file, line, `a table inside ${quoted(open)}`, 'table');
    const text = texts.get(line) ?? '';
    const [, info] = /^\s*:::+\s*(.*)$/.exec(text) ?? [];
    if (info === undefined) continue;
    refuseDirective(source.file, line, info === '' ? null : (directiveName(info) ?? info), text);
    open = info === '' ? null : text.trim();
  }
}

function looksLikeRow(line: string, code: boolean): boolean {
  const text = line.replace(/^[\s>]*(?:[-*+]\s+|\d+[.)]\s+|<!--\s*|%\s*)*/, '').trim();
  if (!text.includes('|')) return false;
  const cells = splitCells(text);
  if (/^[\s|:-]+$/.test(text) && text.includes('-')) return true;
  if (cells.length >= 2 && cells.some(isValue)) return true;
  if (code) return text.startsWith('|') && text.endsWith('|') && text.length > 1;
  return text.startsWith('|') || text.endsWith('|') || splitCells(text.replace(/`[^`]*`/g, 'code')).length >= 3;
}

/** A cell that only occurs in rows: an endpoint, a socket or a protocol, emphasised or not. */
function isValue(cell: string): boolean {
  const bare = cell.replace(/[`\\]/g, '').replace(/^[*_]+(?=[\w[])|(?<=\w)[*_]+$/g, '');
  if (parseEndpoint(bare) !== null || parseTransports(bare) !== null) return true;
  return /^unix:/i.test(bare) && parseSocketPath(bare) !== null;
}
