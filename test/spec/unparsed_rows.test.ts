import t from 'tap';
import { failure, fixtureText, parseText } from './helpers.js';

const GOOD = fixtureText('pages/plain.md').split('\n');

/** The plain page with `lines` in the place of those from `first` to `last`, counted from 1. */
function withLines(first: number, last: number, lines: readonly string[]): string {
  return [...GOOD.slice(0, first - 1), ...lines, ...GOOD.slice(last)].join('\n');
}

/** The plain page with lines put between its first paragraph and its first heading; the first of them is line 5. */
function withText(...lines: string[]): string {
  return withLines(5, 4, [...lines, '']);
}

const NO_TABLE = 'expected text, since this is not in a table, found a row:';

t.test('rows outside of tables', (t) => {
  const header = GOOD[8] ?? '';
  const cases: [string, string][] = [
    // The delimiter row is missing, has a cell too few, or is something else.
    [withLines(10, 10, []), `p.md:9: ${NO_TABLE} "| Interface & Port | Protocol | Service | Description |"`],
    [
      withLines(10, 10, ['| --- | --- | --- |']),
      `p.md:9: ${NO_TABLE} "| Interface & Port | Protocol | Service | Description |"`,
    ],
    [
      withLines(10, 10, ['| -x- | --- | --- | --- |']),
      `p.md:9: ${NO_TABLE} "| Interface & Port | Protocol | Service | Description |"`,
    ],
    // The header is missing, or parted from the rest.
    [withLines(9, 9, []), `p.md:9: ${NO_TABLE} "| ---------------- | -------- | -------------- | -----------…"`],
    [withLines(9, 9, [header, '']), `p.md:9: ${NO_TABLE} "| Interface & Port | Protocol | Service | Description |"`],
    // A blank line, a rule or a comment between two rows.
    [withLines(12, 12, ['', '| *:1 | TCP | a | b |']), `p.md:13: ${NO_TABLE} "| *:1 | TCP | a | b |"`],
    [withLines(12, 12, ['', '*:1 | TCP | a | b']), `p.md:13: ${NO_TABLE} "*:1 | TCP | a | b"`],
    [withLines(12, 12, ['', '\\*:1 | x | a']), `p.md:13: ${NO_TABLE} "\\*:1 | x | a"`],
    [withLines(12, 12, ['---', '*:1 | TCP | a | b']), `p.md:13: ${NO_TABLE} "*:1 | TCP | a | b"`],
    [withLines(12, 12, ['<!-- x -->', '*:1 | TCP | a | b']), `p.md:13: ${NO_TABLE} "*:1 | TCP | a | b"`],
    // Rows that became something else.
    [withLines(12, 12, ['    | *:1 | TCP | a | b |']), `p.md:12: ${NO_TABLE} "| *:1 | TCP | a | b |"`],
    [withLines(12, 12, ['- | *:1 | TCP | a | b |']), `p.md:12: ${NO_TABLE} "- | *:1 | TCP | a | b |"`],
    [withLines(12, 12, ['> | *:1 | TCP | a | b |']), `p.md:12: ${NO_TABLE} "> | *:1 | TCP | a | b |"`],
    [withLines(12, 12, ['', '| *:1 | TCP | a | b |', '---']), `p.md:13: ${NO_TABLE} "| *:1 | TCP | a | b |"`],
    [withLines(12, 12, ['', '[x]: | *:1 | TCP |']), `p.md:13: ${NO_TABLE} "[x]: | *:1 | TCP |"`],
    [
      withLines(12, 12, ['', '<!-- | *:1 | TCP | a | b | -->']),
      `p.md:13: ${NO_TABLE} "<!-- | *:1 | TCP | a | b | -->"`,
    ],
    [withLines(12, 12, ['', '% | *:1 | TCP | a | b |']), `p.md:13: ${NO_TABLE} "% | *:1 | TCP | a | b |"`],
    [withText('```', '| *:1 | TCP | a | b |', '```'), `p.md:6: ${NO_TABLE} "| *:1 | TCP | a | b |"`],
    [withText('```text', 'TCP | *:1 | a', '```'), `p.md:6: ${NO_TABLE} "TCP | *:1 | a"`],
    [withText('```', 'never closed'), `p.md:12: ${NO_TABLE} "| Interface & Port | Protocol | Service | Description |"`],
    [withText('<!--', '| *:1 | TCP | a | b |', '-->'), `p.md:6: ${NO_TABLE} "| *:1 | TCP | a | b |"`],
    [withText('```{note}', '| *:1 | x |', '```'), `p.md:6: ${NO_TABLE} "| *:1 | x |"`],
    [withText('a | b | c'), `p.md:5: ${NO_TABLE} "a | b | c"`],
  ];
  for (const [text, message] of cases) t.equal(failure(() => parseText(text)).message, message);
  t.end();
});

t.test('unterminated front matter', (t) => {
  const text = ['---', 'title: x', '', ...GOOD, '---', '', '# Other'].join('\n');
  t.match(failure(() => parseText(text)).message, /^p\.md:12: expected text,/);
  const open = failure(() => parseText(['---', 'title: x', ...GOOD].join('\n')));
  t.equal(open.message, 'p.md:1: expected a line "---" that ends the front matter, found the end of the file');
  t.end();
});

t.test('other syntax that may contain rows', (t) => {
  const PLAIN = 'expected plain Markdown tables, found';
  const WHOLE = 'expected the whole text of the page, found';
  const cases: [string, string][] = [
    [withText('```{list-table}', '* - a', '```'), `p.md:5: ${PLAIN} "\`\`\`{list-table}"`],
    [withText('```{include} /x.md', '```'), `p.md:5: ${WHOLE} "\`\`\`{include} /x.md"`],
    [withText('~~~{CSV-table} x', 'a,b', '~~~'), `p.md:5: ${PLAIN} "~~~{CSV-table} x"`],
    [withText('- x', '', '  ```{eval-rst}', '  ```'), `p.md:7: ${PLAIN} "\`\`\`{eval-rst}"`],
    [withText(':::{tab-set}', ':::'), `p.md:5: ${PLAIN} ":::{tab-set}"`],
    [withText('::: tabs', ':::'), `p.md:5: ${PLAIN} "::: tabs"`],
    [withLines(9, 8, [':::{note}', '']), `p.md:11: ${PLAIN} a table inside ":::{note}"`],
    [
      withText('<table><tr><td>x</td></tr></table>'),
      `p.md:5: ${PLAIN} an HTML table: "<table><tr><td>x</td></tr></table>"`,
    ],
    [withText('> <TD>'), `p.md:5: ${PLAIN} an HTML table: "> <TD>"`],
    [
      withText('{% include "ports.md" %}'),
      `p.md:5: ${WHOLE} a template, include or substitution: "{% include "ports.md" %}"`,
    ],
    [
      withText('{{< include ports >}}'),
      `p.md:5: ${WHOLE} a template, include or substitution: "{{< include ports >}}"`,
    ],
    [withText('{{ports}}'), `p.md:5: ${WHOLE} a template, include or substitution: "{{ports}}"`],
    [withText('.. list-table::'), `p.md:5: ${PLAIN} a reStructuredText directive: ".. list-table::"`],
  ];
  for (const [text, message] of cases) {
    const error = failure(() => parseText(text));
    t.equal(error.message, message);
    t.match(error.hint, message.includes(WHOLE) ? /put the included text in its place/ : /convert this to one/);
  }
  t.end();
});

t.test('malformed or nested headings', (t) => {
  const HEADING = 'expected a heading at the left margin, with a space after "#", found';
  const cases: [string, string][] = [
    [
      withLines(15, 15, ['###Services on control plane nodes only']),
      `p.md:15: ${HEADING} "###Services on control plane nodes only"`,
    ],
    [withLines(15, 15, ['    ### Worker nodes']), `p.md:15: ${HEADING} "### Worker nodes"`],
    [
      withLines(15, 15, ['- ### Worker nodes']),
      'p.md:15: expected every heading at the left margin, found one inside a list or quote',
    ],
    [
      withText('> | a | b |', '> |---|---|', '> | c | d |'),
      'p.md:5: expected every table at the left margin, found one inside a list or quote',
    ],
    [
      withText('1. x', '', '   | a | b |', '   |---|---|'),
      'p.md:7: expected every table at the left margin, found one inside a list or quote',
    ],
  ];
  for (const [text, message] of cases) t.equal(failure(() => parseText(text)).message, message);
  t.end();
});

t.test('accepts other text', (t) => {
  const texts = [
    withText('`ss -plntu | grep kubelet` shows them, and so does `a | b | c`.'),
    withText('```bash', 'ss -plntu | grep x | wc -l', '  | more', '```'),
    withText('```{note}', 'See http://localhost:9999/ and `https://127.0.0.1:1/x`.', '```'),
    withText(':::{warning}', 'Be careful.', ':::'),
    withText('<!-- vale off -->', '', '<a id="x"></a>', '', 'C# and #1 and # are no headings'),
    withText('{{product}} is what it is. Ratio 3:4; a | b.'),
    withText('Term', ': explained', '', '---', '', '* a list', '  1. of lists'),
  ];
  for (const text of texts) t.equal(parseText(text).rows.length, 7, text.slice(60, 120));
  t.end();
});
