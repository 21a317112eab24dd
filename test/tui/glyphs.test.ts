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
  for (const glyphs of [UNICODE, ASCII]) {
    const { verdict, ascii, ...others } = glyphs;
    for (const glyph of [...Object.values(verdict), ...Object.values(others)]) {
      t.equal(widthOf(glyph), 1, glyph);
      if (ascii) t.match(glyph, /^[\x20-\x7e]$/);
    }
    t.equal(new Set(Object.values(verdict)).size, Object.keys(verdict).length, 'no two verdicts share a glyph');
  }
  t.end();
});
