import t from 'tap';
import { Memo } from '../../src/base/memo.js';

t.test('an equal value is the last one', async (t) => {
  const memo = new Memo();
  const first = memo.reuseEqual('x', { columns: [Uint32Array.of(1, 2)], names: new Map([[1, 'lo']]) });
  t.equal(memo.reuseEqual('x', { columns: [Uint32Array.of(1, 2)], names: new Map([[1, 'lo']]) }), first);
  const changed = memo.reuseEqual('x', { columns: [Uint32Array.of(1, 3)], names: new Map([[1, 'lo']]) });
  t.not(changed, first);
  t.equal(memo.reuseEqual('x', { columns: [Uint32Array.of(1, 3)], names: new Map([[1, 'lo']]) }), changed);
  t.not(
    memo.reuseEqual('y', { columns: [Uint32Array.of(1, 3)], names: new Map([[1, 'lo']]) }),
    changed,
    'names are independent',
  );
});

t.test('a result is reused for identical inputs', async (t) => {
  const memo = new Memo();
  let made = 0;
  const make = (): object => ({ made: ++made });
  const [a, b] = [{}, {}];
  const first = memo.memoize('x', [a, b], make);
  t.equal(memo.memoize('x', [a, b], make), first);
  t.not(memo.memoize('x', [a, {}], make), first, 'equal inputs are not identical');
  t.not(memo.memoize('x', [a, b], make), first, 'only the last result is kept');
  t.equal(made, 3);
  memo.memoize('x', [a], make);
  t.equal(made, 4, 'fewer inputs are others');
});

t.test('equal values of a list are reused by key', async (t) => {
  const memo = new Memo();
  const keyOf = ({ id }: { readonly id: string }): string => id;
  const make = (changes: object = {}) => [
    { id: 'a', owners: [{ pid: 1, exe: null }], backlog: { current: 0, max: 5 } },
    { id: 'b', owners: [{ pid: 2, exe: '/b' }], backlog: null, ...changes },
  ];
  const first = memo.reuseEach('x', make(), keyOf);
  const [a, b] = first;
  for (const change of [
    { backlog: { current: 1, max: 5 } },
    { owners: [] },
    {
      owners: [
        { pid: 2, exe: '/b' },
        { pid: 3, exe: '/b' },
      ],
    },
    { owners: [{ pid: 2 }] },
    { owners: [{ pid: 2, exe: undefined }] },
    { further: 1 },
    { backlog: undefined },
  ]) {
    const [sameA, otherB] = memo.reuseEach('x', make(change), keyOf);
    t.equal(sameA, a);
    t.not(otherB, b, JSON.stringify(change));
    t.match(otherB, change);
    memo.reuseEach('x', first, keyOf);
  }
  t.strictSame(memo.reuseEach('x', make().reverse(), keyOf), [b, a], 'in the new order');
  const [onlyB] = memo.reuseEach('x', make().slice(1), keyOf);
  t.equal(onlyB, b);
  t.not(memo.reuseEach('x', make(), keyOf)[0], a, 'a value that was missing once is forgotten');
});
