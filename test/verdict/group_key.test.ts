import t from 'tap';
import { groupKey } from '../../src/verdict/group_key.js';

t.test('equal parts have the same key, and no others do', async (t) => {
  t.equal(groupKey(['a', null, 'b']), groupKey(['a', null, 'b']));
  const different = [
    [],
    [''],
    [null],
    ['', ''],
    ['a', 'b'],
    ['ab'],
    ['a\0b'],
    ['a', null],
    ['a', '-'],
    ['1:a'],
    ['a1:b'],
  ];
  t.equal(new Set(different.map(groupKey)).size, different.length);
});
