import t from 'tap';
import { encodeLine } from '../../src/tui/encode_line.js';
import { segment } from '../../src/tui/line.js';
import { themeFor } from '../../src/tui/theme.js';

t.test('a line is encoded for the terminal', (t) => {
  const theme = themeFor('16', 'dark');
  t.equal(encodeLine([segment('ab')], 10, theme), 'ab\x1b[K');
  t.equal(encodeLine([segment('ab', 'good')], 2, theme), '\x1b[32mab\x1b[0m', 'a full line does not erase');
  t.equal(encodeLine([segment('ab', 'good', true)], 2, theme), '\x1b[32;7mab\x1b[0m');
  t.equal(encodeLine([], 10, theme), '\x1b[K');
  t.equal(
    encodeLine([segment('日本'), segment('x')], 10, theme),
    '日本\x1b[5Gx\x1b[K',
    'the column is set after text whose width terminals disagree on',
  );
  t.equal(encodeLine([segment('\x1b[2J\x9b')], 40, theme), '\\x1b[2J\\x9b\x1b[K', 'control characters are escaped');
  t.end();
});
