import t from 'tap';
import { labelsOf } from '../../src/fleet/labels.js';

const named = (hostname: string, capturedAt = 'T1', source = 'a.json') => ({ hostname, capturedAt, source });

t.test('a label is the host name, with more only if needed', (t) => {
  t.strictSame(labelsOf([named('a'), named('b')]), ['a', 'b']);
  t.strictSame(labelsOf([named('a', 'T1'), named('b'), named('a', 'T2')]), ['a T1', 'b', 'a T2']);
  t.strictSame(
    labelsOf([named('a', 'T1', 'x'), named('a', 'T1', 'y'), named('a', 'T2', 'z')]),
    ['a T1 x', 'a T1 y', 'a T2'],
    'the time, then the source',
  );
  t.strictSame(
    labelsOf([named('a', 'T1', 'x'), named('a', 'T1', 'x')]),
    ['a T1 x #1', 'a T1 x #2'],
    'a file given twice',
  );
  t.strictSame(labelsOf([named('', 'T1', 'x'), named('', 'T1', 'y')]), ['x', 'y'], 'without a host name');
  t.strictSame(labelsOf([]), []);
  t.end();
});

t.test('labels are unique', (t) => {
  const names = ['', 'a', 'a T1', 'a T1 x'];
  const all = names.flatMap((name) =>
    ['T1', 'T2'].flatMap((at) => ['x', 'y', 'x'].map((source) => named(name, at, source))),
  );
  const labels = labelsOf(all);
  t.equal(new Set(labels).size, all.length, labels.join(', '));
  t.end();
});
