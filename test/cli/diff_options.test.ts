import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { parseDiff } from '../../src/cli/diff_options.js';

t.test('the command line of diff', (t) => {
  const plain = { kind: 'diff', old: 'a', now: 'b', format: 'text', output: null };
  t.strictSame(parseDiff(['a', 'b']), plain);
  t.strictSame(parseDiff(['a', '--format', 'json', 'b', '--output=c']), { ...plain, format: 'json', output: 'c' });
  t.strictSame(parseDiff(['--', '-a', '-b']), { ...plain, old: '-a', now: '-b' });
  for (const argv of [['--help'], ['-h'], ['a', '--help']]) t.strictSame(parseDiff(argv), { kind: 'help' });
  t.end();
});

t.test('errors, each on one line', (t) => {
  const cases: [argv: string[], message: string][] = [
    [[], 'diff needs two snapshots, OLD and NEW, not 0'],
    [['a'], 'diff needs two snapshots, OLD and NEW, not 1'],
    [['a', 'b', 'c'], 'diff needs two snapshots, OLD and NEW, not 3'],
    [['a', ''], 'OLD and NEW must be paths'],
    [['a\0', 'b'], 'OLD and NEW must be paths'],
    [['a', 'b', '--format', 'table'], '--format must be one of text, json, not "table"'],
    [['a', 'b', '--output', ''], '--output needs a path'],
    [['a', 'b', '--once'], "Unknown option '--once'"],
    [['a', 'b', '--x\ny'], "Unknown option '--x\\x0ay'"],
  ];
  for (const [argv, message] of cases) {
    const thrown = t.throws(() => parseDiff(argv), SockwatchError);
    if (thrown instanceof SockwatchError) t.match(thrown, { code: 'ERR_USAGE', message }, message);
  }
  t.end();
});
