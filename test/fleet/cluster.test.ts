import t from 'tap';
import { clusterRules } from '../../src/fleet/cluster.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { NO_NOTES } from '../../src/spec/notes.js';
import { coverage, held, listener, notes, row, rowNote, spec } from '../verdict/factory.js';
import { BUILTIN, cluster, fleetOf, type NodeChanges, nodeDocument, operator } from './factory.js';

/** The finding about a service in the cluster, as `missing, error: …`. */
function findingText(documents: readonly SnapshotDocument[], service: string, unreadable = {}): string | null {
  const found = fleetOf(documents, { unreadable }).cluster.find((finding) => finding.service === service);
  return found === undefined ? null : `${found.verdict}, ${found.severity}: ${found.message}`;
}

const OPERATOR = 'cilium-operator';
const unseenOperator: NodeChanges = { also: [listener('0.0.0.0', 9963)] };

t.test('the built-in notes have two rules', (t) => {
  t.match(clusterRules(BUILTIN), [
    { rule: 'exactly-one', service: 'cilium-operator', keys: { length: 3 }, isConditional: true },
    { rule: 'every-control-plane', service: 'etcd', keys: { length: 2 }, isConditional: false },
  ]);
  t.strictSame(clusterRules({ ...BUILTIN, notes: NO_NOTES }), []);
  t.end();
});

t.test('exactly one', (t) => {
  const cases: [string, SnapshotDocument[], object, string][] = [
    ['one', cluster(2), {}, 'ok, none: cilium-operator runs on cp-1, and on no other of 5 nodes'],
    [
      'none',
      cluster(2).slice(1),
      {},
      'missing, error: cilium-operator runs on none of 4 nodes (cp-2, cp-3, w-1, w-2); a cluster has one',
    ],
    [
      'two',
      cluster(2, { 'w-2': { also: operator() } }),
      {},
      'duplicate, error: cilium-operator runs on 2 nodes (cp-1, w-2); a cluster has one',
    ],
    [
      'one of its sockets is enough, as the others are then missing',
      cluster(2, { 'w-2': { also: operator().slice(0, 1) } }),
      {},
      'duplicate, error: cilium-operator runs on 2 nodes (cp-1, w-2); a cluster has one',
    ],
    [
      'one, and a node that could not be seen',
      cluster(2, { 'w-2': unseenOperator }),
      {},
      'unverified, unknown: cilium-operator runs on cp-1; it may also run on w-2, which could not be seen',
    ],
    [
      'none, and a node that could not be seen',
      cluster(2, { 'w-2': unseenOperator }).slice(1),
      {},
      'unverified, unknown: cilium-operator was not seen, but may run on w-2, which could not be seen',
    ],
    [
      'two, whatever else could not be seen',
      cluster(2, { 'w-1': unseenOperator, 'w-2': { also: operator() } }),
      { 'x.json': 'it is broken' },
      'duplicate, error: cilium-operator runs on 2 nodes (cp-1, w-2); a cluster has one',
    ],
    [
      'none, and inputs that may be nodes',
      cluster(2).slice(1),
      { 'x.json': 'it is broken', 'y.json': 'it is broken' },
      'unverified, unknown: cilium-operator was not seen, but may run on a node of 2 inputs that could not be read',
    ],
  ];
  for (const [name, documents, unreadable, expected] of cases)
    t.equal(findingText(documents, OPERATOR, unreadable), expected, name);
  t.end();
});

t.test('an incompletely read table leaves unknown whether the service runs', (t) => {
  const blind = { coverage: coverage({ tcp: 'failed' }) };
  t.match(findingText(cluster(1, { 'w-1': blind }).slice(1), OPERATOR), /^unverified/);
  t.end();
});

t.test('workers alone do not miss what belongs on control planes', (t) => {
  const workers = cluster(3).slice(3);
  t.equal(
    findingText(workers, OPERATOR),
    'not-applicable, none: cilium-operator was not seen, but may run on control plane nodes, and none was given',
  );
  t.equal(fleetOf(workers).summary.result, 'match');
  t.match(findingText(cluster(3, { 'w-1': { also: operator() } }).slice(3), OPERATOR), /^ok, none: .* runs on w-1/);
  t.end();
});

t.test('two inputs of one machine are one', (t) => {
  const [first, ...others] = cluster(1);
  if (first === undefined) throw new Error('no node');
  const same: [string, SnapshotDocument['node']][] = [
    ['a text, which has no addresses', { ...first.node, defaultAddresses: [] }],
    ['with its domain', { ...first.node, hostname: 'cp-1.example.com' }],
    ['with another address besides', { ...first.node, defaultAddresses: ['fd00::1', '192.0.2.1'] }],
  ];
  for (const [name, node] of same) {
    t.match(
      findingText([first, { ...first, node }, ...others], OPERATOR),
      /^ok, none: cilium-operator runs on cp-1/,
      name,
    );
  }
  const other = { ...first, node: { ...first.node, defaultAddresses: ['203.0.113.1'] } };
  t.match(findingText([first, other, ...others], OPERATOR), /^duplicate, error: cilium-operator runs on 2 nodes/);
  t.end();
});

t.test('every control plane', (t) => {
  const at = (changes: Record<string, NodeChanges>, unreadable = {}): string | null =>
    findingText(cluster(2, changes), 'etcd', unreadable);
  t.equal(at({}), 'ok, none: etcd runs on every control plane node given (cp-1, cp-2, cp-3)');
  t.equal(
    at({ 'cp-2': { without: ['etcd'] } }),
    'missing, error: etcd does not run on 1 of 3 control plane nodes (cp-2); it runs on cp-1, cp-3',
  );
  t.equal(
    at({ 'cp-1': { without: ['etcd'] }, 'cp-2': { without: ['etcd'] }, 'cp-3': { without: ['etcd'] } }),
    'missing, error: etcd does not run on 3 of 3 control plane nodes (cp-1, cp-2, cp-3)',
  );
  t.match(at({ 'cp-3': { without: [2380] } }), /^ok/, 'one missing row is a fault of the node, not of the cluster');
  t.equal(
    at({
      'w-1': { role: 'unknown', without: ['etcd', 6443, 10257, 10259] },
    }),
    'unverified, unknown: whether etcd runs on every control plane node is unknown: it may be missing on w-1, which could not be seen',
    'a node of unknown role may be a control plane',
  );
  t.equal(
    at({}, { 'x.json': 'it is broken' }),
    'unverified, unknown: whether etcd runs on every control plane node is unknown: it may be missing on a node of 1 input that could not be read',
  );
  t.equal(
    findingText([nodeDocument('a'), nodeDocument('b', { address: '192.0.2.9' })], 'etcd'),
    'not-applicable, none: etcd belongs on control plane nodes, and none was given',
  );
  t.end();
});

t.test('a service with a condition that nothing on the nodes tells is no fault, and not right', (t) => {
  const page = spec([row('localhost:2379', 'etcd', { role: 'control-plane', condition: 'when etcd is used' })], {
    notes: notes({ rows: [rowNote({ service: 'etcd' }, { cluster: 'every-control-plane' })] }),
  });
  const at = (...running: boolean[]): string | undefined =>
    fleetOf(
      running.map((runs, n) =>
        nodeDocument(`cp-${n}`, {
          spec: page,
          role: 'control-plane',
          without: runs ? [] : ['etcd'],
          address: `192.0.2.${n + 1}`,
        }),
      ),
      { spec: page },
    ).cluster[0]?.verdict;
  t.equal(at(false, false), 'unverified');
  t.equal(at(true, true), 'ok');
  t.equal(at(true, false), 'unverified');
  t.end();
});

t.test('there are no findings about a single machine, even with several snapshots of it', (t) => {
  const [one] = cluster(0);
  if (one === undefined) throw new Error('no node');
  const later = { ...one, capturedAt: '2026-01-31T13:00:00.000Z' };
  t.strictSame(fleetOf([one]).cluster, []);
  t.strictSame(fleetOf([one, later]).cluster, []);
  t.end();
});

t.test('only the latest snapshot of a machine counts', (t) => {
  const [before, ...others] = cluster(1);
  if (before === undefined) throw new Error('no node');
  const at = '2026-01-31T12:01:00.000Z';
  const after = nodeDocument('cp-1', { role: 'control-plane', address: '192.0.2.1', capturedAt: at });
  const moved = nodeDocument('cp-2', { role: 'control-plane', address: '192.0.2.2', capturedAt: at, also: operator() });
  t.match(
    findingText([before, ...others, after, moved], OPERATOR),
    /^ok, none: cilium-operator runs on cp-2, and on no other of /,
  );
  t.end();
});

t.test('the time between snapshots is reported if it may be the reason', (t) => {
  const late = { also: operator(), capturedAt: '2026-01-31T15:00:00.000Z' };
  t.match(
    findingText(cluster(2, { 'w-1': late }), OPERATOR),
    /; the snapshots are up to 180 minutes apart, so it may have moved$/,
  );
  t.notMatch(
    findingText(cluster(2, { 'w-1': { capturedAt: '2026-01-31T15:00:00.000Z' } }), OPERATOR),
    /apart/,
    'not where all is well',
  );
  const times = cluster(2, { 'w-1': { also: operator(), capturedAt: 'nonsense' } });
  t.match(findingText(times, OPERATOR), /^duplicate/);
  t.end();
});

t.test('a node compared with a page without the rows counts as not seen', (t) => {
  const other = spec([row('localhost:1', 'a')]);
  t.match(
    findingText([...cluster(1), nodeDocument('z', { spec: other })], OPERATOR),
    /may also run on z, which could not be seen$/,
  );
  t.end();
});

t.test('another program on the port is not the service', (t) => {
  const stranger = { also: [held('other', '0.0.0.0', 9963)] };
  t.match(findingText(cluster(1, { 'w-1': stranger }), OPERATOR), /^ok, none: cilium-operator runs on cp-1/);
  t.end();
});
