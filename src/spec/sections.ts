import { inputError, quoted } from '../base/input_error.js';
import type { Block, Heading, Markdown, Table } from './markdown.js';
import { headingRole, roleWords } from './role.js';
import type { Role, Row } from './rows.js';
import { tableKind, tableRows } from './tables.js';

const ROLE_HEADING = 'a heading that names all nodes, control plane nodes or worker nodes';

/** What stands between one heading and the next of any level. */
export interface Section {
  /** Its heading, the last, and those it is nested in; empty for what comes before the first heading. */
  readonly path: readonly Heading[];
  /** Without the heading itself. */
  readonly blocks: readonly Block[];
}

/** The page cut at its headings, in order. */
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

/** The rows of a section's own tables. Throws ERR_INPUT where it is not beyond doubt to which nodes they apply. */
export function sectionRows(file: string, { path, blocks }: Section): Row[] {
  return blocks.flatMap((block, at) => {
    if (block.kind !== 'table') return [];
    const role = tableRole(file, path, block);
    refuseDoubt(file, block, role, blocks[at - 1]);
    return tableRows(file, block, role);
  });
}

/** The block above a table can put its role in doubt: a heading was lost, or became bold text. */
function refuseDoubt(file: string, { line }: Table, role: Role | null, above: Block | undefined): void {
  if (above?.kind === 'table') {
    const found = `a second table directly below that of line ${above.line}`;
    throw inputError({ file, line, expected: 'a heading or text between two tables', found });
  }
  if (above?.kind !== 'prose') return;
  const words = roleWords(above.text);
  if (words === null || words === (role ?? 'all')) return;
  // A sentence may say much about roles ("not reachable from workers"); what stands there like a heading is one.
  if (words === 'unclear' && /[.!?]$/.test(above.text)) return;
  const expected = `${ROLE_HEADING} above this table, as its heading and the text before it disagree`;
  throw inputError({ file, line: above.line, expected, found: quoted(above.text) });
}

/** From the nearest heading that names a role. A table of sockets may do without one, it then applies everywhere. */
function tableRole(file: string, path: readonly Heading[], table: Table): Role | null {
  for (const { level, text, line } of path.slice().reverse()) {
    // The title is about the whole page: "Ports of a node" leaves nothing unclear.
    const words = level === 1 ? roleWords(text) : headingRole(text);
    if (words === 'unclear') throw inputError({ file, line, expected: ROLE_HEADING, found: quoted(text) });
    if (words !== null) return words === 'all' ? null : words;
  }
  if (tableKind(file, table) === 'unix') return null;
  const headings = path.map(({ text }) => quoted(text)).join(' > ');
  throw inputError({ file, line: table.line, expected: `${ROLE_HEADING} above this table`, found: headings || 'none' });
}

/**
 * Refuses a heading that promises what does not follow: a role or a socket without a table, or nothing at all below it.
 * This is what a page looks like that was cut short, or whose table became something else. Throws ERR_INPUT.
 */
export function refuseHollow(file: string, sections: readonly Section[]): void {
  for (const [at, { path }] of sections.entries()) {
    const heading = path.at(-1);
    if (heading === undefined) continue;
    const within = sectionsUnder(sections, at, heading);
    const blocks = within.flatMap((section) => section.blocks);
    const missing = missingBelow(file, heading, blocks) ?? (blocks.length === 0 && within.length === 1 ? 'text' : null);
    if (missing === null) continue;
    throw inputError({ file, line: heading.line, expected: `${missing} below this heading`, found: 'none' });
  }
}

/** The section of a heading, which is at `from`, with those nested in it. */
function sectionsUnder(sections: readonly Section[], from: number, heading: Heading): Section[] {
  let end = from;
  while (sections[end]?.path.includes(heading)) end += 1;
  return sections.slice(from, end);
}

function missingBelow(file: string, { text }: Heading, blocks: readonly Block[]): string | null {
  const tables = blocks.filter((block) => block.kind === 'table');
  if (roleWords(text) !== null && tables.length === 0) return 'a table';
  const speaksOfSockets = /\bsockets?\b/i.test(text);
  return speaksOfSockets && !tables.some((table) => tableKind(file, table) === 'unix') ? 'a table of sockets' : null;
}
