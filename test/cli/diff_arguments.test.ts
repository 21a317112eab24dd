import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { DIFF_HELP, parseDiff } from '../../src/cli/diff_arguments.js';

t.test('what diff takes', (t) => {
  const plain = { kind: 'diff', old: 'a', now: 'b', format: 'text', output: null };
  t.strictSame(parseDiff(['a', 'b']), plain);
  t.strictSame(parseDiff(['a', '--format', 'json', 'b', '--output=c']), { ...plain, format: 'json', output: 'c' });
  t.strictSame(parseDiff(['--', '-a', '-b']), { ...plain, old: '-a', now: '-b' });
  for (const argv of [['--help'], ['-h'], ['a', '--help']]) t.strictSame(parseDiff(argv), { kind: 'help' });
  for (const option of ['--format text|json', '--output FILE', '-h, --help']) t.ok(DIFF_HELP.includes(`  ${option}`));
  t.end();
});

t.test('what it refuses, each on one line', (t) => {
  const cases: [argv: string[], message: string][] = [
    [[], 'diff takes two snapshots, OLD and NEW, and was given 0'],
    [['a'], 'diff takes two snapshots, OLD and NEW, and was given 1'],
    [['a', 'b', 'c'], 'diff takes two snapshots, OLD and NEW, and was given 3'],
    [['a', ''], 'OLD and NEW are paths of snapshots'],
    [['a\0', 'b'], 'OLD and NEW are paths of snapshots'],
    [['a', 'b', '--format', 'table'], '--format is one of text, json, not "table"'],
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
