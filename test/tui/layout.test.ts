import t from 'tap';
import { processOwner } from '../verdict/factory.js';
import {
  frameErrors,
  linesOf,
  nodeWith,
  press,
  SOCKETS,
  screenText,
  screenWith,
  selectedLine,
  unexpected,
  withSnapshot,
} from './screen.js';

const exe = `/opt/${'program/'.repeat(15)}x`;
const LONG = unexpected(31337, 'x', { owners: [processOwner('x', { exe })] });
const MANY = [...SOCKETS, ...Array.from({ length: 30 }, (_, at) => unexpected(30_000 + at))];

t.test('the text of the selected line is whole where a fifth of the screen is enough for it', (t) => {
  const state = press(screenWith([nodeWith([...MANY, LONG])]), ': :31337 return');
  t.match(screenText(state).replaceAll(/ *\n│ /g, ' '), /reachable from outside; not in the page or notes/);
  t.strictSame(frameErrors(state), []);
  for (const keys of ['g', 'G', 'G k k k']) {
    const there = press(state, keys);
    t.not(selectedLine(there), null, `${keys}: the cursor stays in sight`);
    t.not(selectedLine(withSnapshot(there, nodeWith([LONG, ...MANY]))), null);
  }
  t.end();
});

t.test('the cursor stays in sight when its line gets a longer text', (t) => {
  const short = { ...LONG, owners: [processOwner('x')] };
  const state = press(screenWith([nodeWith([...MANY, short])]), 'G : :31337 return');
  const lines = linesOf(state);
  const last = lines.findIndex((line) => line.startsWith('│')) - 1;
  // From above, the line comes in at the end of the list.
  const down = press(press(state, 'g'), Array.from({ length: state.lists.page.line }, () => 'j').join(' '));
  t.equal(selectedLine(down)?.at, last);
  t.match(selectedLine(withSnapshot(down, nodeWith([...MANY, LONG])))?.text, /31337/);
  t.end();
});
