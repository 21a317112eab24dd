import t from 'tap';
import { printable, textField, textOf, unshared, wholeTextField } from '../../src/base/text.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

t.test('decodes UTF-8 and escapes invalid bytes', (t) => {
  const cases: [string, Uint8Array, string][] = [
    ['nothing', bytes(), ''],
    ['ASCII', Buffer.from('kubelet'), 'kubelet'],
    ['two, three and four bytes', Buffer.from('é€😀'), 'é€😀'],
    ['the last code point', bytes(0xf4, 0x8f, 0xbf, 0xbf), '\u{10ffff}'],
    ['a byte order mark is a character', bytes(0xef, 0xbb, 0xbf, 0x61), '\ufeffa'],
    ['NUL and controls are valid UTF-8', bytes(0x00, 0x1b, 0x0a), '\0\x1b\n'],
    ['a byte that never occurs', bytes(0x61, 0xff, 0x62), 'a\\xffb'],
    ['a continuation byte alone', bytes(0x80), '\\x80'],
    ['a truncated sequence', bytes(0x61, 0xe2, 0x82), 'a\\xe2\\x82'],
    ['interrupted by a character', bytes(0xe2, 0x82, 0x61), '\\xe2\\x82a'],
    ['interrupted by a sequence', bytes(0xe2, 0xc3, 0xa9), '\\xe2é'],
    ['overlong slash', bytes(0xc0, 0xaf), '\\xc0\\xaf'],
    ['overlong in three bytes', bytes(0xe0, 0x80, 0xaf), '\\xe0\\x80\\xaf'],
    ['a surrogate', bytes(0xed, 0xa0, 0x80), '\\xed\\xa0\\x80'],
    ['above the last code point', bytes(0xf4, 0x90, 0x80, 0x80), '\\xf4\\x90\\x80\\x80'],
    ['a first byte above all', bytes(0xf5, 0x80, 0x80, 0x80), '\\xf5\\x80\\x80\\x80'],
    ['valid characters keep their place', bytes(0xc3, 0xa9, 0xff, 0xf0, 0x9f, 0x98, 0x80), 'é\\xff😀'],
  ];
  for (const [name, input, expected] of cases) t.equal(textOf(input), expected, name);
  t.end();
});

t.test('the first and last code point of every length, between invalid bytes', (t) => {
  for (const code of [0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0xffff, 0x10000, 0x100000, 0x10ffff]) {
    const character = String.fromCodePoint(code);
    const input = Buffer.concat([bytes(0xff), Buffer.from(character), bytes(0xff)]);
    t.equal(textOf(input), `\\xff${character}\\xff`, code.toString(16));
  }
  t.end();
});

t.test('the Raw field is present only if the bytes are not UTF-8', (t) => {
  t.strictSame(textField('comm', null), { comm: null });
  t.strictSame(textField('comm', Buffer.from('sshd\x1b[0m')), { comm: 'sshd\x1b[0m' });
  t.strictSame(textField('exe', bytes(0x61, 0xff)), { exe: 'a\\xff', exeRaw: 'Yf8=' });
  // Literal text that looks like an escape has no Raw field.
  t.strictSame(textField('exe', Buffer.from('a\\xff')), { exe: 'a\\xff' });
  t.end();
});

/** A seeded generator, so that a failure is reproducible. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

t.test('any bytes survive a round trip', (t) => {
  const next = random(1);
  const wrong = [];
  for (let round = 0; round < 20_000; round++) {
    // Few distinct values, so that almost valid sequences are frequent.
    const values = [0x00, 0x41, 0x5c, 0x78, 0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xff, next() & 0xff];
    const input = Uint8Array.from({ length: next() % 9 }, () => values[next() % values.length] ?? 0);
    const { name, nameRaw } = textField('name', input);
    const back = nameRaw === undefined ? Buffer.from(name ?? '', 'utf8') : Buffer.from(nameRaw, 'base64');
    if (!back.equals(input)) wrong.push(Buffer.from(input).toString('hex'));
    if (textOf(input).includes('\ufffd')) wrong.push(`replaced: ${Buffer.from(input).toString('hex')}`);
  }
  t.same(wrong, []);
  t.end();
});

t.test('printable escapes control, formatting and invisible characters', (t) => {
  const cases: [string, string][] = [
    ['plain text, é€😀 /run/x.sock', 'plain text, é€😀 /run/x.sock'],
    ['a\x1b[31mred', 'a\\x1b[31mred'],
    ['two\nlines\r\t\0', 'two\\x0alines\\x0d\\x09\\x00'],
    ['\x7f\x80\x9b31m', '\\x7f\\x80\\x9b31m'],
    ['a\u202eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
    ['soft\u00adhyphen', 'soft\\xadhyphen'],
    ['line\u2028paragraph\u2029', 'line\\u{2028}paragraph\\u{2029}'],
    ['filler\u3164', 'filler\\u{3164}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['lone \ud83d surrogate', 'lone \\u{d83d} surrogate'],
  ];
  for (const [input, expected] of cases) t.equal(printable(input), expected, expected);
  const left = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const shown = printable(String.fromCodePoint(code));
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(shown)) left.push(code.toString(16));
  }
  t.same(left, [], 'of all code points');
  t.equal(printable(printable('a\x1bb')), printable('a\x1bb'), 'idempotent');
  t.end();
});

t.test('unshared copies only slices of a larger buffer', (t) => {
  const alone = Buffer.from(new ArrayBuffer(3));
  t.equal(unshared(alone), alone, 'not copied');
  const part = Buffer.from('abcdef').subarray(1, 3);
  const copy = unshared(part);
  t.equal(Buffer.from(copy).toString(), 'bc');
  t.equal(copy.buffer.byteLength, 2);
  t.end();
});

t.test('the middle of a long name is left out', (t) => {
  const bytes = Buffer.from(`/${'a'.repeat(4000)}/kubelet`);
  const { exe, exeLength, exeRaw } = textField('exe', bytes);
  t.equal(exe, `/${'a'.repeat(127)}…${'a'.repeat(376)}/kubelet`);
  t.strictSame([exeLength, exeRaw], [bytes.length, undefined]);
  t.strictSame(wholeTextField('exe', bytes), { exe: bytes.toString() });
  t.strictSame(Object.keys(textField('exe', Buffer.alloc(512, 'a'))), ['exe'], '512 bytes are not too long');
  for (const shift of [0, 1, 2, 3]) {
    const wide = Buffer.from(`${'a'.repeat(shift)}${'\u{1f600}'.repeat(1000)}`);
    const { exe: text, ...rest } = textField('exe', wide);
    t.match(text, /^a*(?:\u{1f600})+…(?:\u{1f600})+$/u, 'characters stay whole');
    t.strictSame(rest, { exeLength: wide.length });
  }
  const latin1 = textField('exe', Buffer.alloc(600, 0xff));
  t.equal(latin1.exe, `${'\\xff'.repeat(128)}…${'\\xff'.repeat(384)}`);
  t.equal(Buffer.from(latin1.exeRaw ?? '', 'base64').length, 128 + 3 + 384);
  t.equal(latin1.exeLength, 600);
  t.end();
});
