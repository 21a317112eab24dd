import t from 'tap';
import { MAX_MARK_AGE_MS } from '../../src/tui/marks.js';
import { clampSelection } from '../../src/tui/selection.js';
import { tick } from '../../src/tui/update.js';
import {
  CILIUM,
  KUBELET,
  KUBELET_API,
  NOW,
  nodeWith,
  press,
  SOCKETS,
  screenText,
  screenWith,
  unexpected,
  withSnapshot,
} from './screen.js';

/** The marked lines: the mark and the first two words. */
function marksIn(text: string): string[] {
  return text.split('\n').flatMap((one) => /^[-+~] \S+ \S+/.exec(one)?.[0] ?? []);
}

t.test('the first snapshot and an equal one mark nothing', (t) => {
  t.strictSame(marksIn(screenText(screenWith([nodeWith(SOCKETS)]))), []);
  t.strictSame(marksIn(screenText(screenWith([nodeWith(SOCKETS), nodeWith(SOCKETS)]))), []);
  t.end();
});

t.test('added, changed and removed items are marked until the marks expire', (t) => {
  const intruder = unexpected(31337);
  const added = screenWith([nodeWith(SOCKETS), nodeWith([...SOCKETS, intruder])]);
  t.strictSame(marksIn(screenText(added)), ['+ ✚ unexpected']);

  const removed = withSnapshot(added, nodeWith(SOCKETS));
  t.strictSame(marksIn(screenText(removed)), ['- ✚ unexpected'], 'a removed item stays on the screen');
  t.match(screenText(removed), /31337/);

  const changed = screenWith([nodeWith(SOCKETS), nodeWith([KUBELET_API, CILIUM])]);
  t.strictSame(marksIn(screenText(changed)), ['~ ∅ missing']);

  const after = clampSelection(tick(removed, NOW + MAX_MARK_AGE_MS));
  t.strictSame(marksIn(screenText(after)), []);
  t.notMatch(screenText(after), /31337/);
  t.end();
});

t.test('a listener that replaces another at the same endpoint is marked as changed', (t) => {
  const again = { ...KUBELET, id: 'tcp:another', inode: 1 };
  const state = press(screenWith([nodeWith(SOCKETS), nodeWith([again, KUBELET_API, CILIUM])]), '2');
  t.equal(
    screenText(state)
      .split('\n')
      .filter((text) => text.includes('tcp   127.0.0.1:10248')).length,
    1,
  );
  t.match(screenText(state), /^~ tcp {3}127\.0\.0\.1:10248/m);
  t.end();
});

t.test('an item that was removed and is back is not marked as removed', (t) => {
  const states = [nodeWith(SOCKETS), nodeWith([KUBELET_API, CILIUM]), nodeWith(SOCKETS)];
  const state = press(screenWith(states), '2');
  t.notMatch(screenText(state), /^- /m);
  t.end();
});
