import { createHash } from 'node:crypto';
import { inputError } from '../base/input_error.js';
import { readInput } from '../base/read_file.js';
import { decodeSource } from '../base/text_source.js';
import { hostKey } from './endpoint.js';
import { type Markdown, readMarkdown } from './markdown.js';
import type { Page, Row } from './rows.js';
import { refuseHollow, sectionRows, sectionsOf } from './sections.js';
import type { Spec } from './spec.js';
import { refuseUnlisted } from './unlisted_endpoints.js';
import { refuseStrays } from './unparsed_rows.js';

/** Reads the page in `file`. Throws ERR_INPUT for a file that cannot be read and for a page that is not understood. */
export async function readPage(file: string): Promise<Omit<Spec, 'notes'>> {
  const bytes = await readInput(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { source: file, sha256, ...parsePage(file, bytes) };
}

/**
 * A page in the layout of "Services and ports": a title, headings that name roles, and tables. A page that was never
 * seen before is either understood in full or refused with `file:line: expected …, found …`; it is never read as a
 * shorter list. Throws ERR_INPUT.
 */
export function parsePage(file: string, bytes: Uint8Array): Page {
  const source = decodeSource(file, bytes);
  const markdown = readMarkdown(source);
  refuseStrays(source, markdown);
  const title = titleOf(file, markdown);
  const sections = sectionsOf(markdown);
  const rows = sections.flatMap((section) => sectionRows(file, section));
  refuseDuplicates(file, rows);
  refuseHollow(file, sections);
  if (rows.length === 0)
    throw inputError({ file, line: 1, expected: 'a table of services on the page', found: 'none' });
  refuseUnlisted(source, markdown, rows);
  return { title, rows };
}

function titleOf(file: string, { blocks }: Markdown): string {
  const title = blocks.find((block) => block.kind === 'heading' && block.level === 1);
  if (title?.kind === 'heading' && title.text !== '') return title.text;
  const found = title === undefined ? 'none' : 'one without words';
  throw inputError({ file, line: title?.line ?? 1, expected: 'a title, as in "# Services and ports"', found });
}

/** The same row twice says nothing new, so one of them was meant to be another. */
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
      const found = `the same as in line ${earlier}`;
      throw inputError({ file, line: row.line, expected: 'every row once', found });
    }
    lines.set(key, row.line);
  }
}
