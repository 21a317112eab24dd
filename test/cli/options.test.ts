import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { CHECK_HELP } from '../../src/cli/check_options.js';
import { DIFF_HELP } from '../../src/cli/diff_options.js';
import { EXIT_CODE } from '../../src/cli/exit_code.js';
import { type Command, HELP, parseCommand } from '../../src/cli/options.js';

const ONCE: Command = {
  kind: 'once',
  format: 'json',
  output: null,
  spec: { page: null, notes: [], strict: false },
  role: 'auto',
  netns: null,
  owners: 'auto',
  failOn: 'warning',
  allowModuleLoad: false,
  hostRoot: null,
  allNetns: false,
  deadlineMs: null,
  probe: null,
  redact: null,
};

t.test('--once: every option, each of its values, and the defaults', (t) => {
  const cases: [argv: string[], changes: object][] = [
    [[], {}],
    [['--format', 'json'], { format: 'json' }],
    [['--format', 'table'], { format: 'table' }],
    [['--format=table'], { format: 'table' }],
    [['--probe'], { probe: { groups: ['health', 'tls', 'auth'], skip: [] } }],
    [['--probe=tls,health,tls'], { probe: { groups: ['tls', 'health'], skip: [] } }],
    [
      ['--probe', '--probe-skip', 'etcd,k8sd', '--probe-skip=kubelet'],
      { probe: { groups: ['health', 'tls', 'auth'], skip: ['etcd', 'k8sd', 'kubelet'] } },
    ],
    [['--format', 'prometheus'], { format: 'prometheus' }],
    [['--output', 'out.json'], { output: 'out.json' }],
    [['--output=-'], { output: '-' }],
    [['--spec', 'page.md'], { spec: { page: 'page.md', notes: [], strict: false } }],
    [['--notes', 'a.yaml'], { spec: { page: null, notes: ['a.yaml'], strict: false } }],
    [
      ['--notes', 'a.yaml', '--notes=b.yaml', '--notes', 'a.yaml'],
      { spec: { page: null, notes: ['a.yaml', 'b.yaml', 'a.yaml'], strict: false } },
    ],
    [['--strict'], { spec: { page: null, notes: [], strict: true } }],
    [['--role', 'auto'], { role: 'auto' }],
    [['--role', 'control-plane'], { role: 'control-plane' }],
    [['--role=worker'], { role: 'worker' }],
    [['--netns', '/proc/1234/ns/net'], { netns: '/proc/1234/ns/net' }],
    [['--owners', 'auto'], { owners: 'auto' }],
    [['--owners', 'proc'], { owners: 'proc' }],
    [['--owners', 'none'], { owners: 'none' }],
    [['--fail-on', 'error'], { failOn: 'error' }],
    [['--fail-on', 'warning'], { failOn: 'warning' }],
    [['--fail-on', 'info'], { failOn: 'info' }],
    [['--fail-on', 'never'], { failOn: 'never' }],
    [['--allow-module-load'], { allowModuleLoad: true }],
    [['--all-netns'], { allNetns: true }],
    [['--redact'], { redact: { keyFile: null } }],
    [['--redact', '--redact-key', 'k'], { redact: { keyFile: 'k' } }],
    [['--spec', 'a b\n.md'], { spec: { page: 'a b\n.md', notes: [], strict: false } }],
  ];
  for (const [argv, changes] of cases) {
    t.strictSame(parseCommand(['--once', ...argv]), { ...ONCE, ...changes }, argv.join(' '));
    t.strictSame(parseCommand([...argv, '--once']), { ...ONCE, ...changes }, 'in any order');
  }
  const argv = ['--once', '--format', 'table'];
  parseCommand(argv);
  t.strictSame(argv, ['--once', '--format', 'table'], 'argv is not modified');
  t.end();
});

t.test('the TUI is the default mode, and takes every option about what to read', (t) => {
  const { format: _, output: _1, failOn: _2, redact: _3, deadlineMs: _4, probe: _5, ...common } = ONCE;
  const start = { view: undefined, sort: undefined, filter: undefined };
  const UI = { ...common, kind: 'ui', intervalMs: 2000, replay: null, start };
  const cases: [argv: string[], changes: object][] = [
    [[], {}],
    [['--spec', 'page.md', '--notes', 'a.yaml'], { spec: { page: 'page.md', notes: ['a.yaml'], strict: false } }],
    [['--strict', '--role', 'worker'], { spec: { page: null, notes: [], strict: true }, role: 'worker' }],
    [['--netns', '/run/netns/x', '--owners', 'proc'], { netns: '/run/netns/x', owners: 'proc' }],
    [
      ['--all-netns', '--interval', '0.5', '--allow-module-load'],
      { allNetns: true, intervalMs: 500, allowModuleLoad: true },
    ],
    [['--replay', 'node.json'], { replay: 'node.json' }],
    [['--view', 'events', '--sort', 'x', '--filter', 'y'], { start: { view: 'events', sort: 'x', filter: 'y' } }],
  ];
  for (const [argv, changes] of cases) t.strictSame(parseCommand(argv), { ...UI, ...changes }, argv.join(' '));
  t.end();
});

t.test('--help and --version win over all other options', (t) => {
  for (const argv of [
    ['--help'],
    ['-h'],
    ['--once', '--help'],
    ['--help', '--version'],
    ['--help', '--format', 'xml'],
  ]) {
    t.strictSame(parseCommand(argv), { kind: 'help' }, argv.join(' '));
  }
  t.strictSame(parseCommand(['--version']), { kind: 'version' });
  t.strictSame(parseCommand(['--once', '--version']), { kind: 'version' });
  t.end();
});

t.test('every invalid command line has its own one-line error', (t) => {
  const commands = 'the commands are check, diff, serve, who, preflight; without one, this node is shown';
  const help = 'see --help';
  const cases: [argv: string[], message: string, hint: string | null][] = [
    [['--format', 'json'], '--format cannot be used with the TUI; use --once', null],
    [['--output', 'x'], '--output cannot be used with the TUI; use --once', null],
    [['--fail-on', 'info'], '--fail-on cannot be used with the TUI; use --once', null],
    [['--redact'], '--redact cannot be used with the TUI; use --once', null],
    [['--replay', ''], '--replay needs a path', null],
    [['--replay', 'x', '--role', 'worker'], '--role cannot be used with --replay', null],
    [['--replay', 'x', '--netns', 'y'], '--netns cannot be used with --replay', null],
    [['--once', '--replay', 'x'], '--replay cannot be used with --once', null],
    [['--follow', '--replay', 'x'], '--replay cannot be used with --follow', null],
    [['--once', '--view', 'page'], '--view cannot be used with --once', null],
    [['--once', '--format', 'xml'], '--format must be one of json, table, line, prometheus, not "xml"', null],
    [['--once', '--format='], '--format must be one of json, table, line, prometheus, not ""', null],
    [['--once', '--probe='], '--probe must be one of health, tls, auth, not ""', null],
    [['--once', '--probe=tls,all'], '--probe must be one of health, tls, auth, not "all"', null],
    [['--once', '--probe-skip', 'etcd'], '--probe-skip requires --probe', null],
    [['--once', '--probe', '--probe-skip', 'etcd,'], '--probe-skip needs the name of a service', null],
    [['--follow', '--probe'], '--probe cannot be used with --follow', null],
    [['--probe'], '--probe cannot be used with the TUI; use --once', null],
    [['--once', '--format', 'JSON'], '--format must be one of json, table, line, prometheus, not "JSON"', null],
    [
      ['--once', '--format', 'a\n\x1b'],
      '--format must be one of json, table, line, prometheus, not "a\\n\\u001b"',
      null,
    ],
    [['--once', '--role', 'master'], '--role must be one of auto, control-plane, worker, not "master"', null],
    [['--once', '--fail-on', 'errors'], '--fail-on must be one of error, warning, info, never, not "errors"', null],
    [['--once', '--follow'], '--once and --follow cannot be used together', help],
    [['--follow', '--format', 'json'], '--format cannot be used with --follow', null],
    [['--once', '--redact-key', 'k'], '--redact-key requires --redact', null],
    [['--follow', '--redact'], '--redact cannot be used with --follow', null],
    [['--follow', '--output', 'x'], '--output cannot be used with --follow', null],
    [['--once', '--interval', '1'], '--interval cannot be used with --once', null],
    [['--follow', '--interval', '0'], '--interval must be a number of seconds from 0.1 to 86400, not "0"', null],
    [['--follow', '--interval', 'soon'], '--interval must be a number of seconds from 0.1 to 86400, not "soon"', null],
    [['--follow', '--interval', '0x5'], '--interval must be a number of seconds from 0.1 to 86400, not "0x5"', null],
    [['--follow', '--interval', '1e1'], '--interval must be a number of seconds from 0.1 to 86400, not "1e1"', null],
    [['--once', '--owners', 'root'], '--owners must be one of auto, bpf, proc, none, not "root"', null],
    [['--once', '--output', ''], '--output needs a path', null],
    [['--once', '--spec='], '--spec needs a path', null],
    [['--once', '--netns', ''], '--netns needs a path', null],
    [['--once', '--notes', 'a', '--notes', ''], '--notes needs a path', null],
    [['--once', '--output', 'a\0b'], '--output needs a path', null],
    [['--once', '--strict', '--notes', 'a'], '--strict cannot be used with --notes: it ignores all notes', null],
    [['--once', '--format'], '--format needs a value', help],
    [
      ['--once', '--output', '--strict'],
      '--output needs a value, and --strict looks like an option',
      'a value that begins with a dash is written --output=--strict; see --help',
    ],
    [['--once=3'], '--once takes no value', help],
    [['--once', '--deadline', '-1'], '--deadline must be a number of seconds from 0.1 to 86400, not "-1"', null],
    [['--onec'], "Unknown option '--onec'", 'did you mean --once? see --help'],
    [['--ou'], "Unknown option '--ou'", 'did you mean --output? see --help'],
    [['-x'], "Unknown option '-x'", help],
    [['--no-strict', '--once'], "Unknown option '--no-strict'", help],
    [['chek', 'a'], `there is no command "chek": ${commands}`, 'did you mean check? see --help'],
    [['help'], `there is no command "help": ${commands}`, 'did you mean --help, or check --help? see --help'],
    [['nonsense\n'], `there is no command "nonsense\\x0a": ${commands}`, help],
    [[''], `there is no command "": ${commands}`, help],
    [['--once', '--', 'x'], "Unexpected argument 'x'", help],
  ];
  for (const [argv, message, hint] of cases) {
    const thrown = t.throws(() => parseCommand(argv), SockwatchError, JSON.stringify(argv));
    if (!(thrown instanceof SockwatchError)) continue;
    t.equal(thrown.message, message);
    t.match(thrown, { code: 'ERR_USAGE', hint });
    t.notMatch(thrown.message, /[\n\r]/, 'one line');
  }
  t.end();
});

t.test('an error that quotes arbitrary text stays on one line', (t) => {
  for (const argv of [['--a\nb'], ['a\nb'], ['--once', '--role', 'a\nb\u2028c']]) {
    const thrown = t.throws(() => parseCommand(argv), SockwatchError);
    t.notMatch(
      thrown instanceof Error ? thrown.message : '\n',
      /[\n\r]/,
      JSON.stringify(argv).replaceAll('\u2028', ''),
    );
  }
  t.end();
});

t.test('help lists every option with its values, and every exit code', (t) => {
  const cases: [help: string, options: readonly string[]][] = [
    [
      HELP,
      [
        ...['once', 'follow', 'replay', 'format', 'output', 'spec', 'notes', 'strict', 'role', 'netns', 'all-netns'],
        ...['host-root', 'probe', 'probe-skip', 'view', 'sort', 'filter'],
        ...['owners', 'fail-on', 'deadline', 'redact', 'redact-key', 'interval', 'allow-module-load', 'version'],
      ],
    ],
    [CHECK_HELP, ['format', 'output', 'spec', 'notes', 'strict', 'role', 'fail-on', 'redact', 'redact-key']],
    [DIFF_HELP, ['format', 'output']],
  ];
  for (const [help, options] of cases) {
    const listed = Array.from(help.matchAll(/^ {2}(?:-h, )?--([\w-]+)(?: |\[)/gm), ([, option]) => option);
    t.strictSame(listed.toSorted(), [...options, 'help'].toSorted());
    t.ok(help.split('\n').every((line) => line.length <= 125));
  }
  for (const value of ['json', 'table', 'line', 'control-plane', 'worker', 'bpf', 'proc', 'none', 'never']) {
    t.match(HELP, new RegExp(`\\b${value}\\b`), value);
  }
  for (const help of [HELP, CHECK_HELP]) {
    for (const code of Object.values(EXIT_CODE))
      t.match(help, new RegExp(`Exit codes[^]*[ \\n]${code} [a-z]`), `${code}`);
  }
  t.strictSame(EXIT_CODE, { match: 0, drift: 1, failed: 2, incomplete: 3 });
  t.end();
});
