import t from 'tap';
import { chunks } from '../../src/report/pieces.js';
import { joined } from '../joined.js';

t.test('many pieces become few, and none is lost', (t) => {
  const pieces = Array.from({ length: 1000 }, (_, at) => `${at} `.repeat(400));
  const made = [...chunks(pieces)];
  t.equal(joined(made), pieces.join(''));
  t.ok(made.length > 1 && made.length < 20, 'some');
  t.strictSame([...chunks(['', ''])], []);
  t.end();
});
