import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from './native/toolchain.js';

/** Fields whose text is for people only: programs compare the code and parameters beside them. */
const FIELD = String.raw`\b(?:message|reason|roleSource|misses|advice\??\.text|(?:error|note)Text)\b`;

/** A field that is searched for words, and a pattern or list of words that is applied to one. */
const READING = new RegExp(
  String.raw`${FIELD}(?:\?|!)?\.(?:includes|startsWith|endsWith|match|matchAll|search|indexOf|split)\(\s*['"/\x60]|` +
    String.raw`\.(?:test|exec)\([^()\n]*${FIELD}|` +
    String.raw`${FIELD}\s*(?:===|!==)\s*['"\x60]\w+ `,
);

/** Lines that read a sentence, as `line: text`. */
function readings(text: string): string[] {
  return text.split('\n').flatMap((line, at) => (READING.test(line) ? [`${at + 1}: ${line.trim()}`] : []));
}

t.test('no code in src/ reads a sentence', (t) => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.c?ts$/.test(file),
  );
  t.ok(files.length > 150, 'the sources were found');
  const found = files.flatMap((file) =>
    readings(readFileSync(join(ROOT, 'src', file), 'utf8')).map((one) => `${file}:${one}`),
  );
  t.strictSame(found, []);
  t.end();
});

t.test('which is noticed where it is done', (t) => {
  for (const line of [
    "if (finding.reason?.includes('another installation')) return 1;",
    "const isOld = message.startsWith('nothing listens');",
    'if (/not known$/.test(finding.message)) return 1;',
    'const [name] = reason.match(/^[a-z]+/) ?? [];',
    "if (node.roleSource === 'nobody has looked') return 1;",
    "finding.advice?.text.includes('restart');",
    'const own = reason.startsWith(`x: `);',
  ]) {
    t.equal(readings(line).length, 1, line);
  }
  for (const line of [
    "if (node.roleSource === 'flag') return 1;",
    'const text = printable(message);',
    'if (reason === null) return message;',
  ]) {
    t.equal(readings(line).length, 0, line);
  }
  t.end();
});
