import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';
import { isConditional } from './condition.js';
import { type Block, type Fence, type Heading, type Markdown, type Paragraph, paragraphsIn } from './markdown.js';
import { directiveName } from './non_table_text.js';
import { roleIn, roleInHeading } from './role.js';
import { roleOfHeading, roleOfPath, type Section } from './sections.js';

/*
 * What stands outside of tables may only explain. Text that decides to which nodes rows apply, or when, is a heading that lost its
 * syntax, or a condition that no row has, so that it would be ignored.
 */

/**
 * Refuses text with roles other than those of the headings above it or with conditions, and whatever may be a heading between a
 * heading and its table. Throws ERR_INPUT for the first.
 */
export function refuseDecisiveProse(source: TextSource, markdown: Markdown, sections: readonly Section[]): void {
  const { file } = source;
  const byBlock = paragraphsByBlock(source, markdown);
  let above: Paragraph[] = [];
  for (const { path, blocks } of sections) {
    const heading = path.at(-1);
    if (heading !== undefined) refuseConditionalHeading(file, heading);
    const role = roleOfPath(path);
    // What stands below the heading that gives the role, at whatever level, may be meant for the tables below.
    if (role === null || (heading !== undefined && roleOfHeading(heading) !== null)) above = [];
    for (const block of blocks) {
      if (block.kind === 'table') {
        for (const paragraph of above) refuseHeadingLike(file, paragraph, role ?? 'all');
        above = [];
        continue;
      }
      const paragraphs = byBlock.get(block) ?? [];
      for (const paragraph of paragraphs) refuseDecisive(file, paragraph, role ?? 'all');
      above.push(...paragraphs);
    }
  }
}

function refuseConditionalHeading(file: string, { text, line, level }: Heading): void {
  // "Control plane nodes only" is a role, and a title may name a release.
  const words = roleIn(text) === null ? text : text.replace(/\bonly\b/gi, '');
  if (!isConditional(level === 1 ? withoutReleases(words) : words)) return;
  throw inputError({ file, line, expected: 'conditions in descriptions of rows', found: `a heading ${quoted(text)}` });
}

function refuseDecisive(file: string, { line, text }: Paragraph, role: string): void {
  const mentioned = roleIn(text);
  if (mentioned !== null && mentioned !== role) {
    const hint = 'Make it a heading, such as "### Services on worker nodes", or rephrase it.';
    throw inputError({ file, line, expected: 'roles in headings, beginning with "#"', found: quoted(text), hint });
  }
  if (!isConditional(withoutReleases(text))) return;
  const hint = 'Put the condition into the description of each row that it is about, or rephrase the text.';
  throw inputError({ file, line, expected: 'conditions in descriptions of rows', found: quoted(text), hint });
}

/** Text may say which releases a page is about. */
function withoutReleases(text: string): string {
  return text.replace(/\b1\.\d\d\b/g, '');
}

/** Full sentences explain; anything else may be the heading of the table below. */
function refuseHeadingLike(file: string, { line, text, startsEmphasised }: Paragraph, role: string): void {
  const mentioned = roleInHeading(text);
  const isSentence = /[.!?:]["'”’)\]]*$/.test(text) && !startsEmphasised;
  if (isSentence && (mentioned === null || mentioned === role)) return;
  const expected = 'headings that begin with "#", and full sentences, above a table';
  throw inputError({ file, line, expected, found: quoted(text) });
}

/** The paragraphs of each block, those of notes in it included, without the syntax of MyST around them. */
function paragraphsByBlock(source: TextSource, { blocks, fences }: Markdown): Map<Block, Paragraph[]> {
  let next = 0;
  return new Map(
    blocks.map((block) => {
      const first = next;
      while ((fences[next]?.line ?? Number.POSITIVE_INFINITY) < block.end) next += 1;
      const notes = fences.slice(first, next).filter(({ info }) => directiveName(info) !== null && !isCode(info));
      const own = block.kind === 'prose' ? block.paragraphs.flatMap(plainParagraphs) : [];
      return [block, [...own, ...notes.flatMap((note) => contentOf(source, note))]];
    }),
  );
}

function isCode(info: string): boolean {
  return /^code(?:-block)?$/.test(directiveName(info) ?? '');
}

function contentOf(source: TextSource, { line, end, info }: Fence): Paragraph[] {
  const title = info.replace(/^\{[^}]*\}\s*/, '');
  const content = source.lines.slice(line, end - 2).map((text) => text.replace(/^[\s>]+/, ''));
  const paragraphs = paragraphsIn(source, content.join('\n'), line);
  return [...titleOf(line, title), ...paragraphs.flatMap(plainParagraphs)];
}

/** A title of a note, which ends without a full stop. */
function titleOf(line: number, text: string): Paragraph[] {
  return text === '' ? [] : [{ line, written: text, text, startsEmphasised: false }];
}

/** A paragraph without the lines around a note and without targets of links. */
function plainParagraphs(paragraph: Paragraph): Paragraph[] {
  const lines = paragraph.written.split('\n');
  if (!lines.some((line) => SYNTAX.test(line))) return [paragraph];
  const titles = lines.flatMap((line, at) => titleOf(paragraph.line + at, NOTE.exec(line)?.[1] ?? ''));
  const text = lines
    .filter((line) => !SYNTAX.test(line))
    .join(' ')
    .trim();
  return [...titles, ...(text === '' ? [] : [{ ...paragraph, text }])];
}

/** A line `:::{note}` or `:::`, or the target `(services)=`. */
const SYNTAX = /^\s*(?::{3,}.*|\([\w.-]+\)=\s*)$/;
const NOTE = /^\s*:{3,}\s*\{[\w-]+\}\s*(.*)$/;
