import { createHash } from 'node:crypto';
import { inputError } from '../base/input_error.js';
import { readInput } from '../base/read_file.js';
import { decodeSource } from '../base/text_source.js';
import { hostKey } from './endpoint.js';
import { type Markdown, readMarkdown } from './markdown.js';
import { refuseOtherSyntaxInTables } from './other_syntax.js';
import { refuseDecisiveProse } from './prose.js';
import type { Page, Row } from './rows.js';
import { refuseEmptySections, sectionRows, sectionsOf } from './sections.js';
import type { Spec } from './spec.js';
import { refuseUnlistedEndpoints } from './unlisted_endpoints.js';
import { refuseUnparsedRows } from './unparsed_rows.js';

/** Reads a page. Throws ERR_INPUT if it cannot be read or parsed. */
export async function readPage(file: string): Promise<Page & Pick<Spec, 'source' | 'sha256'>> {
  const bytes = await readInput(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { source: file, sha256, ...parsePage(file, bytes) };
}

/**
 * Parses a page in the layout of "Services and ports": a title, headings that name roles, and tables. A page is either
 * understood completely or refused with `file:line: expected …, found …`; rows are never silently ignored. Throws ERR_INPUT.
 */
export function parsePage(file: string, bytes: Uint8Array): Page {
  const source = decodeSource(file, bytes);
  if (!source.lines.some(isTableLine)) {
    throw source.lines.some((line) => line.startsWith('# ')) ? noTable(file) : noTitle(file);
  }
  const markdown = readMarkdown(source);
  refuseUnparsedRows(source, markdown);
  const title = titleOf(file, markdown);
  const sections = sectionsOf(markdown);
  const rows = sections.flatMap((section) => sectionRows(file, section));
  refuseDuplicates(file, rows);
  refuseEmptySections(file, sections);
  if (rows.length === 0) throw noTable(file);
  refuseOtherSyntaxInTables(source, markdown);
  refuseDecisiveProse(source, markdown, sections);
  refuseUnlistedEndpoints(source, markdown, rows);
  return { title, rows };
}

function noTable(file: string): Error {
  return inputError({ file, line: 1, expected: 'a table of services on the page', found: 'none' });
}

/**
 * Other errors quote the page. A file without such a line is no page, and may be one that only the user who runs the program can
 * read.
 */
function isTableLine(line: string): boolean {
  const text = line.trim();
  return /^\|.*\|$/.test(text) || (text.includes('|') && /^[\s|:-]*-[\s|:-]*$/.test(text));
}

function titleOf(file: string, { blocks }: Markdown): string {
  const title = blocks.find((block) => block.kind === 'heading' && block.level === 1);
  if (title?.kind === 'heading' && title.text !== '') return title.text;
  throw title === undefined ? noTitle(file) : noTitle(file, title.line, 'an empty one');
}

function noTitle(file: string, line = 1, found = 'none'): Error {
  return inputError({ file, line, expected: 'a title, as in "# Services and ports"', found });
}

/** A duplicate row is probably a mistake for another row. */
function refuseDuplicates(file: string, rows: readonly Row[]): void {
  const lines = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify(
      row.kind === 'unix'
        ? [row.role, row.service, row.path]
        : [row.role, row.service, hostKey(row.host), row.port, row.protocol],
    );
    const earlier = lines.get(key);
    if (earlier !== undefined) {
      const found = `the row of line ${earlier} again`;
      throw inputError({ file, line: row.line, expected: 'every row once', found });
    }
    lines.set(key, row.line);
  }
}
