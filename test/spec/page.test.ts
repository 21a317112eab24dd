import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parsePage, readPage } from '../../src/spec/page.js';
import { failure, fixture, fixtureText, laterFailure, pageWith, parseText, rowText } from './helpers.js';

t.test('a page in the layout of the published one', async (t) => {
  const { title, rows } = parseText(fixtureText('pages/plain.md'));
  t.equal(title, 'Listeners of a test cluster');
  t.strictSame(rows.map(rowText), [
    'all kubelet localhost:10248/tcp',
    'all k8sd default:6400/tcp',
    'all kube-apiserver *:6443/tcp',
    'control-plane etcd default:2379/tcp',
    'control-plane cilium-agent *:8472/udp',
    'control-plane kube-scheduler *:10259/tcp',
    'all containerd /run/containerd/containerd.sock',
  ]);
  t.strictSame(rows[0], {
    kind: 'network',
    service: 'kubelet',
    role: null,
    description: 'Says whether it is well.',
    condition: null,
    claims: [],
    line: 11,
    host: { kind: 'localhost' },
    hostText: 'localhost',
    port: 10248,
    protocol: 'tcp',
  });
  t.match(rows.at(-1), { kind: 'unix', path: '/run/containerd/containerd.sock', line: 31, description: '' });
});

t.test('front matter, links, conditions and an admonition', async (t) => {
  const { title, rows } = parseText(fixtureText('pages/front_matter.md'));
  t.equal(title, 'Listeners');
  t.strictSame(
    rows.map((row) => `${row.line} ${rowText(row)}`),
    [
      '16 all cilium-agent localhost:9890/tcp',
      '17 all kube-proxy localhost:10249/tcp (when kube-proxy replacement is not enabled)',
      '18 all kube-proxy localhost:10256/tcp (if Cilium leaves services to it)',
      '19 all k8s-dqlite default:9000/tcp (Only applies if datastore type is set to k8s-dqlite)',
      '20 all cilium-agent default:4240/tcp',
      '30 all containerd /run/containerd/containerd.sock',
    ],
  );
  t.equal(rows[0]?.description, 'For gops.');
});

t.test('variants of columns, headings, spellings and addresses', async (t) => {
  const { title, rows } = parseText(fixtureText('pages/variants.md'));
  t.equal(title, 'Services & ports of another vendor');
  t.strictSame(rows.map(rowText), [
    'control-plane k8sd [fd00:0:0::1]:6400/tcp',
    'control-plane etcd 10.0.0.0/8:2379/tcp',
    'control-plane dns 127.0.0.53:53/tcp',
    'control-plane dns 127.0.0.53:53/udp',
    'control-plane mesh *:7946/tcp',
    'control-plane mesh *:7946/udp',
    'control-plane cilium-agent *:4244/tcp',
    'control-plane hubble *:4245/tcp',
    'control-plane bird [fd00::/64]:179/tcp',
    'control-plane rpcbind 0.0.0.0:111/udp',
    'control-plane chronyd 127.0.0.1:323/udp',
    'control-plane rpcbind [0:0::0]:112/udp',
    'control-plane chronyd [::1]:324/udp',
    'worker k8s-apiserver-proxy Localhost:6443/tcp (Optional)',
    'worker kubelet DEFAULT:10250/tcp',
    'worker kubelet DEFAULT:10250/udp',
    'all sshd *:22/tcp',
    'worker x /run/x.sock (Only used when x is there)',
  ]);
  t.equal(rows[1]?.description, 'A network; a | in a cell');
});

t.test('duplicate headings, and tables with text between them', async (t) => {
  const { rows } = parseText(fixtureText('pages/duplicated_headings.md'));
  t.strictSame(rows.map(rowText), ['all one *:1/tcp', 'all two *:2/tcp', 'all three *:3/tcp']);
});

t.test('line endings, a byte order mark and a missing last newline make no difference', async (t) => {
  for (const name of ['plain', 'front_matter', 'variants', 'duplicated_headings']) {
    const text = fixtureText(`pages/${name}.md`);
    const page = parseText(text);
    t.strictSame(parseText(text.replaceAll('\n', '\r\n')), page);
    t.strictSame(parseText(text.replaceAll('\n', '\r')), page);
    t.strictSame(parseText(`\uFEFF${text}`), page);
    t.strictSame(parseText(text.trimEnd()), page);
  }
});

t.test('duplicate rows', async (t) => {
  const cases: [string, string][] = [
    ['| *:1 | TCP | a | x |', '| *:1 | tcp | a | other words |'],
    ['| *:1 | TCP | a | x |', '| 0.0.0.0:1 | TCP/UDP | a | y |'],
    ['| 10.0.0.0/8:1 | TCP | a | x |', '| 10.0.0.0/8:1 | TCP | `a` | y |'],
  ];
  for (const rows of cases) {
    const error = failure(() => parseText(pageWith(rows)));
    t.equal(error.message, 'p.md:8: expected every row once, found the row of line 7 again');
  }
  const sockets = pageWith(['| a | /run/a |', '| a | unix:///run/a |'], ['Service', 'Socket']);
  t.equal(failure(() => parseText(sockets)).message, 'p.md:8: expected every row once, found the row of line 7 again');
  const others = ['| *:1 | TCP | a | |', '| *:1 | UDP | a | |', '| *:1 | TCP | b | |', '| default:1 | TCP | a | |'];
  t.equal(parseText(pageWith(others)).rows.length, 4);
});

t.test('incomplete pages', async (t) => {
  const table = pageWith(['| *:1 | TCP | a | b |']);
  const cases: [string, string][] = [
    ['', 'p.md:1: expected a title, as in "# Services and ports", found none'],
    ['Words.\n', 'p.md:1: expected a title, as in "# Services and ports", found none'],
    [table.replace('# Title', ''), 'p.md:1: expected a title, as in "# Services and ports", found none'],
    [table.replace('# Title', '\n#\n'), 'p.md:2: expected a title, as in "# Services and ports", found an empty one'],
    ['# Title\n\nWords.\n', 'p.md:1: expected a table of services on the page, found none'],
    ['# T\n\n\0', 'p.md:3: expected text in UTF-8, found a NUL byte'],
  ];
  for (const [text, message] of cases) t.equal(failure(() => parseText(text)).message, message);
});

t.test('readPage gives the source and checksum', async (t) => {
  const file = fixture('pages/plain.md');
  const bytes = readFileSync(file);
  const page = await readPage(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  t.strictSame(page, { source: file, sha256, ...parsePage(file, bytes) });
  t.match((await laterFailure(() => readPage(`${file}x`))).message, /cannot be read: no such file or directory/);
});
