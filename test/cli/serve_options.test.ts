import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { parseServe, type ServeCommand } from '../../src/cli/serve_options.js';

const DEFAULT: ServeCommand = {
  kind: 'serve',
  listen: { host: '127.0.0.1', port: 9477 },
  tokenFile: null,
  intervalMs: 30_000,
  spec: { page: null, notes: [], strict: false },
  role: 'auto',
  netns: null,
  owners: 'auto',
  allowModuleLoad: false,
  hostRoot: null,
  failOn: 'warning',
  probe: null,
};

t.test('options', (t) => {
  const cases: [argv: string[], changes: object][] = [
    [[], {}],
    [['--listen', '0.0.0.0:9100'], { listen: { host: '0.0.0.0', port: 9100 } }],
    [['--listen', '[fd00::2]:1'], { listen: { host: 'fd00::2', port: 1 } }],
    [['--listen', 'localhost:0'], { listen: { host: '127.0.0.1', port: 0 } }],
    [['--listen', ':9477'], { listen: { host: '::', port: 9477 } }],
    [['--token-file', 'token', '--interval', '5'], { tokenFile: 'token', intervalMs: 5_000 }],
    [
      ['--role', 'worker', '--netns', '/n', '--owners', 'proc', '--host-root', '/host', '--fail-on', 'error'],
      { role: 'worker', netns: '/n', owners: 'proc', hostRoot: '/host', failOn: 'error' },
    ],
    [['--probe=tls', '--probe-skip', 'etcd'], { probe: { groups: ['tls'], skip: ['etcd'] } }],
    [['--allow-module-load', '--strict'], { allowModuleLoad: true, spec: { page: null, notes: [], strict: true } }],
  ];
  for (const [argv, changes] of cases) t.strictSame(parseServe(argv), { ...DEFAULT, ...changes }, argv.join(' '));
  t.strictSame(parseServe(['-h']), { kind: 'help' });
  t.end();
});

t.test('what is no command line', (t) => {
  const addresses = [
    '9477',
    '127.0.0.1',
    'node-1:9477',
    '::1:9477',
    '[127.0.0.1]:1',
    '[]:1',
    '127.0.0.1:65536',
    '127.0.0.1:',
    '',
  ];
  for (const address of addresses) {
    const thrown = t.throws(() => parseServe(['--listen', address]), { code: 'ERR_USAGE' }, address);
    if (thrown instanceof SockwatchError) t.match(thrown.hint, 'for example 127.0.0.1:9477');
  }
  for (const argv of [
    ['--once'],
    ['--format', 'json'],
    ['--output', 'x'],
    ['--redact'],
    ['file'],
    ['--interval', '0'],
  ]) {
    t.throws(() => parseServe(argv), { code: 'ERR_USAGE' }, argv.join(' '));
  }
  t.end();
});
