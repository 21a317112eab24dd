import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { toJson } from '../../src/report/json.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { joined } from '../joined.js';
import { documentOf } from '../snapshot/document/document.js';
import {
  capture,
  coverage,
  device,
  held,
  listener,
  processOwner,
  row,
  socketFile,
  spec,
  unixListener,
  unixRow,
} from '../verdict/factory.js';

/** What could act on a terminal, but for the line ends of the indentation. */
const ACTS = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?!\n)\p{Cc}/u;

/** A document in which a process is called `name`. */
function calling(name: string): SnapshotDocument {
  const owners = [processOwner('x', { comm: name, exe: name, argv0: name, cgroup: name, unit: name })];
  return documentOf(
    spec([row('localhost:10248', 'kubelet', { description: name })], { title: name }),
    capture([held('x', '127.0.0.1', 10248, { owners }), unixListener(name), unixListener(null, { abstract: name })]),
  );
}

t.test('JSON that no terminal acts on, and that says the same', (t) => {
  const names: [string, string][] = [
    ['controls', Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')],
    ['DEL and C1', Array.from({ length: 33 }, (_, at) => String.fromCharCode(0x7f + at)).join('')],
    ['bidirectional controls', '\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c'],
    ['separators and zero widths', '\u2028\u2029\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\u115f'],
    ['tags and variation selectors', '\u{e0001}\u{e0041}\u{e007f}\ufe0f\u{e0100}'],
    ['lone surrogates', 'a\ud800b\udc00c\udfff'],
    ['a surrogate pair', '😀'],
    ['JSON itself', '"\\\n\\u0041 </script> {}'],
    ['text', 'kubelet é € 日本'],
    ['nothing', ''],
  ];
  for (const [name, value] of names) {
    const one = calling(value);
    const text = joined(toJson(one));
    t.notMatch(text, ACTS, `${name}: nothing acts`);
    t.strictSame(JSON.parse(text), one, `${name}: nothing is lost`);
  }
  t.match(joined(toJson(calling('日本 é 😀'))), /"comm": "日本 é 😀"/, 'and what is only text stays readable');
  t.end();
});

t.test('every character there is survives', (t) => {
  const wrong = [];
  for (let code = 0; code <= 0x10ffff; code += 0x100) {
    const block = Array.from({ length: 0x100 }, (_, at) => `${String.fromCodePoint(code + at)}.`).join('');
    const one = { ...documentOf(), capturedAt: block };
    const text = joined(toJson(one));
    if (ACTS.test(text) || JSON.parse(text).capturedAt !== block) wrong.push(code.toString(16));
  }
  t.same(wrong, []);
  t.end();
});

t.test('indented, with one line end at the end', (t) => {
  const text = joined(toJson(documentOf()));
  t.match(text, /^\{\n {2}"schemaVersion": 1,\n/);
  t.match(text, /[^\n]\n\}\n$/);
  t.end();
});

t.test('a document agrees with the schema that is shipped', (t) => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../src/snapshot/document/snapshot.schema.json', import.meta.url), 'utf8'),
  );
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  const path = '/run/containerd/containerd.sock';
  const sockets = [
    held('kubelet', '127.0.0.1', 10248, { backlog: { current: 0, max: 5 }, drops: 3, cookie: '18446744073709551615' }),
    listener('::', 8472, { protocol: 'udp', owners: [device('cilium_vxlan')], v6only: null }),
    listener('0.0.0.0', 22, { origin: { cgroup: '/x', unit: null, pod: null, container: null }, cgroupId: '1' }),
    listener('0.0.0.0', 23, { ownersUnknown: 'not-looked' }),
    unixListener(path, {
      owners: [processOwner('x', { comm: 'a\\xff', commRaw: 'Yf8=', startedAt: '2026-01-31T12:00:00.000Z' })],
    }),
    unixListener(null, { abstract: 'a\0b', file: null, type: 'dgram', state: 'UNCONN' }),
  ];
  const rows = [
    row('localhost:10248', 'kubelet'),
    row('default:1', 'x', { role: 'worker' }),
    unixRow(path, 'containerd'),
  ];
  const files = [socketFile(path), socketFile('/x', { state: 'absent', device: null, inode: null })];
  const seen = capture(sockets, { files, coverage: coverage({ owners: 'partial' }) });
  for (const one of [documentOf(), documentOf(spec(rows), seen), calling('\x1b\ud800')]) {
    validate(JSON.parse(joined(toJson(one))));
    t.same(validate.errors, null);
  }
  const broken: [string, Partial<Record<keyof SnapshotDocument, unknown>>][] = [
    ['another version', { schemaVersion: 2 }],
    ['a verdict that is no word', { findings: [{ ...documentOf(spec(rows)).findings[0], verdict: 7 }] }],
    ['no coverage', { coverage: undefined }],
    [
      'a source that is ok and has an error',
      { coverage: { complete: true, sources: [{ ...coverage().sources[0], error: 'x' }] } },
    ],
  ];
  for (const [name, change] of broken) {
    t.equal(validate(JSON.parse(JSON.stringify({ ...documentOf(spec(rows), seen), ...change }))), false, name);
  }
  t.end();
});

t.test('a document in pieces is what JSON.stringify() would write', (t) => {
  const document = documentOf(
    spec([row('*:1', 'a'), row('*:2', 'b')]),
    capture([held('x', '::', 1), held('y', '::', 2)]),
  );
  for (const one of [
    document,
    {},
    { a: [] },
    { a: {}, b: undefined, c: null },
    { a: [[1], {}, null, 'x\n'], b: 'y' },
  ]) {
    t.equal(joined(toJson(one)), `${JSON.stringify(one, null, 2)}\n`);
  }
  const longest = Math.max(...Array.from(toJson(document), ({ length }) => length));
  t.ok(longest < joined(toJson(document)).length / 4, 'no piece has more than one listener or finding');
  t.end();
});
