import t from 'tap';
import { parsePreflight } from '../../src/cli/preflight_options.js';

t.test('options', (t) => {
  t.match(parsePreflight([]), {
    kind: 'preflight',
    format: 'table',
    role: 'auto',
    join: false,
    config: null,
    failOn: 'warning',
  });
  t.match(
    parsePreflight(['--join', '--role', 'worker', '--config', 'b.yaml', '--format', 'line', '--fail-on', 'error']),
    {
      role: 'worker',
      join: true,
      config: 'b.yaml',
      format: 'line',
      failOn: 'error',
    },
  );
  t.strictSame(parsePreflight(['-h', '--join']), { kind: 'help' });
  t.end();
});

t.test('what makes no sense is an error on one line', (t) => {
  const cases: readonly (readonly string[])[] = [
    ['10250'],
    ['--format', 'prometheus'],
    ['--config', ''],
    ['--config'],
    ['--fail-on', 'sometimes'],
    ['--role', 'master'],
    ['--redact-key', 'x'],
    ['--deadline', '0'],
    ['--join=yes'],
    ['--netns', 'a\0b'],
    ['--strict', '--notes', 'x'],
  ];
  for (const argv of cases)
    t.throws(() => parsePreflight(argv), { code: 'ERR_USAGE', message: /^[^\n]+$/ }, argv.join(' '));
  t.end();
});
