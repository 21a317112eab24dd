import t from 'tap';
import { handleMouse } from '../../src/tui/handle_mouse.js';
import { layoutOf } from '../../src/tui/layout.js';
import { clampSelection } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { LARGE, nodeWith, press, SOCKETS, screenText, screenWith, selectedLine, unexpected } from './screen.js';

t.test('the mouse selects, opens, scrolls, sorts and changes views', (t) => {
  const start = press(
    screenWith([nodeWith([...SOCKETS, ...Array.from({ length: 60 }, (_, at) => unexpected(30_000 + at))])], {
      size: LARGE,
    }),
    '2',
  );
  const { list, tabs } = layoutOf(start);
  const click = (state: State, line: number, column = 5) =>
    clampSelection(handleMouse(state, { kind: 'press', line, column }).state);
  const third = click(start, list.top + 2);
  t.equal(selectedLine(third)?.at, list.top + 2);
  t.not(click(third, list.top + 2).details, null, 'a second click opens details');
  const wheel = clampSelection(handleMouse(start, { kind: 'wheel-down', line: 10, column: 5 }).state);
  t.equal(selectedLine(wheel)?.at, list.top + 3);
  t.equal(
    selectedLine(clampSelection(handleMouse(wheel, { kind: 'wheel-up', line: 10, column: 5 }).state))?.at,
    list.top,
  );
  t.match(screenText(click(start, list.top - 1, 10)), /by address/);
  t.match(screenText(click(click(start, list.top - 1, 10), list.top - 1, 10)), /by address, reversed/);
  t.equal(click(start, tabs, 1).view, 'page');
  t.equal(click(start, tabs, 26).view, 'events');
  t.strictSame(click(start, tabs, 150), start);
  t.strictSame(click(start, 0), start);
  t.end();
});
