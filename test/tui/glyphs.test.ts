import stringWidth from 'string-width';
import t from 'tap';
import { ASCII, glyphsFor, UNICODE } from '../../src/tui/glyphs.js';
import { widthOf } from '../../src/tui/text.js';

t.test('the glyphs depend on locale and terminal', (t) => {
  const cases: [env: Record<string, string>, ascii: boolean][] = [
    [{}, true],
    [{ LANG: 'C' }, true],
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'de_DE.utf8' }, false],
    [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, true],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, false],
    [{ LANG: 'C.UTF-8', LC_ALL: '' }, false],
    [{ LANG: 'C.UTF-8', TERM: 'linux' }, true],
  ];
  for (const [env, ascii] of cases) t.equal(glyphsFor(env).ascii, ascii, JSON.stringify(env));
  t.end();
});

t.test('one mark has one meaning', (t) => {
  for (const { verdict, result, change, separator, ellipsis, ascii, ...others } of [UNICODE, ASCII]) {
    const { drift, match, incomplete } = result;
    t.strictSame([match, incomplete], [verdict.ok, verdict.unverified], 'a result that says the same of all rows');
    const single = [...Object.values(verdict), drift, ...Object.values(change), others.pin, others.bar, others.rule];
    for (const mark of single) t.strictSame([widthOf(mark), stringWidth(mark)], [1, 1], mark);
    const { arrow, sorted, sortedReversed, below, times } = others;
    const marks = [...single, separator.trim(), ellipsis, arrow, sorted, sortedReversed, below, times];
    t.equal(new Set(marks).size, marks.length, marks.join('  '));
    // What filters and addresses are written with: `!word`, `a|b`, `/`, `:`. A border is never in a line of text.
    for (const mark of marks.filter((one) => one !== others.bar))
      t.notOk(['!', '|', '/', ':', '*'].includes(mark), mark);
    if (ascii) for (const mark of marks) t.match(mark, /^[\x20-\x7e]+$/);
  }
  t.end();
});
