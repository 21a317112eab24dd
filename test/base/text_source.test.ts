import t from 'tap';
import { decodeSource } from '../../src/base/text_source.js';
import { failure } from '../spec/helpers.js';

t.test('strips a byte order mark and normalizes line endings', (t) => {
  const { text, lines } = decodeSource('p.md', Buffer.from('\uFEFF# a\r\n\r\nb\rc\nd'));
  t.equal(text, '# a\n\nb\nc\nd');
  t.strictSame(lines, ['# a', '', 'b', 'c', 'd']);
  t.end();
});

t.test('refuses what is not text, with the line', (t) => {
  const cases: [Buffer, string][] = [
    [Buffer.from('a\nb\0c\n'), 'p.md:2: expected text in UTF-8, found a NUL byte'],
    [Buffer.from('a\nb\nc \xff d\n', 'latin1'), 'p.md:3: expected text in UTF-8, found bytes that are not UTF-8'],
    [Buffer.from([0xc3]), 'p.md:1: expected text in UTF-8, found bytes that are not UTF-8'],
    [Buffer.from('\uFEFF# a', 'utf16le'), 'p.md: expected text in UTF-8, found UTF-16'],
    [Buffer.from('\uFEFF# a', 'utf16le').swap16(), 'p.md: expected text in UTF-8, found UTF-16'],
    [Buffer.from('# a', 'utf16le'), 'p.md:1: expected text in UTF-8, found a NUL byte'],
  ];
  for (const [bytes, message] of cases) t.equal(failure(() => decodeSource('p.md', bytes)).message, message);
  t.end();
});
