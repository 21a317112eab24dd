import t from 'tap';
import { shownAt } from '../../src/fleet/mark.js';
import { stateOf } from '../../src/fleet/state.js';
import { toMatrixJson } from '../../src/report/matrix_json.js';
import { toMatrixTable } from '../../src/report/matrix_table.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { specFor } from '../../src/spec/builtin.js';
import { joined } from '../joined.js';
import { BUILTIN, fleetOf, nodeDocument } from './factory.js';

const RELEASES = ['1.32', '1.33', '1.34', '1.35', '1.36'];

/** Healthy control planes, by the page of their release; the last one's release is unknown, or has no page. */
const NODES = [...RELEASES, null, '1.99'].map((release, at): SnapshotDocument => {
  const spec = specFor(BUILTIN, release);
  const document = nodeDocument(`n-${release}`, { role: 'control-plane', spec, address: `192.0.2.${at + 1}` });
  return { ...document, node: { ...document.node, release: release === null ? null : `${release}.1` } };
});

t.test('each node is compared with the page of its release', (t) => {
  for (const documents of [NODES, NODES.toReversed()]) {
    const { matrices } = fleetOf(documents);
    t.equal(matrices.length, 1);
    const [{ page, rows, nodes } = { page: null, rows: [], nodes: [] }] = matrices;
    t.strictSame(page?.releases, RELEASES);
    t.equal(nodes.length, NODES.length);
    for (const document of NODES) {
      const node = nodes.find(({ hostname }) => hostname === document.node.hostname);
      if (node === undefined) throw new Error('it is there');
      const alone = reevaluate(document, { spec: BUILTIN });
      t.equal(node.result, alone.summary.result);
      t.strictSame(
        node.remarks,
        alone.spec.remarks.map(({ message }) => message),
      );
      const own = new Map(alone.findings.map(({ expected, verdict }) => [JSON.stringify(expected), verdict]));
      for (const row of rows) {
        if (row.expected === null) continue;
        const { state: code, mark } = shownAt(node, row);
        const state = stateOf(code);
        const verdict = own.get(JSON.stringify(row.expected)) ?? 'not-applicable';
        t.match(state, { kind: 'verdict', verdict }, `${node.label} ${row.place} ${row.service}`);
        if (!own.has(JSON.stringify(row.expected))) t.equal(mark, null);
      }
    }
    const dqlite = rows.filter(({ service }) => service === 'k8s-dqlite');
    t.equal(dqlite.length, 1, 'a row of the older pages');
  }
  t.end();
});

t.test('a row that no node has on its page is not in the matrix', (t) => {
  const newest = NODES.filter(({ node }) => node.release === '1.36.1' || node.release === null);
  t.notOk(fleetOf(newest).matrices[0]?.rows.some(({ service }) => service === 'k8s-dqlite'));
  t.end();
});

t.test('reports show it', (t) => {
  const fleet = fleetOf(NODES);
  const table = joined(toMatrixTable(fleet, 400));
  t.match(table, /builtin:canonical-k8s, 1\.32, 1\.33, 1\.34, 1\.35, 1\.36;/);
  t.match(
    table,
    /About the nodes and their pages:\nn-1\.99: there is no page of 1\.99\.1.*\nn-null: the release of this node is unknown/,
  );
  t.match(table, /k8s-dqlite .*– n\/a$/m);
  const { pages, nodes, rows } = JSON.parse(joined(toMatrixJson(fleet)));
  t.match(pages, [{ releases: RELEASES }]);
  t.match(nodes.find(({ hostname }: { hostname: string }) => hostname === 'n-null').remarks, [/unknown/]);
  const dqlite = rows.find(({ service }: { service: string }) => service === 'k8s-dqlite');
  t.match(dqlite.cells.at(-1), {
    state: 'verdict',
    verdict: 'not-applicable',
    severity: 'none',
    mark: null,
    code: 'row-not-on-page-of-node',
    params: { release: '1.36' },
    message: 'the page of release 1.36 does not have this row',
  });
  t.end();
});
