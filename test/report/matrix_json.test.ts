import t from 'tap';
import { cellOf } from '../../src/fleet/cell.js';
import { FleetBuilder, PartSource } from '../../src/fleet/fleet.js';
import { PartMaker } from '../../src/fleet/part_maker.js';
import type { OwnedListener, ProcessOwner } from '../../src/kernel/owners/owner.js';
import { toMatrixJson } from '../../src/report/matrix_json.js';
import { BUILTIN, cluster, fleetOf, nodeDocument } from '../fleet/factory.js';
import { validator } from '../package_schema.js';
import { coverage, held, processOwner } from '../verdict/factory.js';

const unexplained = (one: OwnedListener) => ({ ...one, explainedBy: { by: null, text: null } });

const invalid = validator('report/matrix.schema.json');

/** Throws if it does not match the schema in the package. */
function parsed(...given: Parameters<typeof fleetOf>) {
  const matrix = JSON.parse([...toMatrixJson(fleetOf(...given))].join(''));
  const faults = invalid(matrix);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return matrix;
}

t.test('the schema rejects other documents', (t) => {
  const matrix = parsed(cluster(1));
  t.match(invalid({ ...matrix, kind: 'snapshot' }), ['/kind must be equal to constant']);
  const [row] = matrix.rows;
  const verdict = { node: 0, state: 'verdict', mark: null };
  t.match(invalid({ ...matrix, rows: [{ ...row, cells: [verdict] }] }), [/^\/rows\/0\/cells\/0 must have/]);
  t.match(invalid({ ...matrix, rows: [{ ...row, majority: { worker: 'fine' } }] }), [/^\/rows\/0\/majority /]);
  t.match(invalid({ ...matrix, rows: [{ ...row, protocol: 7 }] }), [/^\/rows\/0\/protocol /]);
  t.end();
});

t.test('why no row applies to a node', (t) => {
  const [document] = cluster(1);
  if (document === undefined) throw new Error('no node');
  const node = { ...document.node, role: 'unknown', isInstalled: true, isBootstrapped: false } as const;
  const matrix = parsed([{ ...document, node, sockets: [held('nginx', '0.0.0.0', 6443)].map(unexplained) }]);
  t.match(matrix.nodes[0].remarks[0], /^Canonical Kubernetes is installed here and not bootstrapped: /);
  const [cell] = matrix.rows[0].cells;
  t.match(cell, { verdict: 'not-applicable', code: 'not-bootstrapped', params: {}, reason: /not bootstrapped/ });
  const nginx = matrix.rows.find(({ section }: { section: string }) => section === 'not on the page');
  t.match(nginx.cells[0], { verdict: 'unexpected', code: 'in-the-way', params: { service: 'kube-apiserver' } });
  t.end();
});

t.test('rows, cells and cluster findings', (t) => {
  const documents = cluster(2, { 'cp-2': { without: ['etcd'], also: [held('backdoor', '0.0.0.0', 31337)] } });
  const matrix = parsed([nodeDocument('cp-2', { address: '192.0.2.2' }), ...documents].reverse(), {
    unreadable: { 'x.tgz': 'it is no archive' },
  });
  t.match(matrix, {
    schemaVersion: 1,
    kind: 'matrix',
    summary: { result: 'drift', failOn: 'warning', nodes: { match: 4, drift: 1, incomplete: 0 }, unreadable: 1 },
    clusterFindings: [
      { service: 'cilium-operator', verdict: 'unverified', nodes: [] },
      { rule: 'every-control-plane', service: 'etcd', verdict: 'missing', severity: 'error', nodes: [1] },
    ],
    unreadable: [{ source: 'x.tgz', reason: 'it is no archive' }],
    setAside: [{ source: 'cp-2.json', hostname: 'cp-2', capturedAt: documents[1]?.capturedAt, used: 'cp-2.json' }],
    pages: [{ source: 'builtin:canonical-k8s' }],
  });
  t.strictSame(
    matrix.nodes.map(({ label }: { label: string }) => label),
    ['cp-1', 'cp-2', 'cp-3', 'w-1', 'w-2'],
  );
  const etcd = matrix.rows.find(({ place }: { place: string }) => place === 'default:2379/tcp');
  t.match(etcd, { service: 'etcd', expected: { port: 2379 }, majority: { 'control-plane': 'ok', worker: null } });
  t.match(etcd.cells, [
    { node: 0, state: 'verdict', verdict: 'ok', mark: null, code: 'listens', message: /^etcd \(pid 812/ },
    { node: 1, state: 'verdict', verdict: 'missing', severity: 'error', mark: 'odd', message: /^nothing is listening/ },
  ]);
  const backdoor = matrix.rows.at(-1);
  t.match(backdoor, { service: 'backdoor', expected: null, majority: { 'control-plane': 'none' } });
  t.strictSame(backdoor.cells[0], { node: 0, state: 'none', mark: null });
  t.end();
});

t.test('is safe on a terminal, with one line per row', (t) => {
  const name = '\x1b[2J\u202e\n</script>';
  const text = [...toMatrixJson(fleetOf(cluster(1, { 'w-1': { also: [held(name, '0.0.0.0', 7)] } })))].join('');
  t.notMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  t.ok(text.split('\n').every((line) => !line.startsWith('  ') || JSON.parse(line.trim().replace(/,$/, ''))));
  t.end();
});

t.test('no nodes', (t) => {
  t.match(parsed([]), { nodes: [], rows: [], pages: [], clusterFindings: [], summary: { result: 'incomplete' } });
  t.end();
});

t.test('text that is made once for all nodes is that of each', (t) => {
  const at = (name: string, address: string, pid: number, changes: Partial<ProcessOwner> = {}): OwnedListener =>
    held(name, address, 7, { owners: [processOwner(name, { pid, ...changes })] });
  const listeners = [
    [at('x', '10.0.0.1', 11), at('y', 'fe80::1', 11)],
    [at('x', '2001:db8::1', 12), at('y', 'fe80::2', 12)],
    [at('x', '2001:db8::2', 13), at('y', '192.0.2.43', 4194305)],
    [at('x', '10.0.0.1', 14, { exe: '/4194305/192.0.2.43' }), at('4194305', '10.0.0.4', 14)],
    [at('x', '10.0.0.1', 15, { exe: '/4194305/192.0.2.43' }), at('4194305', '10.0.0.5', 15)],
    [at('x', '10.0.0.6', 16, { exe: `/${'x'.repeat(5000)}` }), { ...at('x', '10.0.0.6', 17), owners: [] }],
    [at('x', '10.0.0.7', 18, { unit: 'other.service' }), at('y', 'fe80::3', 18, { unit: 'other.service' })],
  ];
  const also = listeners.flatMap((one, node) => [
    [`w-${2 * node + 1}`, one] as const,
    [`w-${2 * node + 2}`, one] as const,
  ]);
  const sources = coverage({ network: 'failed' }).sources;
  const unread = (error: string) => ({ ...coverage(), sources: sources.map((one) => ({ ...one, error })) });
  const changes = also.map(([name, also], node) => [name, { also, coverage: unread(`error ${node % 3}`) }] as const);
  const options = { spec: BUILTIN, role: 'auto', failOn: 'warning' } as const;
  const builder = new FleetBuilder(options);
  const documents = cluster(also.length, Object.fromEntries(changes)).filter(({ node }) => node.role === 'worker');
  // Two makers, which number the same findings differently.
  const others = documents.map((one) => ({ ...one, node: { ...one.node, hostname: `x-${one.node.hostname}` } }));
  for (const ofOne of [documents, others.toReversed()]) {
    const maker = new PartMaker(options);
    const from = new PartSource(BUILTIN);
    for (const document of ofOne) builder.addPart(maker.partOf('', document), from);
  }
  const fleet = builder.build();
  const [matrix] = fleet.matrices;
  t.equal(matrix?.nodes.length, 2 * documents.length);
  const rows = JSON.parse([...toMatrixJson(fleet)].join('')).rows;
  for (const [index, row] of matrix?.rows.entries() ?? []) {
    for (const [number, node] of matrix?.nodes.entries() ?? []) {
      const cell = cellOf(node, row);
      if (cell === null) continue;
      const { code, params, message, reason, matchedBy } = cell;
      t.match(rows[index].cells[number], { node: number, code, params, message, reason, matchedBy });
    }
  }
  t.end();
});
