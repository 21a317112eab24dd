import t, { type Test } from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import type { Row } from '../../src/spec/rows.js';
import { fixtureText, parseText, rowText } from './helpers.js';

/**
 * A good page is damaged in every way that an editor or a bad merge would, one damage at a time. Each damaged page must
 * either be refused with a line, or give a list that is explained by the damage: the assertion of each test says how.
 * What no parser can see is asserted as well, so that it is known.
 */

const PAGES = ['plain', 'front_matter', 'variants', 'duplicated_headings'].map((name) => {
  const text = fixtureText(`pages/${name}.md`);
  return { name, lines: text.trimEnd().split('\n'), rows: parseText(text).rows };
});

/** The rows of a damaged page, or null where it is refused as it must be. */
function rowsOf(lines: readonly string[]): readonly Row[] | null {
  try {
    return parseText(lines.join('\n')).rows;
  } catch (error) {
    if (error instanceof SockwatchError && error.code === 'ERR_INPUT' && ONE_LINE.test(error.message)) return null;
    throw error;
  }
}

const ONE_LINE = /^p\.md:[1-9]\d*: expected [^\n]+, found [^\n]+$/;

const facts = (rows: readonly Row[]): string[] => rows.map((row) => `${rowText(row)} ${row.description}`);
const withoutRole = (rows: readonly Row[]): string[] => facts(rows.map((row) => ({ ...row, role: null })));
const withoutWords = (rows: readonly Row[]): string[] =>
  rows.map((row) => rowText({ ...row, description: '', condition: null }));

interface Damage {
  readonly lines: readonly string[];
  /** The damaged line, counted from 0. */
  readonly at: number;
}

/** Runs `check` for every damaged page that is not refused, and says how many were. */
function damage(
  name: string,
  damaged: (lines: readonly string[]) => Iterable<Damage>,
  check: (t: Test, before: readonly Row[], after: readonly Row[], what: string) => void,
): void {
  t.test(name, (t) => {
    for (const page of PAGES) {
      let refused = 0;
      let total = 0;
      for (const { lines, at } of damaged(page.lines)) {
        total += 1;
        const rows = rowsOf(lines);
        if (rows === null) refused += 1;
        else check(t, page.rows, rows, `${page.name}.md:${at + 1} ${page.lines[at]}`);
      }
      t.comment(`${page.name}: ${refused} of ${total} refused`);
      t.ok(total > 0);
    }
    t.end();
  });
}

/** Each line in turn replaced by what `change` gives for it; null leaves the line out of the trial. */
function* eachLine(
  lines: readonly string[],
  change: (line: string) => readonly (readonly string[])[] | null,
): Generator<Damage> {
  for (const [at, line] of lines.entries()) {
    for (const replacement of change(line) ?? []) {
      yield { lines: [...lines.slice(0, at), ...replacement, ...lines.slice(at + 1)], at };
    }
  }
}

const isTableLine = (line: string): boolean => /^\s*\|.*\|$| \| [^|]* \| /.test(line);
const isDelimiter = (line: string): boolean => isTableLine(line) && /^[\s|:-]+$/.test(line);

const identical = (t: Test, before: readonly Row[], after: readonly Row[], what: string): void => {
  t.strictSame(facts(after), facts(before), what);
};
const neverAccepted = (t: Test, _before: readonly Row[], _after: readonly Row[], what: string): void => {
  t.fail(`accepted: ${what}`);
};

damage(
  'a pipe is deleted: the rows stay as they are',
  (lines) => eachLine(lines, (line) => [...line.matchAll(/\|/g)].map(({ index }) => [cut(line, index, 1)])),
  (t, before, after, what) => t.strictSame(withoutWords(after), withoutWords(before), what),
);

damage(
  'a cell is deleted: never accepted',
  (lines) =>
    eachLine(lines, (line) =>
      isTableLine(line) ? cellsIn(line).map(([at, size]) => [cut(line, at, size + 1)]) : null,
    ),
  neverAccepted,
);

damage(
  'a cell is emptied: only words may be missing',
  (lines) =>
    eachLine(lines, (line) =>
      isTableLine(line) ? cellsIn(line).map(([at, size]) => [`${line.slice(0, at)} ${line.slice(at + size)}`]) : null,
    ),
  (t, before, after, what) => t.strictSame(withoutWords(after), withoutWords(before), what),
);

damage(
  'a port is no port: never accepted',
  (lines) =>
    eachLine(lines, (line) =>
      isTableLine(line) && /:\d+ /.test(line)
        ? ['0', '70000', '', 'x', '1O', ' 80', '-1', '80-90', '8,9', '+1', '007', '1/tcp'].map((port) => [
            line.replace(/:\d+ /, `:${port} `),
          ])
        : null,
    ),
  neverAccepted,
);

damage(
  'a digit of a port is deleted: that port is another, nothing else is',
  (lines) =>
    eachLine(lines, (line) =>
      isTableLine(line)
        ? [...line.matchAll(/(?<=:\d*)\d(?=\d*\W* +\|)/g)].map(({ index }) => [cut(line, index, 1)])
        : null,
    ),
  (t, before, after, what) => {
    const other = (rows: readonly Row[]): string[] => withoutWords(rows).map((row) => row.replace(/:\d+\//, ':/'));
    t.strictSame(other(after), other(before), what);
  },
);

damage(
  'a delimiter row is deleted: never accepted',
  (lines) => eachLine(lines, (line) => (isDelimiter(line) ? [[]] : null)),
  neverAccepted,
);

damage('a blank line is put before any line', (lines) => eachLine(lines, (line) => [['', line]]), identical);

damage(
  'a blank line inside of a table: never accepted',
  (lines) =>
    [...eachLine(lines, (line) => [['', line]])].filter(
      ({ at }) => isTableLine(lines[at] ?? '') && isTableLine(lines[at - 1] ?? ''),
    ),
  neverAccepted,
);

// Whether a heading that is gone was there is not to be seen where text or code stands before the table below: the rows
// then count to the heading before. No row is lost.
damage(
  'a heading is deleted: no row is lost',
  (lines) => eachLine(lines, (line) => (/^#|^=+$/.test(line) ? [[]] : null)),
  (t, before, after, what) => t.strictSame(withoutRole(after), withoutRole(before), what),
);

// A page that is cut between two rows, or below a table, is a good page with fewer rows. Nothing in it tells.
damage(
  'the page is cut above any line: the rows are the first of those that were',
  (lines) => lines.map((_, at) => ({ lines: lines.slice(0, at), at })),
  (t, before, after, what) => t.strictSame(facts(after), facts(before).slice(0, after.length), what),
);

t.test('truncation of the plain page is noticed unless it is directly after a row', (t) => {
  const [{ lines } = { lines: [] }] = PAGES;
  for (const at of lines.keys()) {
    const left = lines.slice(0, at);
    const last = left.findLast((line) => line !== '') ?? '';
    const isBelowRow =
      isTableLine(last) && !isDelimiter(last) && !last.includes('Protocol') && !last.includes('Socket');
    t.equal(rowsOf(left) !== null, isBelowRow, `cut above line ${at + 1}`);
  }
  t.end();
});

t.test('truncation within a line never produces a new row', (t) => {
  const [{ lines, rows } = { lines: [], rows: [] }] = PAGES;
  const text = lines.join('\n');
  for (const at of [...text].keys()) {
    const after = rowsOf(text.slice(0, at).split('\n'));
    if (after !== null) t.strictSame(facts(after), facts(rows).slice(0, after.length), `cut at ${at}`);
  }
  t.end();
});

// A row that is gone without a trace cannot be missed; everything else is as it was.
damage(
  'a line is deleted: at most its own rows are lost, and only where it is a row',
  (lines) => eachLine(lines, () => [[]]),
  (t, before, after, what) => {
    const left = new Set(withoutRole(after));
    const lost = before.filter((row) => !left.has(withoutRole([row])[0] ?? ''));
    t.ok(
      lost.every(({ line }) => what.includes(`.md:${line} `)),
      what,
    );
    t.equal(after.length, before.length - lost.length, what);
  },
);

damage('a line is doubled', (lines) => eachLine(lines, (line) => [[line, line]]), identical);

damage(
  'two lines change places: the same rows, in this or another order',
  (lines) => lines.slice(1).map((line, at) => ({ lines: lines.toSpliced(at, 2, line, lines[at] ?? ''), at })),
  (t, before, after, what) => t.strictSame(withoutRole(after).sort(), withoutRole(before).sort(), what),
);

for (const mark of ['    ', '\t', '> ', '- ', '1. ', '% ', '<!-- ']) {
  damage(
    `a line is put behind ${JSON.stringify(mark)}`,
    (lines) => eachLine(lines, (line) => (line === '' ? null : [[mark + line]])),
    (t, before, after, what) => t.strictSame(withoutWords(after), withoutWords(before), what),
  );
}

for (const opening of [
  '```',
  '~~~~',
  '<!--',
  '<script>',
  '<div>',
  '---',
  '***',
  '===',
  ':::{note}',
  '```{note}',
  'Text.',
]) {
  damage(
    `a line ${opening} is put before any line`,
    (lines) => eachLine(lines, (line) => [[opening, line]]),
    (t, before, after, what) => t.strictSame(facts(after), facts(before), what),
  );
}

t.test('mutated bytes are parsed, or refused with a line', (t) => {
  // A linear congruential generator (Knuth's MMIX constants), so that a failure can be repeated.
  let state = 20260131n;
  const below = (limit: number): number => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    return Number(state >> 33n) % limit;
  };
  const alphabet = '|-:#*`<>[]{}()\\\n\t 0123\0\u00e9\u200b\ufeff~=!&;_x';
  let read = 0;
  for (let round = 0; round < 3000; round += 1) {
    const { lines } = PAGES[below(PAGES.length)] ?? { lines: [] };
    let text = lines.join('\n');
    for (let edit = below(4); edit >= 0; edit -= 1) {
      const at = below(text.length);
      text = text.slice(0, at) + (alphabet[below(alphabet.length)] ?? '') + text.slice(at + below(3));
    }
    if (rowsOf(text.split('\n')) !== null) read += 1;
  }
  t.comment(`${read} of 3000 read`);
  t.ok(read > 0 && read < 3000);
  t.end();
});

function cut(line: string, at: number, size: number): string {
  return line.slice(0, at) + line.slice(at + size);
}

/** Where each cell starts and how long it is, without the pipes. */
function cellsIn(line: string): [number, number][] {
  return [...line.matchAll(/(?:\\\||[^|])+/g)]
    .map(({ index, 0: cell }): [number, number] => [index, cell.length])
    .filter(([at, size]) => line.slice(at, at + size).trim() !== '');
}
