import t from 'tap';
import { failure, parseText, rowText } from './helpers.js';

const TABLE = ['| Port | Protocol | Service |', '|---|---|---|'];
let port = 0;

/** A table with one row; the port is another every time. */
function table(): string[] {
  port += 1;
  return ['', ...TABLE, `| *:${port} | TCP | a |`, ''];
}

function socket(): string[] {
  port += 1;
  return ['', '| Service | Socket |', '|---|---|', `| a | /run/${port} |`, ''];
}

function roles(...lines: string[]): (string | null)[] {
  return parseText(lines.join('\n')).rows.map(({ role }) => role);
}

function message(...lines: string[]): string {
  return failure(() => parseText(lines.join('\n'))).message;
}

const NODES = 'a heading that names all nodes, control plane nodes or worker nodes';

t.test('the nearest heading with a role applies', (t) => {
  const page = [
    '# T',
    '## Worker nodes',
    ...table(),
    '### Cilium',
    ...table(),
    '#### All nodes',
    ...table(),
    '### More',
  ];
  t.strictSame(roles(...page, ...table(), '## Control plane', ...table()), [
    'worker',
    'worker',
    null,
    'worker',
    'control-plane',
  ]);
  t.strictSame(roles('# Worker nodes', ...table()), ['worker']);
  t.strictSame(roles('Worker nodes', '===', ...table(), 'Control plane', '---', ...table()), [
    'worker',
    'control-plane',
  ]);
  t.strictSame(roles('# T', '###### Masters', ...table(), '## Network', '### Workers', ...table()), [
    'control-plane',
    'worker',
  ]);
  t.end();
});

t.test('tables of sockets need no heading with a role', (t) => {
  t.strictSame(roles('# Ports of a node', ...socket()), [null]);
  t.strictSame(roles('# T', '## Worker nodes', '### Sockets', ...socket()), ['worker']);
  t.strictSame(roles('# T', '## All nodes', ...table(), '## Containerd', ...socket()), [null, null]);
  t.end();
});

t.test('ambiguous roles', (t) => {
  t.equal(message('# T', ...table()), `p.md:3: expected ${NODES} above this table, found "T"`);
  t.equal(
    message('# T', '## N', '### M', ...table()),
    `p.md:5: expected ${NODES} above this table, found "T" > "N" > "M"`,
  );
  t.equal(message(...table(), '# T', 'x'), `p.md:2: expected ${NODES} above this table, found none`);
  t.equal(
    message('# T', '## All nodes', ...table(), '## Edge nodes', ...table()),
    `p.md:8: expected ${NODES}, found "Edge nodes"`,
  );
  t.equal(
    message('# T', '## All nodes', '### Edge nodes', ...table()),
    `p.md:3: expected ${NODES}, found "Edge nodes"`,
  );
  t.equal(message('# T', '## Not on workers', ...table()), `p.md:2: expected ${NODES}, found "Not on workers"`);
  t.equal(message('# T', '## Edge nodes', ...socket()), `p.md:2: expected ${NODES}, found "Edge nodes"`);
  t.end();
});

t.test('text above a table that contradicts its heading', (t) => {
  const found = 'expected roles in headings, beginning with "#", found';
  const page = ['# T', '## All nodes', '', 'Text.', ...table()];
  t.equal(message(...page, '**Worker nodes**', ...table()), `p.md:10: ${found} "Worker nodes"`);
  t.equal(message(...page, 'Not on workers:', ...table()), `p.md:10: ${found} "Not on workers:"`);
  t.equal(
    message(...page, 'Not reachable from workers.', ...table()),
    `p.md:10: ${found} "Not reachable from workers."`,
  );
  t.strictSame(roles(...page, 'All nodes have these too.', '', 'So:', ...table()), [null, null]);
  t.strictSame(roles('# T', '## Workers', 'On worker nodes there are:', ...table()), ['worker']);
  t.end();
});

t.test('adjacent tables', (t) => {
  const page = ['# T', '## All nodes', ...table(), ...table()];
  t.equal(
    message(...page),
    'p.md:9: expected a heading or text between two tables, found a table directly below the one of line 4',
  );
  t.end();
});

t.test('headings without the expected content', (t) => {
  const page = ['# T', '## All nodes', ...table()];
  t.equal(message(...page, '## Worker nodes', 'None.'), 'p.md:8: expected a table below this heading, found none');
  t.equal(
    message(...page, '## Sockets', 'None.'),
    'p.md:8: expected a table of sockets below this heading, found none',
  );
  t.equal(
    message(...page, '## Sockets', '### Workers', ...table()),
    'p.md:8: expected a table of sockets below this heading, found none',
  );
  t.equal(message(...page, '## More'), 'p.md:8: expected text below this heading, found none');
  t.equal(message(...page, '## More', '## Links', 'x'), 'p.md:8: expected text below this heading, found none');
  t.equal(
    message('# T', '## All nodes', '## Workers', ...table()),
    'p.md:2: expected a table below this heading, found none',
  );
  t.strictSame(roles(...page, '## Links', '### More', 'x'), [null]);
  t.end();
});

t.test('many headings', (t) => {
  const lines = Array.from({ length: 50_000 }, (_, at) => `${'#'.repeat((at % 6) + 1)} h\n\nx\n`);
  const started = performance.now();
  t.equal(message(...lines), 'p.md:1: expected a table of services on the page, found none');
  t.ok(performance.now() - started < 20_000);
  t.end();
});

t.test('rows keep their order', (t) => {
  const { rows } = parseText(['# T', '## Workers', ...TABLE, '| *:2 | TCP | b |', '| *:1 | UDP | a |'].join('\n'));
  t.strictSame(rows.map(rowText), ['worker b *:2/tcp', 'worker a *:1/udp']);
  t.end();
});
