import t from 'tap';
import { FleetBuilder } from '../../src/fleet/fleet.js';
import { columnLabel, commonParts, commonText, nodeColumns } from '../../src/report/matrix_columns.js';
import { BUILTIN, nodeDocument } from '../fleet/factory.js';

/** What columns are called, and what is left out of that. */
function shown(hostnames: readonly string[]): [labels: string[], leftOut: string | null] {
  const builder = new FleetBuilder({ spec: BUILTIN, role: 'auto', failOn: 'warning' });
  for (const hostname of hostnames) builder.add(hostname, nodeDocument(hostname));
  const nodes = builder.build().matrices[0]?.nodes ?? [];
  const common = commonParts(nodes);
  return [nodeColumns(nodes, []).map((column) => columnLabel(column, common)), commonText(common)];
}

t.test('names without what they have in common', (t) => {
  const cases: [hostnames: string[], labels: string[], leftOut: string | null][] = [
    [['w-1', 'w-2'], ['w-1', 'w-2'], null],
    [['only.example.com'], ['only.example.com'], null],
    [['cp-1.example.com', 'w-1.example.com'], ['cp-1…', 'w-1…'], 'names are ….example.com'],
    [['prod-eu-west-cp-1', 'prod-eu-west-w-10'], ['…cp-1', '…w-10'], 'names are prod-eu-west-…'],
    [['prod-worker-10', 'prod-worker-11'], ['…10', '…11'], 'names are prod-worker-…'],
    [['ip-10-0-1-7.internal', 'ip-10-0-1-71.internal'], ['…7…', '…71…'], 'names are ip-10-0-1-….internal'],
    [['production', 'production-2'], ['production', 'production-2'], null],
    [['production-', 'production-2'], ['production-', 'production-2'], null],
    [['a.a.example.com', 'a.example.com'], ['a.a.example.com', 'a.example.com'], null],
  ];
  for (const [hostnames, ...expected] of cases) t.strictSame(shown(hostnames), expected, hostnames.join(', '));
  t.end();
});
