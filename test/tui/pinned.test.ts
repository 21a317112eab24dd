import t from 'tap';
import { handleKey } from '../../src/tui/handle_key.js';
import { clampSelection } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { held } from '../verdict/factory.js';
import {
  linesOf,
  nodeWith,
  opened,
  press,
  SOCKETS,
  screenText,
  screenWith,
  selectedKey,
  unexpected,
  withEvents,
} from './screen.js';

const START = screenWith([nodeWith([...SOCKETS, unexpected(31337)])]);

t.test('the events of one line are without others, pinned or not', (t) => {
  const events = press(withEvents(START, ...[10248, 5].map((port) => opened(held('x', '::1', port)))), '3');
  const pinned = press(events, 'g');
  const state = { ...pinned, pinned: new Set([selectedKey(pinned) ?? '']) };
  t.match(screenText(state), /::1]:5 /);
  const ofRow = press(state, '1 : :10248 return e');
  t.match(screenText(ofRow), /::1]:10248 /);
  t.notMatch(screenText(ofRow), /::1]:5 /);
  t.match(screenText(press(ofRow, '3')), /::1]:5 /, 'it is still pinned');
  t.end();
});

t.test('a pinned line stays at the top, whatever the order and the filter', (t) => {
  const pinned = pressSpace(press(START, ': :10250 return'));
  const state = press(pinned, 'S / :cilium return');
  t.match(linesOf(state)[5], /^ ◆✓ ok .*\*:10250/, 'with a mark');
  t.match(linesOf(state)[6], /cilium/);
  t.match(linesOf(state)[3], / 1\/2 of 6$/, 'what is shown is counted');
  const alone = press(pinned, '/ :nothing return');
  t.match(linesOf(alone)[3], / 1\/1 of 6$/);
  t.match(linesOf(alone)[6], /nothing else matches "nothing"; Esc clears the filter/);
  t.equal(pressSpace(pinned).pinned.size, 0, 'a second one lets it go');
  t.end();
});

function pressSpace(state: State): State {
  return clampSelection(handleKey(state, { name: ' ', character: ' ' }).state);
}
