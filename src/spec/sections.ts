import { inputError, quoted } from '../base/input_error.js';
import type { Block, Heading, Markdown, Table } from './markdown.js';
import { namesSomeNodes, type RoleMention, roleIn, roleInHeading } from './role.js';
import type { Role, Row } from './rows.js';
import { tableKind, tableRows } from './tables.js';

const ROLE_HEADING = 'a heading that names all nodes, control plane nodes or worker nodes';

/** The content between a heading and the next of any level. */
export interface Section {
  /** Its heading, preceded by those it is nested in; empty before the first heading. */
  readonly path: readonly Heading[];
  readonly blocks: readonly Block[];
}

/** Splits the page at its headings. */
export function sectionsOf({ blocks }: Markdown): Section[] {
  const sections: Section[] = [];
  let path: Heading[] = [];
  let content: Block[] = [];
  for (const block of blocks) {
    if (block.kind !== 'heading') {
      content.push(block);
      continue;
    }
    sections.push({ path, blocks: content });
    path = [...path.filter(({ level }) => level < block.level), block];
    content = [];
  }
  return [...sections, { path, blocks: content }];
}

/** The rows of a section's tables. Throws ERR_INPUT if it is unclear which nodes they apply to. */
export function sectionRows(file: string, { path, blocks }: Section): Row[] {
  return blocks.flatMap((block, at) => {
    if (block.kind !== 'table') return [];
    refuseAdjacentTables(file, block, blocks[at - 1]);
    return tableRows(file, block, tableRole(file, path, block));
  });
}

/** The heading between them may be lost. */
function refuseAdjacentTables(file: string, { line }: Table, above: Block | undefined): void {
  if (above?.kind !== 'table') return;
  const found = `a table directly below the one of line ${above.line}`;
  throw inputError({ file, line, expected: 'a heading or text between two tables', found });
}

/** The role that the headings of a section give; null if none does. */
export function roleOfPath(path: readonly Heading[]): RoleMention {
  return path.reduceRight<RoleMention>((role, heading) => role ?? roleOfHeading(heading), null);
}

/** A title such as "Ports of a node" is about the whole page, not about some nodes. */
export function roleOfHeading({ level, text }: Heading): RoleMention {
  const role = level === 1 ? roleIn(text) : roleInHeading(text);
  return role !== null && namesSomeNodes(text) ? 'unclear' : role;
}

/** From the nearest heading that names a role. Tables of sockets without one apply to all nodes. */
function tableRole(file: string, path: readonly Heading[], table: Table): Role | null {
  for (const heading of path.slice().reverse()) {
    const { text, line } = heading;
    const words = roleOfHeading(heading);
    if (words === 'unclear') throw inputError({ file, line, expected: ROLE_HEADING, found: quoted(text) });
    if (words !== null) return words === 'all' ? null : words;
  }
  if (tableKind(file, table) === 'unix') return null;
  const headings = path.map(({ text }) => quoted(text)).join(' > ');
  throw inputError({ file, line: table.line, expected: `${ROLE_HEADING} above this table`, found: headings || 'none' });
}

/**
 * Refuses headings about a role or sockets without a table, and headings without any content, as on a truncated page or
 * where a table lost its syntax. Throws ERR_INPUT.
 */
export function refuseEmptySections(file: string, sections: readonly Section[]): void {
  for (const [at, { path }] of sections.entries()) {
    const heading = path.at(-1);
    if (heading === undefined) continue;
    const within = sectionsUnder(sections, at, heading);
    const blocks = within.flatMap((section) => section.blocks);
    const missing =
      missingContent(file, heading, blocks) ?? (blocks.length === 0 && within.length === 1 ? 'text' : null);
    if (missing === null) continue;
    throw inputError({ file, line: heading.line, expected: `${missing} below this heading`, found: 'none' });
  }
}

/** The section at `from`, which has the heading, and those nested in it. */
function sectionsUnder(sections: readonly Section[], from: number, heading: Heading): Section[] {
  let end = from;
  while (sections[end]?.path.includes(heading)) end += 1;
  return sections.slice(from, end);
}

function missingContent(file: string, { text }: Heading, blocks: readonly Block[]): string | null {
  const tables = blocks.filter((block) => block.kind === 'table');
  if (roleIn(text) !== null && tables.length === 0) return 'a table';
  const isAboutSockets = /\bsockets?\b/i.test(text);
  return isAboutSockets && !tables.some((table) => tableKind(file, table) === 'unix') ? 'a table of sockets' : null;
}
