import t from 'tap';
import { UNICODE } from '../../src/tui/glyphs.js';
import { MARK_MS } from '../../src/tui/marks.js';
import { later, settle } from '../../src/tui/update.js';
import {
  CILIUM,
  KUBELET,
  KUBELET_API,
  look,
  NOW,
  nodeWith,
  press,
  SOCKETS,
  screenText,
  screenWith,
  see,
  stranger,
} from './scene.js';

/** The marks on the screen: the sign with what stands behind it. */
function marksIn(text: string): string[] {
  return text.split('\n').flatMap((one) => /^[-+~] \S+ \S+/.exec(one)?.[0] ?? []);
}

t.test('nothing is marked at first, nor where nothing changed', (t) => {
  t.strictSame(marksIn(screenText(screenWith([nodeWith(SOCKETS)]))), []);
  t.strictSame(marksIn(screenText(screenWith([nodeWith(SOCKETS), nodeWith(SOCKETS)]))), []);
  t.end();
});

t.test('new, changed and gone are marked, for a while', (t) => {
  const intruder = stranger(31337);
  const came = screenWith([nodeWith(SOCKETS), nodeWith([...SOCKETS, intruder])]);
  t.strictSame(marksIn(screenText(came)), ['+ ✚ unexpected']);

  const went = see(came, look(nodeWith(SOCKETS)));
  t.strictSame(marksIn(screenText(went)), ['- ✚ unexpected'], 'what is gone stays in sight');
  t.match(screenText(went), /31337/);

  const changed = screenWith([nodeWith(SOCKETS), nodeWith([KUBELET_API, CILIUM])]);
  t.strictSame(marksIn(screenText(changed)), ['~ ✗ missing']);

  const after = settle(later(went, NOW + MARK_MS), UNICODE);
  t.strictSame(marksIn(screenText(after)), []);
  t.notMatch(screenText(after), /31337/);
  t.end();
});

t.test('a listener that comes back in the same place has changed, and is not shown twice', (t) => {
  const again = { ...KUBELET, id: 'tcp:another', inode: 1 };
  const state = press(screenWith([nodeWith(SOCKETS), nodeWith([again, KUBELET_API, CILIUM])]), '2');
  t.equal(
    screenText(state)
      .split('\n')
      .filter((text) => text.includes('tcp  127.0.0.1:10248')).length,
    1,
  );
  t.match(screenText(state), /^~ tcp {2}127\.0\.0\.1:10248/m);
  t.end();
});

t.test('what is gone and back is not gone', (t) => {
  const states = [nodeWith(SOCKETS), nodeWith([KUBELET_API, CILIUM]), nodeWith(SOCKETS)];
  const state = press(screenWith(states), '2');
  t.notMatch(screenText(state), /^- /m);
  t.end();
});
