import t from 'tap';
import { inputError, quoted } from '../../src/base/input_error.js';

t.test('the message is one printable line', (t) => {
  const error = inputError({ file: 'a\nb\x1b[2J.md', line: 7, expected: 'x', found: quoted('y\r\n\u202ez') });
  t.equal(error.message, 'a\\x0ab\\x1b[2J.md:7: expected x, found "y\\x0d\\x0a\\u{202e}z"');
  t.match(error, { code: 'ERR_INPUT', hint: null });
  t.equal(inputError({ file: 'f', line: null, expected: 'x', found: 'y' }).message, 'f: expected x, found y');
  t.end();
});

t.test('quotes are truncated between code points', (t) => {
  t.equal(quoted('💥'.repeat(61)), `"${'💥'.repeat(60)}…"`);
  t.equal(quoted('x'.repeat(60)), `"${'x'.repeat(60)}"`);
  t.end();
});
