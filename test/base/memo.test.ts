import t from 'tap';
import { Kept } from '../../src/base/memo.js';

t.test('an equal value is the one of the last time', async (t) => {
  const kept = new Kept();
  const first = kept.same('x', { columns: [Uint32Array.of(1, 2)], names: new Map([[1, 'lo']]) });
  t.equal(kept.same('x', { columns: [Uint32Array.of(1, 2)], names: new Map([[1, 'lo']]) }), first);
  const changed = kept.same('x', { columns: [Uint32Array.of(1, 3)], names: new Map([[1, 'lo']]) });
  t.not(changed, first);
  t.equal(kept.same('x', { columns: [Uint32Array.of(1, 3)], names: new Map([[1, 'lo']]) }), changed);
  t.not(
    kept.same('y', { columns: [Uint32Array.of(1, 3)], names: new Map([[1, 'lo']]) }),
    changed,
    'each name for itself',
  );
});

t.test('what is made of the very same is made once', async (t) => {
  const kept = new Kept();
  let made = 0;
  const make = (): object => ({ made: ++made });
  const [a, b] = [{}, {}];
  const first = kept.once('x', [a, b], make);
  t.equal(kept.once('x', [a, b], make), first);
  t.not(kept.once('x', [a, {}], make), first, 'equal is not the same');
  t.not(kept.once('x', [a, b], make), first, 'only the last time is known');
  t.equal(made, 3);
  kept.once('x', [a], make);
  t.equal(made, 4, 'made of less is something else');
});

t.test('of a list, what is as it was is what it was', async (t) => {
  const kept = new Kept();
  const keyOf = ({ id }: { readonly id: string }): string => id;
  const make = (changes: object = {}) => [
    { id: 'a', owners: [{ pid: 1, exe: null }], backlog: { current: 0, max: 5 } },
    { id: 'b', owners: [{ pid: 2, exe: '/b' }], backlog: null, ...changes },
  ];
  const first = kept.sameEach('x', make(), keyOf);
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
    const [sameA, otherB] = kept.sameEach('x', make(change), keyOf);
    t.equal(sameA, a);
    t.not(otherB, b, JSON.stringify(change));
    t.match(otherB, change);
    kept.sameEach('x', first, keyOf);
  }
  t.strictSame(kept.sameEach('x', make().reverse(), keyOf), [b, a], 'in the order of now');
  const [onlyB] = kept.sameEach('x', make().slice(1), keyOf);
  t.equal(onlyB, b);
  t.not(kept.sameEach('x', make(), keyOf)[0], a, 'what was gone for once is not known any more');
});
