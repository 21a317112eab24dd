import t from 'tap';
import { cellOf } from '../../src/fleet/cell.js';
import type { Fleet } from '../../src/fleet/fleet.js';
import { shownAt } from '../../src/fleet/mark.js';
import type { FleetNode, Matrix, MatrixRow } from '../../src/fleet/matrix.js';
import { stateOf } from '../../src/fleet/state.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { coverage, device, held, listener, row, spec } from '../verdict/factory.js';
import { BUILTIN, cluster, fleetOf, nodeDocument } from './factory.js';

function onlyMatrix({ matrices }: Fleet): Matrix {
  const [matrix] = matrices;
  if (matrix === undefined || matrices.length > 1) throw new Error(`${matrices.length} matrices`);
  return matrix;
}

function rowAt(matrix: Matrix, place: string, service?: string): MatrixRow {
  const found = matrix.rows.find((one) => one.place === place && (service === undefined || one.service === service));
  if (found === undefined) throw new Error(`no row ${place}`);
  return found;
}

/** The state of a row on a node, with its mark: `ok`, `missing odd`, `none`. */
function stateText(node: FleetNode, one: MatrixRow): string {
  const { state: code, mark } = shownAt(node, one);
  const state = stateOf(code);
  const word = state.kind === 'verdict' ? state.verdict : state.kind;
  return mark === null ? word : `${word} ${mark}`;
}

function statesOf(documents: readonly SnapshotDocument[], place: string, service?: string): Record<string, string> {
  const matrix = onlyMatrix(fleetOf(documents));
  return Object.fromEntries(matrix.nodes.map((node) => [node.label, stateText(node, rowAt(matrix, place, service))]));
}

t.test('order of rows and nodes', (t) => {
  const matrix = onlyMatrix(
    fleetOf(
      [...cluster(11, { 'w-3': { also: [held('z', '127.0.0.1', 1), held('backdoor', '0.0.0.0', 31337)] } })].reverse(),
    ),
  );
  t.strictSame(
    matrix.nodes.map(({ label }) => label),
    ['cp-1', 'cp-2', 'cp-3', ...Array.from({ length: 11 }, (_, at) => `w-${at + 1}`)],
  );
  t.strictSame(
    [...new Set(matrix.rows.map(({ section }) => section))],
    ['every node', 'control planes', 'not on the page'],
  );
  t.strictSame(
    matrix.rows.slice(-2).map(({ place, service }) => `${service} ${place}`),
    ['backdoor :31337/tcp', 'z :1/tcp'],
    'worst first',
  );
  t.equal(matrix.rows.length, BUILTIN.rows.length + 2);
  t.end();
});

t.test('every cell keeps the message of its finding', (t) => {
  const documents = cluster(2, { 'w-1': { without: ['kubelet'], also: [held('x', '0.0.0.0', 5)] } });
  const fleet = fleetOf(documents);
  const matrix = onlyMatrix(fleet);
  for (const document of documents) {
    const node = matrix.nodes.find(({ label }) => label === document.node.hostname);
    if (node === undefined) throw new Error('a node is missing');
    t.equal(node.column.rows.length, document.findings.length);
    const messages = matrix.rows.flatMap((row) => cellOf(node, row)?.message ?? []);
    t.strictSame(messages.sort(), document.findings.map(({ message }) => message).sort());
    const kubelet = cellOf(node, rowAt(matrix, 'localhost:10248/tcp'));
    const finding = document.findings.find(({ expected }) => expected?.port === 10248);
    t.match(kubelet, { message: finding?.message, matchedBy: finding?.matchedBy });
  }
  const proxy = rowAt(matrix, 'localhost:10249/tcp');
  const [node] = matrix.nodes;
  if (node === undefined) throw new Error('no node');
  const cell = cellOf(node, proxy);
  t.match(cell, { code: 'unit-not-enabled', message: /is not enabled/, reason: /is not enabled/ });
  t.end();
});

t.test('nodes that differ from the others of their role', (t) => {
  const kubelet = 'localhost:10248/tcp';
  t.strictSame(
    statesOf(cluster(3, { 'w-2': { without: ['kubelet'] } }), kubelet),
    { 'cp-1': 'ok', 'cp-2': 'ok', 'cp-3': 'ok', 'w-1': 'ok', 'w-2': 'missing odd', 'w-3': 'ok' },
    'against most nodes of its role',
  );
  t.match(
    statesOf(cluster(3, { 'w-2': { without: ['kubelet'] }, 'w-3': { without: ['kubelet'] } }), kubelet),
    { 'w-1': 'ok odd', 'w-2': 'missing', 'w-3': 'missing' },
    'the majority may be the one at fault',
  );
  t.match(statesOf(cluster(2, { 'w-2': { without: ['kubelet'] } }), kubelet), {
    'w-1': 'ok differs',
    'w-2': 'missing differs',
  });
  t.match(
    statesOf(cluster(4, { 'w-1': { without: ['kubelet'] }, 'w-2': { without: ['kubelet'] } }), kubelet),
    { 'w-1': 'missing differs', 'w-3': 'ok differs' },
    'half is not a majority',
  );
  t.match(
    statesOf(cluster(1, { 'w-1': { without: ['kubelet'] } }), kubelet),
    { 'w-1': 'missing' },
    'a single node of its role',
  );
  const unseen = { also: [listener('127.0.0.1', 10248)], without: [10248] };
  t.match(
    statesOf(cluster(3, { 'w-2': unseen }), kubelet),
    { 'w-1': 'ok', 'w-2': 'unverified' },
    'an unverified row does not differ',
  );
  t.match(
    statesOf(cluster(3), 'localhost:9234/tcp'),
    { 'cp-1': 'ok', 'cp-2': 'not-applicable' },
    'a service that runs once per cluster does not differ',
  );
  t.end();
});

t.test('listeners that no row explains', (t) => {
  const also = [held('backdoor', '0.0.0.0', 31337)];
  const place = ':31337/tcp';
  t.match(statesOf(cluster(3, { 'w-2': { also } }), place), { 'cp-1': 'none', 'w-1': 'none', 'w-2': 'unexpected odd' });
  t.match(
    statesOf(cluster(3, { 'w-1': { also }, 'w-2': { also } }), place),
    { 'w-1': 'unexpected', 'w-2': 'unexpected', 'w-3': 'none odd' },
    'lacking it can be the exception',
  );
  t.match(
    statesOf(cluster(3, { 'w-2': { also }, 'w-3': { coverage: coverage({ tcp: 'partial' }) } }), place),
    { 'w-1': 'none differs', 'w-2': 'unexpected differs', 'w-3': 'unseen' },
    'a node with an unread table has no vote',
  );
  t.match(
    statesOf(cluster(4, { 'w-2': { also }, 'w-3': { also: [listener('0.0.0.0', 31337)] } }), place, 'backdoor'),
    { 'w-1': 'none', 'w-2': 'unexpected odd', 'w-3': 'unseen' },
    'an unknown owner on the port may be the same program',
  );
  const loopback = { also: [held('backdoor', '127.0.0.1', 31337)] };
  t.match(
    statesOf(cluster(3, { 'w-1': loopback, 'w-2': loopback, 'w-3': { also } }), place),
    { 'w-1': 'unexpected', 'w-3': 'unexpected odd' },
    'reachable from outside differs from loopback',
  );
  const ephemeral = (port: number) => ({
    also: [held('worker', '127.0.0.1', port), held('worker', '127.0.0.1', port + 1)],
  });
  const matrix = onlyMatrix(fleetOf(cluster(2, { 'w-1': ephemeral(40_000), 'w-2': ephemeral(50_000) })));
  t.strictSame(
    matrix.rows.filter(({ expected }) => expected === null).map((one) => `${one.service} ${one.place}`),
    ['worker :ephemeral/tcp'],
    'ephemeral ports are not compared by number',
  );
  t.match(
    statesOf(cluster(1, { 'w-1': { also: [listener('0.0.0.0', 99, { owners: [device('wg0')] })] } }), ':99/tcp'),
    {
      'w-1': 'unexpected',
    },
  );
  t.end();
});

t.test('nodes compared with different pages or notes are in different matrices', (t) => {
  const other = { ...BUILTIN, title: 'Another', sha256: 'f'.repeat(64) };
  const strict = { ...BUILTIN, notes: { ...BUILTIN.notes, sources: [] } };
  const fleet = fleetOf([
    nodeDocument('a'),
    nodeDocument('b', { spec: other }),
    nodeDocument('c'),
    nodeDocument('d', { spec: strict }),
  ]);
  t.strictSame(
    fleet.matrices.map(({ nodes }) => nodes.map(({ label }) => label)),
    [['a', 'c'], ['b'], ['d']],
  );
  t.equal(fleet.matrices[1]?.page.title, 'Another');
  t.end();
});

t.test('identical rows of a page stay separate', (t) => {
  const page = spec([row('localhost:1', 'a'), row('localhost:1', 'a', { line: 2 })]);
  const matrix = onlyMatrix(fleetOf([nodeDocument('x', { spec: page })], { spec: page }));
  t.equal(matrix.rows.length, 2);
  t.end();
});

t.test('the overall result', (t) => {
  const result = (documents: SnapshotDocument[], options = {}): string => fleetOf(documents, options).summary.result;
  t.equal(result(cluster(2)), 'match');
  t.equal(result(cluster(2, { 'w-1': { without: ['kubelet'] } })), 'drift');
  t.equal(result(cluster(2, { 'w-1': { coverage: coverage({ udp: 'failed' }) } })), 'incomplete');
  t.equal(
    result(cluster(2), { unreadable: { 'x.json': 'it is broken' } }),
    'incomplete',
    'an unreadable input may have been a node',
  );
  t.equal(result([]), 'incomplete');
  t.equal(result(cluster(2, { 'cp-1': { without: [] } }).slice(1)), 'drift', 'no node has cilium-operator');
  t.equal(result(cluster(2).slice(1), { failOn: 'never' }), 'match', 'tolerated by --fail-on');
  t.strictSame(fleetOf(cluster(2, { 'w-1': { without: ['kubelet'] } })).summary.nodes, {
    match: 4,
    drift: 1,
    incomplete: 0,
  });
  t.end();
});

t.test('all text is safe on a terminal', (t) => {
  const evil = '\x1b[2J\u202e</script>';
  const document = nodeDocument(evil, { also: [held(evil, '0.0.0.0', 7)] });
  const fleet = fleetOf([{ ...document, capturedAt: evil, node: { ...document.node, roleSource: evil } }], {
    unreadable: { [evil]: evil },
  });
  const cells = fleet.matrices.flatMap(({ nodes, rows }) =>
    nodes.flatMap((node) => rows.map((row) => cellOf(node, row))),
  );
  const texts = JSON.stringify([fleet.matrices, fleet.unreadable, cells]);
  t.notMatch(texts, /\\u001b|\u202e/);
  t.match(texts, /u\{202e\}/);
  t.end();
});
