import t from 'tap';
import { keyOf } from '../../src/verdict/key.js';

t.test('no two lists have the same key', (t) => {
  const texts = [null, '', 'a', 'aa', '1', '1,', ',', ' ', '1, ', ',,', '\0', 'null'];
  const lists = texts.flatMap((one) => texts.flatMap((two) => texts.map((three) => [one, two, three])));
  t.equal(new Set(lists.map((list) => keyOf(list))).size, lists.length);
  const shorter = texts.flatMap((one) => texts.map((two) => [one, two]));
  const all = [...lists, ...shorter, ...texts.map((one) => [one]), []];
  t.equal(new Set(all.map((list) => keyOf(list))).size, all.length, 'nor do those of other lengths');
  t.end();
});
