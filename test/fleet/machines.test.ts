import t from 'tap';
import { type NodeIdentity, toldApart } from '../../src/fleet/machines.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { held } from '../verdict/factory.js';
import { cluster, fleetOf, nodeDocument, operator } from './factory.js';

const LATER = '2026-01-31T12:01:00.000Z';

function node(source: string, changes: Partial<NodeIdentity> = {}): NodeIdentity {
  const capturedAt = '2026-01-31T12:00:00.000Z';
  return { source, hostname: source, addresses: [], pseudonyms: null, socketsId: null, capturedAt, ...changes };
}

function redacted(document: SnapshotDocument, hostname: string, keyId: string): SnapshotDocument {
  return { ...document, redacted: { keyId }, node: { ...document.node, hostname } };
}

t.test('what is of one node, what may be, and what is not', (t) => {
  const plain = node('plain', { hostname: 'a', addresses: ['192.0.2.1'], socketsId: 'x' });
  const pseudonym = node('redacted', { hostname: 'host-1', pseudonyms: 'k', socketsId: 'y' });
  const cases: [string, NodeIdentity, NodeIdentity, 'one' | 'perhaps' | 'two'][] = [
    ['the same file', plain, { ...plain }, 'one'],
    ['the same name', plain, { ...plain, source: 'other', socketsId: 'y' }, 'one'],
    ['with its domain', plain, { ...plain, hostname: 'a.example.com' }, 'one'],
    ['one without addresses', plain, { ...plain, addresses: [] }, 'one'],
    ['other addresses', plain, { ...plain, addresses: ['192.0.2.2'] }, 'two'],
    ['another name, and the same sockets, as in copies of a machine', plain, { ...plain, hostname: 'b' }, 'two'],
    ['one redacted, with the same sockets', plain, { ...pseudonym, socketsId: 'x' }, 'one'],
    ['one redacted, with other sockets', plain, pseudonym, 'perhaps'],
    ['two keys', pseudonym, { ...pseudonym, hostname: 'host-2', pseudonyms: 'l', socketsId: 'z' }, 'perhaps'],
    ['two names of one key', pseudonym, { ...pseudonym, hostname: 'host-2' }, 'two'],
    ['one name of one key', pseudonym, { ...pseudonym, source: 'other' }, 'one'],
    ['one without a name', plain, node('x', { hostname: '' }), 'perhaps'],
    ['the same file without a name', node('x', { hostname: '' }), node('x', { hostname: '' }), 'one'],
    ['two files without names', node('x', { hostname: '' }), node('y', { hostname: '' }), 'perhaps'],
  ];
  for (const [name, a, b, expected] of cases) {
    for (const both of [
      [a, b],
      [b, a],
    ]) {
      const { latest, perhapsOlder } = toldApart(both);
      t.equal(latest.length === 1 ? 'one' : perhapsOlder.size > 0 ? 'perhaps' : 'two', expected, name);
    }
  }
  t.end();
});

t.test('the latest is used, whatever connects it with the others', (t) => {
  const old = node('old', { hostname: 'a', socketsId: 'x' });
  const shared = node('shared', { hostname: 'host-1', pseudonyms: 'k', socketsId: 'x' });
  const late = node('late', { hostname: 'host-1', pseudonyms: 'k', socketsId: 'y', capturedAt: LATER });
  const { latest, setAside, perhapsOlder } = toldApart([old, late, shared]);
  t.strictSame(latest, [late]);
  t.match(setAside, [
    { source: 'old', hostname: 'a', used: 'late' },
    { source: 'shared', hostname: 'host-1', used: 'late' },
  ]);
  t.equal(perhapsOlder.size, 0);
  t.end();
});

t.test('an older snapshot of a node counts nowhere, and is named', (t) => {
  const [first, ...others] = cluster(2, { 'cp-1': { without: ['kubelet'], also: [held('x', '0.0.0.0', 5)] } });
  if (first === undefined) throw new Error('no node');
  const after = nodeDocument('cp-1', {
    role: 'control-plane',
    address: '192.0.2.1',
    capturedAt: LATER,
    also: operator(),
  });
  const fleet = fleetOf([first, ...others, after]);
  t.match(fleet.summary, { result: 'match', nodes: { match: 5, drift: 0, incomplete: 0 } });
  t.match(fleet.setAside, [{ source: 'cp-1.json', hostname: 'cp-1', capturedAt: first.capturedAt }]);
  t.notOk(
    fleet.matrices.some(({ rows }) => rows.some(({ place }) => place === ':5/tcp')),
    'nor do its listeners',
  );
  t.end();
});

t.test('a node that is also there redacted runs nothing twice', (t) => {
  const [first, ...others] = cluster(2);
  if (first === undefined) throw new Error('no node');
  const numbered = (document: SnapshotDocument, from: number): SnapshotDocument => ({
    ...document,
    sockets: document.sockets.map((socket, at) => ({ ...socket, inode: from + at, cookie: `${from + at}` })),
  });
  const plain = numbered(first, 1000);
  const same = fleetOf([plain, redacted(plain, 'host-1', 'k'), ...others]);
  t.equal(same.setAside.length, 1);
  t.match(same.cluster[0], { code: 'runs-on-one-node' });
  t.equal(same.areToldApart, true);

  const restarted = numbered(redacted(first, 'host-1', 'k'), 2000);
  const fleet = fleetOf([plain, { ...restarted, capturedAt: LATER }, ...others]);
  t.strictSame([fleet.areToldApart, fleet.summary.result, fleet.setAside.length], [false, 'incomplete', 0]);
  t.match(fleet.cluster[0], {
    verdict: 'unverified',
    severity: 'unknown',
    code: 'not-told-apart',
    message:
      /^where cilium-operator runs in the cluster is unknown: cp-1, .* may be the same node as another one here, since/,
  });
  t.end();
});

t.test('what is true of the nodes that are told apart is not in doubt', (t) => {
  const named = cluster(2, { 'w-1': { also: operator() } }).map((one) => ({ ...one, capturedAt: LATER }));
  const early = redacted(nodeDocument('x', { capturedAt: '2026-01-31T11:00:00.000Z' }), 'host-1', 'k');
  t.match(fleetOf([...named, early]).cluster[0], {
    code: 'runs-on-several-nodes',
    params: { runsOn: ['cp-1', 'w-1'] },
  });
  t.match(fleetOf([...cluster(2).map((one) => ({ ...one, capturedAt: LATER })), early]).cluster, [
    { code: 'runs-on-one-node' },
    { code: 'runs-on-every-control-plane' },
  ]);
  t.end();
});
