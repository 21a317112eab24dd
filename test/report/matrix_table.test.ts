import stringWidth from 'string-width';
import t from 'tap';
import { toMatrixTable } from '../../src/report/matrix_table.js';
import { BUILTIN, cluster, fleetOf, nodeDocument } from '../fleet/factory.js';
import { joined } from '../joined.js';
import { coverage, held } from '../verdict/factory.js';

const FAULTY = cluster(3, {
  'cp-2': { without: ['etcd'] },
  'w-2': { also: [held('backdoor', '0.0.0.0', 31337)], coverage: coverage({ owners: 'partial' }) },
});

t.test('a small cluster', (t) => {
  const text = joined(toMatrixTable(fleetOf(FAULTY, { unreadable: { 'x.tgz': 'it is no archive' } }), 200));
  const lines = text.split('\n');
  t.equal(lines[0], '6 nodes: ✗ 2 drift · ? 0 incomplete · ✓ 4 match; 1 input could not be read');
  t.ok(lines.includes('✗ missing     etcd does not run on 1 of 3 control plane nodes (cp-2); it runs on cp-1, cp-3'));
  t.ok(lines.includes('? x.tgz: it is no archive'), 'an input that could not be read');
  t.ok(
    lines.some((line) => /^ {2}default:2379\/tcp +etcd +✓ ok +✗ missing ◆ +✓ ok +– n\/a +– n\/a +– n\/a$/.test(line)),
  );
  t.ok(lines.some((line) => /^ {2}:31337\/tcp +backdoor +· none .* ▲ unexpected ◆ +· none$/.test(line)));
  t.ok(lines.some((line) => /^w-2 +worker +✗ drift, partly seen +2026-01-31T12:00:00.000Z +w-2.json$/.test(line)));
  t.match(
    text,
    /\n✗ missing {2}default:2379\/tcp {2}etcd {2}on cp-2\n {4}nothing is listening on .*\n {4}◆ most nodes of its role are "ok"\n/,
  );
  t.match(
    text,
    /\n▲ unexpected .* on w-2\n {4}backdoor \(pid 812.*\n {4}◆ most nodes of its role have no such listener\n/,
  );
  t.match(text, /\nCould not be seen:\n\? w-2: owners: partial: owners is broken\n$/);
  t.end();
});

t.test('blocks fit the width, and nodes that look alike share a column', (t) => {
  for (const width of [80, 100, 120, 160]) {
    const text = joined(toMatrixTable(fleetOf(cluster(300, { 'w-7': { without: ['kubelet'] } })), width));
    const from = text.indexOf('every node');
    const matrix = text.slice(from, text.indexOf('◆ differs from'));
    for (const line of matrix.split('\n')) t.ok(stringWidth(line) <= width, `${width}: ${line}`);
    t.match(text, / {2}w-1 \+298 /, 'all workers but one');
    t.match(text, /\nw-1 \+298: w-1, w-2, /, 'named below');
    for (const name of ['w-7', 'w-8', 'w-300']) t.match(text, new RegExp(`\\b${name}\\b`), name);
  }
  t.end();
});

t.test('a terminal without width still gets every node', (t) => {
  const text = joined(toMatrixTable(fleetOf(FAULTY), 1));
  for (const name of ['cp-1', 'cp-2', 'cp-3', 'w-1 \\+1', 'w-2']) t.match(text, new RegExp(`\n {40,}${name}\n`), name);
  t.end();
});

t.test('a fault of many nodes is described once', (t) => {
  const faulty = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`w-${at + 1}`, { without: ['kubelet'] }]));
  const text = joined(toMatrixTable(fleetOf(cluster(9, faulty)), 120));
  t.equal(text.match(/nothing is listening on localhost:10248/g)?.length, 1);
  t.match(text, /localhost:10248\/tcp {2}kubelet {2}on 9 nodes: w-1, w-2, w-3, w-4, w-5 and 4 more\n {4}w-1: nothing/);
  t.end();
});

t.test('different pages are separate tables', (t) => {
  const other = { ...BUILTIN, title: 'Another page', sha256: 'f'.repeat(64) };
  const text = joined(toMatrixTable(fleetOf([nodeDocument('a'), nodeDocument('b', { spec: other })]), 120));
  t.match(text, /compared with 2 different pages or notes/);
  t.match(text, /\nAnother page \(builtin/);
  t.end();
});

t.test('several snapshots of one node, and some that may be', (t) => {
  const later = nodeDocument('a', { capturedAt: '2026-01-31T13:00:00.000Z' });
  const pseudonym = { ...nodeDocument('host-1'), redacted: { keyId: 'k' } };
  const text = joined(toMatrixTable(fleetOf([nodeDocument('a'), later, pseudonym]), 120));
  t.match(text, /^2 snapshots: /);
  t.match(
    text,
    '\nSet aside: of several snapshots of a node, the latest is used\na.json (a, 2026-01-31T12:00:00.000Z): a.json is used\n',
  );
  t.end();
});

t.test('no nodes, only an unreadable input', (t) => {
  t.equal(
    joined(toMatrixTable(fleetOf([], { unreadable: { a: 'b' } }), 120)),
    '0 nodes: ✗ 0 drift · ? 0 incomplete · ✓ 0 match; 1 input could not be read\n\nCould not be read:\n? a: b\n',
  );
  t.end();
});

t.test('listeners beyond a limit are counted', (t) => {
  const also = Array.from({ length: 230 }, (_, at) => held(`p${at}`, '0.0.0.0', 2000 + at));
  t.match(
    joined(toMatrixTable(fleetOf(cluster(1, { 'w-1': { also } })), 120)),
    /… and 30 more listeners that are not on the page/,
  );
  t.end();
});
