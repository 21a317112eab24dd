import t from 'tap';
import { BINDING_GROUPS } from '../../src/tui/bindings.js';
import { nodeWith, press, SOCKETS, screenText, screenWith } from './screen.js';

t.test('no key is bound twice, and all capital letters but three are left for actions', (t) => {
  const keys = BINDING_GROUPS.flatMap(({ bindings }) => bindings.flatMap(({ keys }) => keys));
  t.equal(new Set(keys).size, keys.length);
  t.strictSame(
    keys.filter((key) => /^[A-Z]$/.test(key)),
    ['G', 'N', 'S'],
  );
  t.end();
});

t.test('the help of a recording has no keys that do nothing there', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  const recording = { ...start, source: { kind: 'recording', file: 'x' } } as const;
  t.match(screenText(press(start, '?')), 'pause; watching goes on');
  t.notMatch(screenText(press(recording, '?')), /pause|read now/);
  t.end();
});
