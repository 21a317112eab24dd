import t from 'tap';
import { parseScreen } from '../tui/sgr.js';
import { toSvg } from './svg.js';

t.test('a captured screen is split into runs of one style', (t) => {
  const plain = parseScreen(['ab  '])[0]?.[0]?.style;
  const [first = [], second = []] = parseScreen([
    '\x1b[1m\x1b[31mred\x1b[0m 漢字 \x1b[38;5;208;48;2;1;2;3mx',
    '\x1b[7my\x1b[39m\x1b[49m\x1b[27mz',
  ]);
  t.strictSame(
    first.map(({ text, column, width }) => [text, column, width]),
    [
      ['red', 0, 3],
      [' 漢字 ', 3, 6],
      ['x', 9, 1],
    ],
  );
  t.match(first[0]?.style, { foreground: 1, bold: true });
  t.strictSame(first[1]?.style, plain, 'styles are reset');
  t.match(first[2]?.style, { foreground: 208, background: [1, 2, 3] });
  t.match(second[0]?.style, { foreground: 208, inverse: true }, 'a style continues on the next line');
  t.strictSame(second[1]?.style, plain);
  t.throws(() => parseScreen(['a\x1b]0;title\x07']), /control character/);
  t.end();
});

t.test('an image contains the text, with markup escaped', (t) => {
  const svg = toSvg(parseScreen(['\x1b[31m<b>&"\x1b[38;5;196m\x1b[48;5;244mx']), 10, 'a <title>');
  t.match(svg, 'fill="#ff7b72">&lt;b&gt;&amp;&quot;</text>');
  t.match(svg, /<rect [^>]*fill="#808080"\/>\n<text [^>]*fill="#ff0000">x<\/text>/);
  t.match(svg, '<title>a &lt;title&gt;</title>');
  t.notMatch(svg, '<b>');
  t.end();
});
