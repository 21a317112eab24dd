import t from 'tap';
import { plot } from './plot.js';

const AXIS = { title: 'x', format: String };

function coordinates(svg: string): string[] {
  return [...svg.matchAll(/class="line"[^>]* d="M([^"]*)"/g)].map(([, path]) => path ?? '');
}

t.test('ten times as much is the same distance anywhere', (t) => {
  const svg = plot('title', AXIS, AXIS, [
    {
      label: 'one',
      points: [
        [10, 1],
        [100, 10],
        [1000, 100],
      ],
    },
  ]);
  const [points] = coordinates(svg).map((path) => path.split('L').map((point) => point.split(' ').map(Number)));
  const [first = [], second = [], third = []] = points ?? [];
  for (const axis of [0, 1]) {
    const [a = 0, b = 0, c = 0] = [first[axis], second[axis], third[axis]];
    t.ok(Math.abs(b - a - (c - b)) <= 0.2, `${a} ${b} ${c}`);
  }
  t.ok((second[0] ?? 0) > (first[0] ?? 0), 'more is further right');
  t.ok((second[1] ?? 0) < (first[1] ?? 0), 'and further up');
  t.end();
});

t.test('labels of series that end together do not overlap', (t) => {
  const series = ['a', 'b', 'c'].map((label) => ({
    label,
    points: [
      [1, 1],
      [10, 1],
    ] as const,
  }));
  const svg = plot('title', AXIS, AXIS, series);
  const heights = [...svg.matchAll(/y="([\d.]+)" text-anchor="start"/g)]
    .map(([, y]) => Number(y))
    .sort((a, b) => a - b);
  t.equal(heights.length, 3);
  t.ok(
    heights.every((y, at) => at === 0 || y - (heights[at - 1] ?? 0) >= 14.9),
    heights.join(' '),
  );
  t.ok(Math.max(...heights) < 440, 'all are on the picture');
  t.end();
});

t.test('is complete in itself, and safe', (t) => {
  const svg = plot('a < b & c', AXIS, AXIS, [{ label: '<b>', points: [[1, 1]] }]);
  t.match(svg, /<title>a &lt; b &amp; c<\/title>/);
  t.match(svg, />&lt;b></);
  t.notMatch(svg, /NaN|Infinity|undefined|href|url\(/);
  t.match(svg, /prefers-color-scheme:dark/);
  t.end();
});
