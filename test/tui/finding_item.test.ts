import t from 'tap';
import { copyEntries } from '../../src/tui/copy_menu.js';
import { findingItems } from '../../src/tui/finding_item.js';
import { UNICODE } from '../../src/tui/glyphs.js';
import { EMPTY_TIMELINE } from '../../src/tui/timeline.js';
import { sortItems, WORST_FIRST } from '../../src/tui/view.js';
import { held, processOwner } from '../verdict/factory.js';
import { NOW, nodeWith, ROWS, SOCKETS } from './screen.js';

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
  const sorted = sortItems('page', findingItems({ ...document, findings }), { sort: WORST_FIRST, reversed: false });
  t.strictSame(
    sorted.slice(0, 3).map(({ subject }) => subject.kind === 'finding' && subject.finding.expected),
    [second, first, third].map(({ expected }) => expected),
  );
  t.end();
});

t.test('the pid of a service that has the port, or runs elsewhere, but does not listen here', (t) => {
  const kubelet = held('kubelet', '127.0.0.1', 10248, { owners: [processOwner('kubelet', { pid: 4711 })] });
  const document = nodeWith(SOCKETS);
  const [first] = document.findings;
  if (first === undefined) throw new Error('no row');
  const missing = { ...first, sockets: [], verdict: 'missing', severity: 'error' } as const;
  const params = { service: 'kubelet' };
  const cases = [
    { ...missing, code: 'bound-not-listening', params: { ...params, bound: [kubelet.id] } } as const,
    { ...missing, code: 'runs-but-not-here', params: { ...params, others: [kubelet.id] } } as const,
  ];
  const explained = { ...kubelet, explainedBy: { by: null, text: null } };
  for (const finding of cases) {
    for (const place of [{ bound: [kubelet] }, { sockets: [...document.sockets, explained] }]) {
      const [item] = findingItems({ ...document, ...place, findings: [finding] });
      const labels = item === undefined ? [] : copyEntries(item).map(({ label }) => label);
      t.strictSame([labels[1], labels.at(-1)], ['pid 4711 kubelet', 'the text of the line'], finding.code);
    }
  }
  t.end();
});

t.test('a name that proves nothing is quoted', (t) => {
  const document = nodeWith(SOCKETS);
  const [first] = document.findings;
  if (first === undefined) throw new Error('no row');
  const params = { service: 'kubelet', foreign: first.sockets, path: null, units: ['snap.k8s.kubelet.service'] };
  const impostor = { ...first, verdict: 'wrong-owner', severity: 'error', code: 'not-its-unit', params } as const;
  const owners = [first, impostor].map((finding) => {
    const [item] = findingItems({ ...document, findings: [finding] });
    return item?.cell('owner', { now: NOW, glyphs: UNICODE, timeline: EMPTY_TIMELINE }).text;
  });
  t.strictSame(owners, ['812 kubelet', '812 "kubelet"']);
  t.end();
});
