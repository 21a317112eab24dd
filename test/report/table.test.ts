import stringWidth from 'string-width';
import t from 'tap';
import { toTable } from '../../src/report/table.js';
import { redact } from '../../src/snapshot/redact/redact.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { joined } from '../joined.js';
import { documentOf } from '../snapshot/document/document.js';
import {
  capture,
  coverage,
  held,
  listener,
  listenerNote,
  NO_ROUTE,
  NODE,
  notes,
  processOwner,
  row,
  rowNote,
  socketFile,
  spec,
  unit,
  unixRow,
} from '../verdict/factory.js';

const PAGE = spec(
  [
    row('localhost:10248', 'kubelet'),
    row('*:10250', 'kubelet'),
    row('localhost:9879', 'cilium-agent'),
    row('default:6400', 'k8sd'),
    row('*:10259', 'kube-scheduler', { role: 'control-plane' }),
    row('*:6443', 'kube-apiserver'),
    row('default:4240', 'cilium-agent'),
    unixRow('/run/containerd/containerd.sock', 'containerd'),
  ],
  {
    notes: {
      ...notes({ listeners: [listenerNote({ owners: ['sshd'], ports: [{ from: 22, to: 22 }] })] }),
      sources: ['a.yaml'],
    },
  },
);

const SOCKETS = [
  held('nc', '127.0.0.1', 7000),
  held('nc', '0.0.0.0', 7001),
  listener('0.0.0.0', 22),
  held('kubelet', '127.0.0.1', 10248),
  held('nc', '0.0.0.0', 10250),
  held('cilium-agent', '0.0.0.0', 9879),
  held('k8sd', '198.51.100.2', 6400),
  held('kube-apiserver', '127.0.0.1', 6443),
  held('x', '192.0.2.2', 4240, { owners: [processOwner('x', { comm: 'cilium-agent', exe: '/x', argv0: 'x' })] }),
];

const FILES = [socketFile('/run/containerd/containerd.sock', { state: 'absent', device: null, inode: null })];

/** The lines of the table itself, below its head. */
function rowsOf(text: string): string[] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('VERDICT'));
  const end = lines.indexOf('', head);
  return lines.slice(head + 1, end);
}

const table = joined(toTable(documentOf(PAGE, capture(SOCKETS, { files: FILES }))));

t.test('one line a finding, worst first', (t) => {
  const rows = rowsOf(table);
  t.strictSame(
    rows.map((line) => line.split(/ {2,}/).slice(0, 3)),
    [
      ['wrong-owner', 'kubelet', '*:10250/tcp'],
      ['exposed', 'cilium-agent', 'localhost:9879/tcp'],
      ['missing', 'containerd', '/run/containerd/containerd.sock'],
      ['wrong-address', 'k8sd', 'default:6400/tcp'],
      ['unexpected', '-', '-'],
      ['unexpected', '-', '-'],
      ['narrowed', 'kube-apiserver', '*:6443/tcp'],
      ['unverified', '-', '-'],
      ['ok', 'kubelet', 'localhost:10248/tcp'],
      ['ok', 'cilium-agent', 'default:4240/tcp'],
      ['not-applicable', 'kube-scheduler', '*:10259/tcp'],
    ],
  );
  t.match(rows[4], /0\.0\.0\.0:7001\/tcp, reachable from outside/, 'a warning stands before information');
  t.match(rows[5], /127\.0\.0\.1:7000\/tcp, on loopback/);
  t.equal(rows.length, documentOf(PAGE, capture(SOCKETS, { files: FILES })).findings.length);
  t.end();
});

t.test('columns stand below each other, and no line ends in a blank', (t) => {
  const lines = [table.split('\n').find((line) => line.startsWith('VERDICT')) ?? '', ...rowsOf(table)];
  const starts = ['SERVICE', 'EXPECTED', 'ACTUAL'].map((word) => lines[0]?.indexOf(word) ?? 0);
  for (const line of lines) {
    t.ok(
      starts.every((at) => line[at - 1] === ' ' && line[at - 2] === ' ' && line[at] !== ' '),
      line,
    );
    t.notMatch(line, /\s$/);
  }
  const wide = joined(toTable(documentOf(spec([row('localhost:1', '日本語'), row('*:22', 'x')]))));
  const aligned = ['missing  日本語   localhost:1/tcp  nothing', 'missing  x        *:22/tcp         nothing'];
  const parts = rowsOf(wide).map((line) => line.slice(0, line.indexOf(' is listening')));
  t.strictSame(parts, aligned, 'by the width on a screen, not by the number of characters');
  t.equal(new Set(parts.map((line) => stringWidth(line))).size, 1);
  t.end();
});

t.test('the head says what was looked at and what came out', (t) => {
  const [node, page, result] = table.split('\n');
  t.equal(node, 'node  role worker (flag)  eth0 192.0.2.2 fd00::2');
  t.equal(page, 'A page (page.md; notes a.yaml)  2026-01-31T12:00:00.000Z  k8s-sockwatch 1.2.3');
  t.equal(
    result,
    'the node drifts from the page: 1 wrong-owner · 1 exposed · 1 missing · 1 wrong-address · 2 unexpected · 1 narrowed · 1 unverified · 2 ok · 1 not-applicable (5 rows recognized by name only, which any user can choose)',
  );
  const fine = joined(
    toTable(documentOf(spec([row('localhost:10248', 'kubelet')]), capture([held('kubelet', '::1', 10248)]))),
  );
  t.match(fine, /^the node matches the page: 1 ok \(1 rows recognized by name only, which any user can choose\)$/m);
  t.match(fine, /^A page \(page\.md; no notes\)/m);
  t.notMatch(fine, /Not read completely/);
  t.end();
});

t.test('what is wrong is never called a match, whatever was asked to fail on', (t) => {
  const missing = spec([row('localhost:10248', 'kubelet')]);
  const one = documentOf(missing, capture([]), 'never');
  t.equal(one.summary.result, 'match', 'the exit code is 0, as asked');
  t.notMatch(joined(toTable(one)), /the node matches the page/);
  const partial = documentOf(missing, capture([], { coverage: coverage({ unix: 'failed' }) }), 'never');
  t.notMatch(joined(toTable(partial)), /no drift was found/);
  t.end();
});

t.test('reasons, and how weak the evidence is', (t) => {
  t.match(rowsOf(table)[9], /\[matched by comm, which any process can choose\]$/);
  t.notMatch(rowsOf(table)[8], /matched by/);
  const hardened = spec([row('*:1', 'a')], {
    notes: notes({
      rows: [rowNote({ service: 'a' }, { hardening: 'It is meant.' })],
    }),
  });
  t.match(rowsOf(joined(toTable(documentOf(hardened, capture([held('a', '::1', 1)])))))[0], /; It is meant$/);
  const [scheduler] = rowsOf(table).filter((line) => line.includes('kube-scheduler'));
  t.equal(
    scheduler?.match(/for control-plane nodes only/g)?.length,
    1,
    'a reason that is in the message is not repeated',
  );
  t.end();
});

t.test('below stands what to do: once for rows with the same advice, and for the cause alone', (t) => {
  const rows = [
    row('localhost:10248', 'kubelet'),
    row('*:10250', 'kubelet'),
    row('*:6443', 'kube-apiserver'),
    row('*:4244', 'x'),
    row('*:4245', 'x'),
  ];
  const services = [unit('kubelet', { comm: 'bash' }), unit('kube-apiserver', { pids: [], comm: null })];
  const one = documentOf(spec(rows), capture([], { node: { ...NODE, services } }));
  const text = joined(toTable(one));
  t.match(text, /^the node drifts from the page: 5 missing; 2 of these wait for kube-apiserver \*:6443\/tcp$/m);
  t.match(rowsOf(text)[0], /kube-apiserver/, 'the cause first');
  const [, section = ''] = text.split('\n\nWhat to do:\n');
  t.match(
    section,
    /^kube-apiserver \*:6443\/tcp: Read the log .*\n {2}snap services k8s\n {2}sudo journalctl .*\n {2}sudo snap start /,
  );
  t.match(section, /^x \*:4244\/tcp, x \*:4245\/tcp: Check whether x is running/m);
  t.notMatch(section, /kubelet/);
  const fine = documentOf(spec([row('localhost:10248', 'kubelet')]), capture([held('kubelet', '::1', 10248)]));
  t.notMatch(joined(toTable(fine)), /What to do/);
  t.end();
});

t.test('what was not read completely is listed at the end', (t) => {
  const seen = capture([], { coverage: coverage({ tcp: 'failed', owners: 'partial' }) });
  t.match(
    joined(toTable(documentOf(PAGE, seen))),
    /\n\nNot read completely, .*:\ntcp: failed: tcp is broken\nowners: partial: owners is broken\n$/,
  );
  const [first] = coverage().sources;
  if (first === undefined) throw new Error('coverage has sources');
  const noted = { complete: true, sources: [{ ...first, via: '/proc/net', note: 'no module' }] };
  t.match(
    joined(toTable(documentOf(PAGE, capture([], { coverage: noted })))),
    /^tcp: read from \/proc\/net: no module$/m,
  );
  const none = capture([], { node: NO_ROUTE });
  t.match(joined(toTable(documentOf(PAGE, none))), /no default route$/m);
  const unread = capture([], {
    node: NO_ROUTE,
    coverage: coverage({ network: 'failed' }),
  });
  t.notMatch(
    joined(toTable(documentOf(PAGE, unread))).split('\n')[0],
    /no default route/,
    'what was not read is not said to be absent',
  );
  t.end();
});

t.test('hostile names stay in their line and do nothing to it', (t) => {
  const name = 'x\n\x1b[2J\r\u202e\u2028\x9b7m\0';
  const owners = [processOwner('x', { comm: name, exe: name })];
  const page = spec([row('localhost:1', name, { hostText: name }), unixRow(`/run/${name}`, name)], {
    title: name,
    source: name,
  });
  const node = {
    ...NODE,
    hostname: name,
    defaultInterface: { name, index: 2, addresses: [name] },
    defaultAddresses: [name],
  };
  const one = documentOf(
    page,
    capture([held('x', '127.0.0.1', 1, { owners }), held('x', '::', 2, { owners, device: name })], { node }),
  );
  const text = joined(toTable(one));
  t.notMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  t.equal(rowsOf(text).length, one.findings.length, 'still one line a finding');
  t.match(text, 'x\\x0a\\x1b[2J');
  t.end();
});

t.test('remarks on the page', (t) => {
  const { builtin } = builtinSpec();
  const document = documentOf(spec(builtinSpec().rows.slice(1), { builtin }), capture([]));
  const text = joined(toTable(document));
  const remark = 'the page lacks cilium-agent 9879/tcp, which the built-in page of 1.36 has';
  t.match(text, `\n\nAbout the page:\n${remark}\n`);
  t.match(text, '\nA page (page.md; no notes)');
  t.match(joined(toTable(redact(document))), `\n${remark}\n`, 'also where it is redacted');
  t.match(joined(toTable(documentOf(builtinSpec(), capture([])))), '(builtin:canonical-k8s, 1.36; notes builtin:');
  t.end();
});
