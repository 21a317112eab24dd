import t from 'tap';
import { failure, pageWith, parseText, rowText } from './helpers.js';

const ENDPOINT = 'HOST:PORT, with localhost, default, *, an address or a network (10.0.0.0/8) as HOST';
const COLUMNS = 'a header with "Interface & Port", "Protocol", "Service" (or "Service", "Socket")';
const SERVICE = 'the name of a service, such as kubelet';

t.test('invalid cells', (t) => {
  const cases: [string, string][] = [
    ['| localhost:70000 | TCP | a | b |', `expected ${ENDPOINT}, found "localhost:70000"`],
    ['| localhost:0 | TCP | a | b |', `expected ${ENDPOINT}, found "localhost:0"`],
    ['| 6443 | TCP | a | b |', `expected ${ENDPOINT}, found "6443"`],
    ['| *:1-9 | TCP | a | b |', `expected ${ENDPOINT}, found "*:1-9"`],
    ['| *:1<br>*:2 | TCP | a | b |', `expected ${ENDPOINT}, found ":1<br>:2"`],
    ['| ~~*:1~~ | TCP | a | b |', `expected ${ENDPOINT}, found "~~*:1~~"`],
    ['| ![*:1](x.png)? | TCP | a | b |', `expected ${ENDPOINT}, found "*:1?"`],
    ['| {{ host }}:1 | TCP | a | b |', `expected ${ENDPOINT}, found "{{ host }}:1"`],
    ['| | TCP | a | b |', `expected ${ENDPOINT}, found an empty cell`],
    ['| *:1 | SCTP | a | b |', 'expected TCP, UDP or TCP/UDP, found "SCTP"'],
    ['| *:1 | | a | b |', 'expected TCP, UDP or TCP/UDP, found an empty cell'],
    ['| *:1 | TCP | | b |', `expected ${SERVICE}, found an empty cell`],
    ['| *:1 | TCP | API server | b |', `expected ${SERVICE}, found "API server"`],
    ['| *:1 | TCP | kubelet[^1] | b |', `expected ${SERVICE}, found "kubelet[^1]"`],
    ['| *:1 | TCP | [kubelet][ref] | b |', `expected ${SERVICE}, found "[kubelet][ref]"`],
    ['| *:1 | TCP | kube\u200blet | b |', `expected ${SERVICE}, found "kube\\u{200b}let"`],
    ['| *:1 | TCP | \x1b[31m | b |', `expected ${SERVICE}, found "\\x1b[31m"`],
    [`| *:1 | TCP | ${'x y'.repeat(40)} | b |`, `expected ${SERVICE}, found "${'x y'.repeat(20)}…"`],
    ['| *:1 | TCP | a |', 'expected 4 cells, as in the header, found 3 in "| *:1 | TCP | a |"'],
    ['| *:1 | TCP | a | b | c |', 'expected 4 cells, as in the header, found 5 in "| *:1 | TCP | a | b | c |"'],
    ['| *:1 | TCP | a | b | |', 'expected 4 cells, as in the header, found 5 in "| *:1 | TCP | a | b | |"'],
    ['| *:1 | TCP | a | `b | c` |', 'expected 4 cells, as in the header, found 5 in "| *:1 | TCP | a | `b | c` |"'],
    ['And more:', 'expected 4 cells, as in the header, found 1 in "And more:"'],
  ];
  for (const [row, message] of cases) {
    const text = pageWith(['| *:99 | UDP | first | b |', row]);
    t.equal(failure(() => parseText(text)).message, `p.md:8: ${message}`, row);
  }
  t.end();
});

t.test('invalid headers', (t) => {
  const cases: [string[], string][] = [
    [['Port', 'Service', 'Description'], `${COLUMNS}, found "Port | Service | Description"`],
    [['Interface', 'Protocol', 'Service'], `${COLUMNS}, found "Interface | Protocol | Service"`],
    [['Name', 'Meaning'], `${COLUMNS}, found "Name | Meaning"`],
    [['Port', 'Protocol', 'Service', 'Socket'], `${COLUMNS}, found "Port | Protocol | Service | Socket"`],
    [['Service', 'Socket', 'Port'], `${COLUMNS}, found "Service | Socket | Port"`],
    [['Socket'], `${COLUMNS}, found "Socket"`],
    [
      ['Interface & Port', 'Port', 'Protocol', 'Service'],
      'one column for the endpoint, found "Interface & Port" and "Port"',
    ],
    [['Port', 'Protocol', 'Service', 'Process'], 'one column for the service, found "Service" and "Process"'],
    [
      ['Port', 'Protocol', 'Service', 'Node role'],
      'roles in headings and conditions in descriptions, found a column "Node role"',
    ],
    [
      ['Port', 'Protocol', 'Service', 'Only if'],
      'roles in headings and conditions in descriptions, found a column "Only if"',
    ],
  ];
  for (const [header, message] of cases) {
    const row = `| ${header.map(() => 'x').join(' | ')} |`;
    t.equal(failure(() => parseText(pageWith([row], header))).message, `p.md:5: expected ${message}`, header.join());
  }
  t.end();
});

t.test('a table without rows', (t) => {
  const message = 'p.md:5: expected rows below the header of this table, found none';
  t.equal(failure(() => parseText(pageWith([]))).message, message);
  t.end();
});

t.test('columns in any order, and others, which are ignored', (t) => {
  const headers = [
    '**Service**',
    'Security',
    '[Protocol](https://a.test)',
    'Interface &amp; port',
    'Purpose',
    'Encrypted',
  ];
  const { rows } = parseText(pageWith(['| a | TLS | TCP/UDP | \\*:1 | Words (if any). | yes |'], headers));
  t.strictSame(rows.map(rowText), ['all a *:1/tcp (if any)', 'all a *:1/udp (if any)']);
  t.strictSame(
    rows.map(({ description, line }) => [description, line]),
    [
      ['Words (if any).', 7],
      ['Words (if any).', 7],
    ],
  );
  t.end();
});

t.test('sockets', (t) => {
  const page = (cell: string): string => pageWith([`| a | ${cell} |`], ['Service', 'Unix socket']);
  t.strictSame(parseText(page('`unix:///run/a.sock`')).rows, [
    {
      kind: 'unix',
      service: 'a',
      role: null,
      description: '',
      condition: null,
      claims: [],
      line: 7,
      path: '/run/a.sock',
    },
  ]);
  for (const cell of ['unix://@a', 'unix:///run/*/a', '$SNAP_COMMON/a', 'unix:///a unix:///b']) {
    const message = `p.md:7: expected unix:// and an absolute path, found "${cell}"`;
    t.equal(failure(() => parseText(page(cell))).message, message);
  }
  t.end();
});
