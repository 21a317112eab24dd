import t from 'tap';
import { ASCII, UNICODE } from '../../src/tui/glyphs.js';
import { ageText, escaped, fit, truncate, truncateMiddle, widthOf, wrap } from '../../src/tui/text.js';

t.test('text is cut by columns, never within a character', (t) => {
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
  for (const [text, width, expected] of cases) t.equal(truncate(text, width, UNICODE), expected, `${text} in ${width}`);
  t.equal(truncate('kubelet', 6, ASCII), 'kube..');
  t.end();
});

t.test('an address is cut in the middle', (t) => {
  const cases: [text: string, width: number, expected: string][] = [
    ['127.0.0.1:10248', 15, '127.0.0.1:10248'],
    ['127.0.0.1:10248', 10, '127…:10248'],
    ['*:8472/udp', 9, '…:8472/u…'],
    ['10.1.2.3:8472/udp', 11, '1…:8472/udp'],
    ['127.0.0.1:2379 +1', 12, '127…:2379 +1'],
    ['0.0.0.0:6472 +1', 9, '…:6472 +1'],
    ['0.0.0.0:6472 +1', 8, '…:6472 …'],
    ['/run/containerd/containerd.sock', 15, '/run/…nerd.sock'],
    ['127.0.0.1:10248', 5, '127.…'],
    ['日本語日本語日本語', 10, '日本語日…'],
  ];
  for (const [text, width, expected] of cases) t.equal(truncateMiddle(text, width, UNICODE), expected, text);
  t.end();
});

t.test('fitted text has exactly the given width', (t) => {
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

t.test('control characters are escaped, and in an ASCII locale everything that is not ASCII', (t) => {
  t.equal(escaped('\x1b[31mkubelet\n', UNICODE), '\\x1b[31mkubelet\\x0a');
  t.equal(escaped('日本 é', UNICODE), '日本 é');
  t.equal(escaped('é\x07', ASCII), '\\u{e9}\\x07');
  t.end();
});

t.test('text is wrapped between words, and within words that are too long', (t) => {
  t.strictSame(wrap('one two three', 7, UNICODE), ['one two', 'three']);
  t.strictSame(wrap('/a/very/long/path x', 6, UNICODE), ['/a/ver', 'y/long', '/path', 'x']);
  t.strictSame(wrap('日本語', 4, UNICODE), ['日本', '語']);
  t.strictSame(wrap('日', 1, UNICODE), ['']);
  t.strictSame(wrap('', 10, UNICODE), ['']);
  t.end();
});

t.test('ages take at most four characters', (t) => {
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
