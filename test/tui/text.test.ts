import t from 'tap';
import { ASCII, glyphsFor, UNICODE } from '../../src/tui/glyphs.js';
import { ageText, cut, fit, shown, widthOf, wrap } from '../../src/tui/text.js';

t.test('text is cut by columns, and never through a character', (t) => {
  const cases: [text: string, width: number, expected: string][] = [
    ['kubelet', 7, 'kubelet'],
    ['kubelet', 6, 'kubel…'],
    ['kubelet', 1, '…'],
    ['kubelet', 0, ''],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['e\u0301e\u0301e\u0301', 3, 'e\u0301e\u0301e\u0301'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['😀x', 2, '…'],
  ];
  for (const [text, width, expected] of cases) t.equal(cut(text, width, UNICODE), expected, `${text} in ${width}`);
  t.equal(cut('kubelet', 6, ASCII), 'kubel~');
  t.end();
});

t.test('a cell has exactly its width, whatever is in it', (t) => {
  const texts = [
    '',
    'x',
    'a long name',
    '日本語日本語',
    'e\u0301'.repeat(9),
    '\x1b[31mred',
    '\u202eab',
    '{bold}x{/bold}',
    '👨‍👩‍👧',
  ];
  for (const glyphs of [UNICODE, ASCII]) {
    for (const text of texts) {
      for (const width of [0, 1, 2, 3, 7, 20]) t.equal(widthOf(fit(text, width, glyphs)), width, `${text} in ${width}`);
    }
  }
  t.equal(fit('7', 3, UNICODE, 'right'), '  7');
  t.end();
});

t.test('what acts on a terminal is escaped, and all but ASCII where only that can be shown', (t) => {
  t.equal(shown('\x1b[31mkubelet\n', UNICODE), '\\x1b[31mkubelet\\x0a');
  t.equal(shown('日本 é', UNICODE), '日本 é');
  t.equal(shown('é\x07', ASCII), '\\u{e9}\\x07');
  t.end();
});

t.test('long text is wrapped between words, and long words where they must be', (t) => {
  t.strictSame(wrap('one two three', 7, UNICODE), ['one two', 'three']);
  t.strictSame(wrap('/a/very/long/path x', 6, UNICODE), ['/a/ver', 'y/long', '/path', 'x']);
  t.strictSame(wrap('日本語', 4, UNICODE), ['日本', '語']);
  t.strictSame(wrap('日', 1, UNICODE), ['']);
  t.strictSame(wrap('', 10, UNICODE), ['']);
  t.end();
});

t.test('ages', (t) => {
  const cases: [seconds: number, text: string][] = [
    [-5, '0s'],
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m'],
    [3_599, '59m'],
    [3_600, '1h'],
    [86_399, '23h'],
    [86_400, '1d'],
    [364 * 86_400, '364d'],
    [365 * 86_400, '1y'],
  ];
  for (const [seconds, text] of cases) t.equal(ageText(seconds * 1000), text);
  t.end();
});

t.test('signs follow the locale and the terminal', (t) => {
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
  for (const glyphs of [UNICODE, ASCII]) {
    const { verdict, ascii, ...others } = glyphs;
    for (const sign of [...Object.values(verdict), ...Object.values(others)]) {
      t.equal(widthOf(sign), 1, sign);
      if (ascii) t.match(sign, /^[\x20-\x7e]$/);
    }
    t.equal(new Set(Object.values(verdict)).size, Object.keys(verdict).length, 'every verdict has a sign of its own');
  }
  t.end();
});
