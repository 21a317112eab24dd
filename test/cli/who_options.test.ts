import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { exitCodeOf } from '../../src/cli/who_command.js';
import { parseWho } from '../../src/cli/who_options.js';
import type { Answer } from '../../src/snapshot/who/document.js';

t.test('the command line of who', (t) => {
  t.match(parseWho(['10250', '@x', '--format=json', '--all-netns']), {
    kind: 'who',
    what: ['10250', '@x'],
    format: 'json',
    allNetns: true,
    netns: null,
  });
  t.match(parseWho(['22']), { format: 'table', allNetns: false, output: null, deadlineMs: null, redact: null });
  t.match(parseWho(['22', '--deadline', '2', '--output', 'x', '--redact', '--redact-key', 'k']), {
    output: 'x',
    deadlineMs: 2000,
    redact: { keyFile: 'k' },
  });
  for (const argv of [['--help'], ['22', '-h']]) t.strictSame(parseWho(argv), { kind: 'help' });
  t.end();
});

t.test('errors, each on one line', (t) => {
  const cases: [argv: string[], message: string][] = [
    [[], 'who needs an address'],
    [['22', '--format', 'line'], '--format must be one of table, json, not "line"'],
    [['22', '--netns', ''], '--netns needs a path'],
    [['22', '--once'], "Unknown option '--once'"],
    [['22', '--fail-on', 'error'], "Unknown option '--fail-on'"],
    [['22', '--deadline', '0'], '--deadline must be a number of seconds'],
    [['22', '23x'], '"23x": a port is a number'],
    [['22', '--redact-key', 'k'], '--redact-key requires --redact'],
  ];
  for (const [argv, message] of cases) {
    const thrown = t.throws(() => parseWho(argv), SockwatchError);
    if (thrown instanceof SockwatchError) t.match(thrown, { code: 'ERR_USAGE', message }, message);
  }
  t.end();
});

t.test('exit codes', (t) => {
  const answer = (result: Answer['result'], complete = true) => ({ result, complete });
  const code = (...answers: Pick<Answer, 'result' | 'complete'>[]) => exitCodeOf(answers);
  t.equal(code(answer('held')), 0);
  t.equal(code(answer('held'), answer('free')), 1);
  t.equal(code(answer('free'), answer('unknown', false)), 3);
  t.equal(code(answer('held', false)), 3, 'an owner that was not seen');
  t.end();
});
