import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';
import type { Markdown } from './markdown.js';

/** Syntax that is read as plain text here, and as something else by the vendor's tool chain. */
interface Syntax {
  readonly form: RegExp;
  readonly found: string;
  readonly kind: 'table' | 'include' | 'other';
}

const SYNTAX: readonly Syntax[] = [
  { form: /<\/?(?:table|thead|tbody|tr|td|th)\b/i, found: 'an HTML table', kind: 'table' },
  { form: /^\s*\.\.\s+[\w-]+::/, found: 'a reStructuredText directive', kind: 'table' },
  // {{product}} is the vendor's name for itself.
  {
    form: /\{%|\{!|\{\{(?!\s*product\s*\}\})|^\s*\{\{[^}]*\}\}\s*$|--8<--|<!--\s*#?include\b|^\s*[@#!]include\b|\[\[|<<[\w./-]+>>/i,
    found: 'a template, include or substitution',
    kind: 'include',
  },
  // Also its mark at the end of a cell.
  { form: /\[\^[^\]]*\]|[†‡¶¹²³⁰⁴-⁹]|\\\*\s*\||\|[^|*]*[^|*\s]\*\s*\|/u, found: 'a footnote', kind: 'other' },
  { form: /~~/, found: 'text that is struck out', kind: 'other' },
  { form: /<\/?(?!(?:a|br|img)\b)[a-z][\w-]*(?=[\s/>])/i, found: 'HTML', kind: 'other' },
];

/** Roles of MyST other than those that stand for a link or for the text itself. */
const ROLE =
  /\{(?!(?:ref|doc|term|numref|any|abbr|code|literal|kbd|command|file|guilabel|menuselection|sub|sup)\})[\w:.+-]+\}`/i;

/** Refuses a line of text with syntax that may hide a heading, a row or a condition. Throws ERR_INPUT. */
export function refuseOtherSyntax(file: string, line: number, text: string): void {
  if (ROLE.test(text)) throw unread(file, line, `a role of MyST: ${quoted(text)}`, 'other');
  const withoutCode = text.replace(/`[^`]*`/g, '` `');
  const syntax = SYNTAX.find(({ form }) => form.test(withoutCode));
  if (syntax !== undefined) throw unread(file, line, `${syntax.found}: ${quoted(text)}`, syntax.kind);
}

/** The same for the lines of tables, of which a comment would be read as a part. */
export function refuseOtherSyntaxInTables({ file, lines }: TextSource, { blocks }: Markdown): void {
  for (const { kind, line: first, end } of blocks) {
    if (kind !== 'table') continue;
    for (let line = first; line < end; line += 1) {
      const text = lines[line - 1] ?? '';
      if (text.includes('<!--')) throw unread(file, line, `a comment: ${quoted(text)}`, 'other');
      refuseOtherSyntax(file, line, text);
    }
  }
}

/** Directives that put the text of a file in their place. */
const INCLUDES: ReadonlySet<string> = new Set(['include', 'literalinclude', 'mdinclude']);

/** The error about a MyST directive that may contain rows. */
export function unreadDirective(file: string, line: number, name: string, text: string): Error {
  return unread(file, line, quoted(text), INCLUDES.has(name) ? 'include' : 'table');
}

/** The error about rows in another form than that of a table. */
export function unread(file: string, line: number, found: string, kind: Syntax['kind']): Error {
  switch (kind) {
    case 'table': {
      const hint = 'Rows are only read from Markdown tables: convert this to one, or remove it.';
      return inputError({ file, line, expected: 'plain Markdown tables', found, hint });
    }
    case 'include': {
      const hint =
        'Other files are not read: put the included text in its place, as on the page that is published, and remove this line.';
      return inputError({ file, line, expected: 'the whole text of the page', found, hint });
    }
    case 'other': {
      const hint = 'Write plain Markdown: headings with "#", conditions in descriptions of rows.';
      return inputError({ file, line, expected: 'plain Markdown', found, hint });
    }
  }
}
