import t from 'tap';
import { UNICODE } from '../../../src/tui/glyphs.js';
import { segment } from '../../../src/tui/line.js';
import { truncateSegments } from '../../../src/tui/render/segments.js';
import { textOf } from '../screen.js';

t.test('a line that is cut between two segments ends in an ellipsis', (t) => {
  const segments = [segment('2 ok'), segment(' | '), segment('1 exposed')];
  t.strictSame(
    [16, 15, 7, 5, 4].map((width) => textOf(truncateSegments(segments, width, UNICODE))),
    ['2 ok | 1 exposed', '2 ok | 1 expos…', '2 ok |…', '2 ok…', '2 o…'],
  );
  t.end();
});
