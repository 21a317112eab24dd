import t from 'tap';
import { findingItems } from '../../src/tui/finding_item.js';
import { sortItems, WORST_FIRST } from '../../src/tui/view.js';
import { nodeWith, ROWS, SOCKETS } from './screen.js';

t.test('worst first: what another finding causes comes after the causes of the same severity', (t) => {
  const document = nodeWith(SOCKETS);
  const [first, second, third, ...rest] = document.findings;
  if (first === undefined || second === undefined || third === undefined) throw new Error(`${ROWS.length} rows`);
  const missing = { verdict: 'missing', severity: 'error' } as const;
  const findings = [
    { ...first, ...missing, causedBy: 1 },
    { ...second, ...missing },
    { ...third, verdict: 'narrowed', severity: 'warning' } as const,
    ...rest.map((one) => ({ ...one, verdict: 'ok', severity: 'none' }) as const),
  ];
  const sorted = sortItems('spec', findingItems({ ...document, findings }), { sort: WORST_FIRST, reversed: false });
  t.strictSame(
    sorted.slice(0, 3).map(({ subject }) => subject.kind === 'finding' && subject.finding.expected),
    [second, first, third].map(({ expected }) => expected),
  );
  t.end();
});
