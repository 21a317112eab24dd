import t from 'tap';
import { number, table, times, withGenerated } from './markdown.js';

t.test('a table is aligned, and short rows are filled up', (t) => {
  const text = table(['program', 'time'], [['a', '1 ms'], ['much longer', '1230 ms'], ['missing']]);
  t.equal(
    text,
    [
      '| program     |    time |',
      '| ----------- | ------: |',
      '| a           |    1 ms |',
      '| much longer | 1230 ms |',
      '| missing     |         |',
    ].join('\n'),
  );
  t.end();
});

t.test('numbers have three digits', (t) => {
  t.strictSame([0, 0.0421, 0.999, 7.314, 74.24, 99.96, 1229.6].map(number), [
    '0',
    '0.042',
    '0.999',
    '7.31',
    '74.2',
    '100.0',
    '1230',
  ]);
  t.strictSame([times(3, 2), times(1, 1), times(100, 3), times(1, 0)], ['1.50 ×', '1.00 ×', '33 ×', '–']);
  t.end();
});

t.test('only what is between the markers is replaced', (t) => {
  const [begin, end] = ['<!-- Written by npm run bench. -->', '<!-- End of what npm run bench writes. -->'];
  const document = `# Title\n\n${begin}\n\nold\n\n${end}\n\nafter\n`;
  const replaced = withGenerated(document, 'new\n');
  t.equal(replaced, `# Title\n\n${begin}\n\nnew\n\n${end}\n\nafter\n`);
  t.equal(withGenerated(replaced, 'new'), replaced);
  for (const broken of ['', `${end}\n${begin}`, begin]) t.throws(() => withGenerated(broken, 'new'), /has no lines/);
  t.end();
});
