import t, { type Test } from 'tap';
import { type Fleet, FleetBuilder } from '../../src/fleet/fleet.js';
import { Renumbering } from '../../src/fleet/renumbering.js';
import { Reducer } from '../../src/fleet/share.js';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { coverage, held, processOwner } from '../verdict/factory.js';
import { BUILTIN, cluster, fleetOf, type NodeChanges } from './factory.js';

/** By so many reducers, as `nth` deals the snapshots out; what they give is copied as between threads. */
function fleetBy(documents: readonly SnapshotDocument[], count: number, nth: (at: number) => number): Fleet {
  const reducers = Array.from({ length: count }, () => ({ reducer: new Reducer(), renumbering: new Renumbering() }));
  const builder = new FleetBuilder();
  for (const [at, document] of documents.entries()) {
    const one = reducers[nth(at) % count];
    if (one === undefined) throw new Error('no reducer');
    const share = one.reducer.reduce(`${document.node.hostname}.json`, document);
    builder.addShare(structuredClone(share), one.renumbering);
  }
  return builder.build(BUILTIN, 'warning');
}

function same(t: Test, documents: readonly SnapshotDocument[], count: number, nth: (at: number) => number): void {
  const [fleet, plain] = [fleetBy(documents, count, nth), fleetOf(documents)];
  t.strictSame(fleet.texts.parts, plain.texts.parts, 'parts of texts, in their order');
  t.strictSame(fleet.matrices, plain.matrices, 'rows and columns');
  t.equal(toMatrixHtml(fleet), toMatrixHtml(plain), 'and all that is made of them');
}

/** Each node has something that the ones before it do not, and something that they have, in another order. */
const ODD: Record<string, NodeChanges> = {
  'cp-2': { also: [held('a', '0.0.0.0', 1), held('b', '127.0.0.1', 2)] },
  'cp-3': { also: [held('c', '0.0.0.0', 3), held('b', '127.0.0.1', 2), held('a', '0.0.0.0', 1)] },
  'w-1': { without: ['kubelet'], also: [held('d', '198.51.100.1', 4), held('c', '0.0.0.0', 3)] },
  'w-2': { coverage: coverage({ tcp: 'partial', unix: 'failed' }), also: [held('e', '192.0.2.9', 5)] },
  'w-3': { also: [held('a', '0.0.0.0', 1, { owners: [processOwner('a', { pid: 999_999_999 })] })] },
  'w-4': { also: [held('\x1b[31m\0</script>\ud800', '0.0.0.0', 6), held('d', '198.51.100.4', 4)] },
  'w-5': { also: [held(`pid 7 10.0.0.1 ${'x'.repeat(5000)}`, '0.0.0.0', 7), held('pid 07 pid ', '0.0.0.0', 8)] },
};

t.test('what several reducers make of snapshots is what one matrix would have made of them', (t) => {
  const documents = cluster(6, ODD);
  same(t, documents, 1, () => 0);
  same(t, documents, 2, (at) => at);
  same(t, documents, 2, (at) => (at < 3 ? 1 : 0));
  same(t, [...documents].reverse(), 3, (at) => at * at);
  t.end();
});

t.test('some snapshots may come whole', (t) => {
  const documents = cluster(6, ODD);
  const [builder, reducer, renumbering] = [new FleetBuilder(), new Reducer(), new Renumbering()];
  for (const [at, document] of documents.entries()) {
    const source = `${document.node.hostname}.json`;
    if (at % 3 === 0) builder.add(source, document);
    else builder.addShare(reducer.reduce(source, document), renumbering);
  }
  t.strictSame(builder.build(BUILTIN, 'warning').matrices, fleetOf(documents).matrices);
  t.end();
});

t.test('what nodes have in common is told once', (t) => {
  const reducer = new Reducer();
  const [first, second] = cluster(0).map((document) => reducer.reduce('x', document));
  t.ok((first?.subjects.length ?? 0) >= BUILTIN.rows.length);
  t.strictSame(second?.subjects, []);
  t.ok((second?.parts.length ?? 99) < (first?.parts.length ?? 0));
  t.end();
});
