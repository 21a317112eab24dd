import t from 'tap';
import { InputParser } from '../../src/tui/input.js';

function seen(...chunks: readonly string[]): string[] {
  const log: string[] = [];
  const parser = new InputParser({
    onKeys: (text) => log.push(`keys ${text}`),
    onPaste: (text) => log.push(`paste ${text}`),
    onBackground: (background) => log.push(background),
  });
  for (const chunk of chunks) parser.feed(chunk);
  return log;
}

t.test('keys, pasted text and answers of the terminal', (t) => {
  const [start, end] = ['\x1b[200~', '\x1b[201~'];
  t.strictSame(seen('ab'), ['keys ab']);
  t.strictSame(seen(`a${start}sw\n${end}b`), ['keys a', 'paste sw\n', 'keys b']);
  t.strictSame(seen(`${start}s`, 'w', `${end}${start}x${end}`), ['paste sw', 'paste x'], 'in parts');
  t.strictSame(seen(`${start}s\x1b[2`, '01~q'), ['paste s', 'keys q'], 'an end in two parts');
  const long = 'x'.repeat(10_000);
  t.strictSame(seen(start, long, long, `${end}q`), [`paste ${'x'.repeat(4_096)}`, 'keys q'], 'no more is kept');
  t.strictSame(seen('\x1b]11;rgb:ffff/ffff/ffff\x07'), ['light']);
  t.strictSame(seen('\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\'), ['dark']);
  t.strictSame(seen('\x1b]11;rgba:ff/f8/e7/ff\x07'), ['light']);
  t.strictSame(seen('a\x1b]11;rgb:0/0/0\x07b'), ['dark', 'keys ab']);
  t.end();
});
