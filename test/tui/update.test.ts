import t from 'tap';
import { withCounters } from '../../src/tui/update.js';
import { KUBELET, KUBELET_API, nodeWith, screenWith } from './screen.js';

t.test('counters replace those of their listeners, and nothing else', (t) => {
  const state = screenWith([nodeWith([KUBELET, KUBELET_API])]);
  const before = state.data.document;
  const now = { backlog: { current: 7, max: 4096 }, drops: 3 };
  const after = withCounters(state, new Map([[KUBELET.inode, now]])).data.document;
  t.match(after?.sockets[0], now);
  t.equal(after?.sockets[1], before?.sockets[1]);
  t.equal(after?.findings, before?.findings, 'no verdict depends on them');
  t.end();
});

t.test('what is as before, and sockets of other namespaces, stay the same', (t) => {
  const elsewhere = { ...KUBELET_API, netns: '7' };
  const state = screenWith([nodeWith([KUBELET, elsewhere])]);
  const { backlog, drops } = KUBELET;
  const other = { backlog: { current: 1, max: 1 }, drops: 1 };
  const counters = new Map([
    [KUBELET.inode, { backlog, drops }],
    [elsewhere.inode, other],
  ]);
  t.equal(withCounters(state, counters), state);
  t.end();
});
