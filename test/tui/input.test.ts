import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { InputParser } from '../../src/tui/input.js';

function parserWith(log: string[]): InputParser {
  return new InputParser({
    onKeys: (text) => log.push(`keys ${text}`),
    onPaste: (text) => log.push(`paste ${text}`),
    onBackground: (background) => log.push(background),
  });
}

function seen(...chunks: readonly string[]): string[] {
  const log: string[] = [];
  const parser = parserWith(log);
  for (const chunk of chunks) parser.feed(chunk);
  parser.close();
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

t.test('a sequence is the same however it is split over reads', (t) => {
  const sequences = [
    '\x1b[200~q w\n\x1b[201~',
    '\x1b]11;rgb:ffff/ffff/ffff\x07',
    '\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\',
    '\x1b]52;c;cXc=\x07',
    '\x1b[A',
    '\x1bOA',
    '\x1b[3~',
    '\x1b[<0;12;5M',
    '\x1b[M !!',
    '\x1b[[A',
  ];
  for (const sequence of sequences) {
    const whole = seen(`${sequence}x`);
    for (let at = 1; at < sequence.length; at += 1) {
      const parts = seen(sequence.slice(0, at), `${sequence.slice(at)}x`);
      t.strictSame(parts, whole, JSON.stringify([sequence.slice(0, at), sequence.slice(at)]));
    }
    t.strictSame(
      seen(...sequence, 'x').join(''),
      seen(sequence, 'x').join(''),
      `byte by byte: ${JSON.stringify(sequence)}`,
    );
  }
  t.strictSame(seen('\x1b]52;c;cXc=\x07'), [], 'answers of any kind are no keys');
  t.end();
});

t.test('what stays unfinished is keys after a while', async (t) => {
  for (const text of ['\x1b', '\x1b[']) {
    const log: string[] = [];
    const parser = parserWith(log);
    parser.feed(text);
    t.strictSame(log, []);
    while (log.length === 0) await delay(5);
    t.strictSame(log, [`keys ${text}`]);
    parser.close();
  }
  t.strictSame(seen('\x1b', 'j'), ['keys \x1bj']);
});
