import t from 'tap';
import { listOf } from '../../src/tui/list.js';
import { nodeWith, press, SOCKETS, screenWith } from './screen.js';

t.test('the list is made again only if its content changes', (t) => {
  const start = press(screenWith([nodeWith(SOCKETS)]), '2');
  for (const keys of ['j', 'G', 'pageup', 'return', '?', '/']) t.equal(listOf(press(start, keys)), listOf(start), keys);
  for (const keys of ['s', 'S', 'f', '/ :x']) t.not(listOf(press(start, keys)), listOf(start), keys);
  t.end();
});
