import t from 'tap';
import { decodeSource } from '../../src/base/text_source.js';
import { readYaml } from '../../src/spec/yaml_input.js';
import { failure } from './helpers.js';

function read(text: string) {
  return readYaml(decodeSource('n.yaml', Buffer.from(text)));
}

t.test('values and their lines', (t) => {
  const { value, lineOf } = read('a:\n  b:\n    - 1\n    - c: x\n  1: null\nd: &d\n  e: 2\nf: *d\n');
  t.strictSame(value, { a: { b: [1, { c: 'x' }], 1: null }, d: { e: 2 }, f: { e: 2 } });
  const cases: [string[], number, number][] = [
    [[], 1, 1],
    [['a'], 2, 1],
    [['a', 'b', '0'], 3, 3],
    [['a', 'b', '1', 'c'], 4, 4],
    [['a', '1'], 5, 5],
    [['f', 'e'], 7, 7],
    [['a', 'nothing'], 2, 2],
    [['a', 'nothing', 'there'], 2, 2],
  ];
  for (const [path, valueLine, keyLine] of cases) {
    t.equal(lineOf(path, false), valueLine, path.join('.'));
    t.equal(lineOf(path, true), keyLine, path.join('.'));
  }
  t.equal(read('').value, null);
  t.equal(read('').lineOf([], false), 1);
  t.end();
});

t.test('invalid YAML, multiple documents, excessive nesting', (t) => {
  const valid = 'expected valid YAML, found an error:';
  const cases: [string, string][] = [
    [
      'a: 1\nb: [1,\nc: }\n',
      `3: ${valid} Flow sequence in block collection must be sufficiently indented and end with a ]`,
    ],
    ['a: 1\na: 2\n', '2: expected unique keys, found "a" a second time'],
    ['"a": 1\nb: 2\n"\\u0061": 3\n', '3: expected unique keys, found ""\\u0061"" a second time'],
    ['a: 1\n---\nb: 2\n', `2: ${valid} Source contains multiple documents; please use YAML.parseAllDocuments()`],
    ['a: 1\nb: !!js/function x\n', `2: ${valid} Unresolved tag: tag:yaml.org,2002:js/function`],
    ['a:\n\t- b\n', `2: ${valid} Tabs are not allowed as indentation`],
    [
      'a: 1\nb: *c\n',
      '2: expected valid aliases, found an error: Unresolved alias (the anchor must be set before the alias): c',
    ],
    [
      `a: &a [${'x,'.repeat(20)}]\n${'b: &b [*a]\n'.replace('*a', '*a,'.repeat(20))}c: [${'*b,'.repeat(20)}]\n`,
      '2: expected valid aliases, found an error: Excessive alias count indicates a resource exhaustion attack',
    ],
    [`a: ${'['.repeat(100_000)}`, '1: expected at most 64 levels of nesting, found more'],
    [`a:\n${'[\n'.repeat(70)}`, '66: expected at most 64 levels of nesting, found more'],
    [`a: 1\n${'- '.repeat(100_000)}`, '2: expected at most 64 levels of nesting, found more'],
    [`a: "${'x'.repeat(300)}\x1b`, `1: ${valid} Missing closing "quote`],
  ];
  for (const [text, message] of cases) t.equal(failure(() => read(text)).message, `n.yaml:${message}`);
  t.end();
});

t.test('closed brackets do not count as nesting', (t) => {
  t.strictSame(read(`a:\n${'- [x]\n'.repeat(500)}`).value, { a: Array.from({ length: 500 }, () => ['x']) });
  t.end();
});
