import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { formatError, formatProblem } from '../../src/base/format_error.js';
import { inputError } from '../../src/base/input_error.js';

t.test('the hint follows in parentheses, on one line', (t) => {
  t.equal(formatError(new SockwatchError('ERR_USAGE', 'a\nb')), 'a\\x0ab');
  t.equal(formatError(new SockwatchError('ERR_USAGE', 'no page', { hint: 'Give one.' })), 'no page (Give one.)');
  t.end();
});

t.test('beside its source, an error does not repeat the file', (t) => {
  const error = inputError({ file: 'a\nb.tgz', line: null, expected: 'x', found: 'y', hint: 'Try z.' });
  t.equal(formatError(error), 'a\\x0ab.tgz: expected x, found y (Try z.)');
  t.equal(formatProblem(error, 'a\nb.tgz'), 'expected x, found y (Try z.)');
  t.equal(formatProblem(error, 'other'), formatError(error), 'another file is named');
  const located = inputError({ file: 'page.md', line: 3, expected: 'x', found: 'y' });
  t.equal(formatProblem(located, 'page.md'), 'page.md:3: expected x, found y', 'a line is kept');
  t.end();
});
