import t from 'tap';
import { NO_MARKS } from '../../src/tui/marks.js';
import { selectedItem } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { held, processOwner } from '../verdict/factory.js';
import {
  CILIUM,
  KUBELET,
  KUBELET_API,
  LARGE,
  linesOf,
  lost,
  nodeWith,
  opened,
  press,
  resized,
  SOCKETS,
  screenText,
  screenWith,
  selectedKey,
  selectedLine,
  unexpected,
  withEvents,
  withSnapshot,
} from './screen.js';

const manyUnexpected = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => unexpected(from + at, `nc${at}`));
const MANY = [...SOCKETS, ...manyUnexpected(30_000, 60)];

t.test('the cursor starts on the first row, skips headings and stops at the ends', (t) => {
  const start = press(screenWith([nodeWith(SOCKETS)]), 's s s s s');
  t.match(selectedLine(start)?.text, /kubelet .*localhost:10248/);
  t.match(selectedLine(press(start, 'j'))?.text, /kubelet .*\*:10250/);
  t.match(selectedLine(press(start, 'down down down'))?.text, /k8sd/, 'it skips the heading of the next group');
  t.match(selectedLine(press(start, 'G'))?.text, /containerd/);
  t.match(selectedLine(press(start, 'G j down'))?.text, /containerd/);
  t.match(selectedLine(press(start, 'G g k up'))?.text, /localhost:10248/);
  t.match(selectedLine(press(start, 'pagedown'))?.text, /containerd/);
  t.end();
});

t.test('until it is moved, or details are open, the cursor stays on the worst row', (t) => {
  const local = held('cilium-agent', '127.0.0.1', 9879);
  const healthy = screenWith([nodeWith([KUBELET, KUBELET_API, local])]);
  const verdict = (state: State) => selectedItem(state)?.verdict;
  const worse = (state: State) => verdict(withSnapshot(state, nodeWith(SOCKETS)));
  t.equal(verdict(healthy), 'missing');
  t.equal(worse(healthy), 'exposed', 'a worse one came');
  for (const keys of ['j k', 'return', 'return escape', 'f']) t.equal(worse(press(healthy, keys)), 'missing', keys);
  t.match(screenText(withSnapshot(press(healthy, 'return'), nodeWith(SOCKETS))), /^verdict +missing/m);
  t.end();
});

t.test('without its filter a list has the cursor on the same item', (t) => {
  const pages = screenWith([nodeWith(MANY)]);
  const events = withEvents(press(pages, '3'), ...[1, 22, 3].map((port) => opened(unexpected(port))));
  for (const [name, state, filter] of [
    ['page', pages, ':containerd'],
    ['events', events, ':22'],
  ] as const) {
    for (const keys of [`/ ${filter} return escape`, `/ ${filter} escape`]) {
      const filtered = press(state, `/ ${filter}`);
      t.not(selectedKey(filtered), selectedKey(state), name);
      t.equal(selectedKey(press(state, keys)), selectedKey(filtered), `${name}: ${keys}`);
    }
    const none = press(state, 'j / :zzz escape');
    t.equal(selectedKey(none), selectedKey(press(state, 'j')), `${name}: after a filter that matched nothing`);
  }
  const newest = press(events, '/ :3 escape');
  t.match(selectedLine(withEvents(newest, opened(unexpected(4))))?.text, /:4 /, 'on the newest it follows the newest');
  t.end();
});

t.test('the selected item stays selected, and on the same line of the screen', (t) => {
  const before = press(screenWith([nodeWith(MANY)]), '2 G k k k k k k');
  const key = selectedKey(before);
  const line = selectedLine(before);
  const more = [...manyUnexpected(20_000, 10), ...MANY];
  const after = withSnapshot(before, nodeWith(more));
  t.equal(selectedKey(after), key, 'after ten more lines above it');
  t.strictSame(selectedLine(after)?.at, line?.at);
  const fewer = withSnapshot(after, nodeWith(MANY));
  t.equal(selectedKey(fewer), key);
  t.end();
});

t.test('after its item is removed, the cursor goes to the one at the same endpoint, else to a neighbour', (t) => {
  const start = press(screenWith([nodeWith(SOCKETS)]), '2 j');
  const again = { ...KUBELET, id: 'tcp:another', inode: 1, owners: [processOwner('kubelet', { pid: 900 })] };
  const restarted = withSnapshot(start, nodeWith([CILIUM, KUBELET_API, again]));
  t.match(selectedLine(restarted)?.text, /127\.0\.0\.1:10248.*900/);

  const last = press(screenWith([nodeWith(SOCKETS)]), '2 G');
  const removed = withSnapshot(last, nodeWith([KUBELET]));
  const expired = resized(removed, { data: { ...removed.data, marks: NO_MARKS } });
  t.match(selectedLine(expired)?.text, /127\.0\.0\.1:10248/);
  const nothing = resized(expired, { data: { ...expired.data, document: nodeWith([]), marks: NO_MARKS } });
  t.equal(selectedLine(nothing), null);
  t.equal(selectedKey(press(nothing, 'j k G g return')), null, 'keys do nothing in an empty list');
  t.end();
});

t.test('details stay open after their item is removed, and say so', (t) => {
  const intruder = unexpected(31337, 'backdoor');
  const open = press(screenWith([nodeWith([...SOCKETS, intruder])]), 'j j return');
  t.match(screenText(open), /backdoor/);
  t.notMatch(screenText(open), /It is gone/);
  const removed = withSnapshot(open, nodeWith(SOCKETS));
  t.match(screenText(removed), /It is gone/);
  t.match(screenText(removed), /backdoor/, 'its last known state');
  t.notMatch(screenText(removed), /next|kill/, 'nothing is to be done about it');
  t.notMatch(screenText(press(removed, 'c')), /kill/);
  t.match(screenText(press(open, 'c')), /sudo kill/);
  t.end();
});

t.test('a line that is gone says so while it is shown', (t) => {
  const state = press(screenWith([nodeWith([...SOCKETS, unexpected(31337, 'backdoor')])]), 'j j');
  const removed = withSnapshot(state, nodeWith(SOCKETS));
  t.match(screenText(removed), /^│ It is gone\. Before: backdoor /m);
  t.notMatch(screenText(press(removed, 'k')), /It is gone/);
  t.notMatch(screenText(press(removed, 'c')), /kill/);
  t.end();
});

t.test('the cursor follows the newest event until it is moved', (t) => {
  let state = press(screenWith([nodeWith(SOCKETS)]), '3');
  for (const count of [1, 2, 3]) state = withEvents(state, lost(count));
  t.match(selectedLine(state)?.text, /lost .* 3 kernel events/);
  const moved = withEvents(press(state, 'j'), lost(4));
  t.match(selectedLine(moved)?.text, / 2 kernel events/);
  t.match(selectedLine(withEvents(press(moved, 'g'), lost(5)))?.text, / 5 kernel events/);
  t.end();
});

t.test('in a list that does not start with what matters most, the cursor stays on its item', (t) => {
  const before = nodeWith([KUBELET_API]);
  for (const keys of ['2', 's s']) {
    const start = press(screenWith([before]), keys);
    const line = selectedLine(start)?.at ?? 0;
    const after = withSnapshot(start, nodeWith([unexpected(22, 'aaa'), KUBELET, KUBELET_API]));
    t.equal(selectedKey(after), selectedKey(start), `${keys}: what Enter and c act on`);
    t.equal(selectedKey(press(after, 'return escape')), selectedKey(start));
    if (keys === '2') {
      t.equal(selectedLine(after)?.at, line + 2, 'and new lines before it are seen');
      t.match(linesOf(after)[line], /:22 .*aaa/);
    }
  }
  t.end();
});

t.test('the details of the newest event stay when newer ones come, until the cursor moves', (t) => {
  const events = withEvents(press(screenWith([nodeWith(SOCKETS)], { size: LARGE }), '3'), lost(1), lost(2));
  const open = press(events, 'return');
  const later = withEvents(open, lost(3));
  for (const keys of ['i', 'c escape', 'S S', 'pagedown']) {
    t.match(screenText(press(later, keys)), /│ what +2 kernel events/, keys);
  }
  t.match(selectedLine(later)?.text, / 2 kernel events/, 'the list agrees');
  t.match(selectedLine(press(later, 'k'))?.text, / 3 kernel events/);
  const closed = press(open, 'escape');
  t.match(selectedLine(withEvents(closed, lost(3)))?.text, / 3 kernel events/, 'closed in time, it follows again');
  t.match(selectedLine(press(later, 'escape'))?.text, / 2 kernel events/, 'else it stays');
  t.end();
});
