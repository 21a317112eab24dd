export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly title: string;
  /** Text of a power of ten. */
  readonly format: (value: number) => string;
}

const WIDTH = 760;
const HEIGHT = 440;
/** Room for the labels of the series is on the right. */
const FRAME = { left: 62, right: WIDTH - 190, top: 14, bottom: HEIGHT - 48 };
const LINE_HEIGHT = 15;

/** Readable on white and on black. */
const COLOURS = ['#d1242f', '#2f81f7', '#2da44e', '#bf8700', '#a475f9', '#1b9e9e', '#e16f24', '#848d97'];

const STYLE = `text{font:12px system-ui,sans-serif;fill:#57606a}.grid{stroke:#848d97;stroke-opacity:.25}
.line{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#9ea7b3}}`;

/** A log-log plot as SVG without anything external. The label of each series is at its end. Pure. */
export function plot(title: string, x: Axis, y: Axis, series: readonly Series[]): string {
  const all = series.flatMap(({ points }) => points);
  const [xs, ys] = [powersAround(all.map(([one]) => one)), powersAround(all.map(([, one]) => one))];
  const across = scale(xs, FRAME.left, FRAME.right);
  const up = scale(ys, FRAME.bottom, FRAME.top);
  const ends = spread(series.map(({ points }) => up(points.at(-1)?.[1] ?? 1)));
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...xs.flatMap((power) => [
      `<path class="grid" d="M${at(across(power))} ${FRAME.top}V${FRAME.bottom}"/>`,
      text(across(power), FRAME.bottom + 17, 'middle', x.format(power)),
    ]),
    ...ys.flatMap((power) => [
      `<path class="grid" d="M${FRAME.left} ${at(up(power))}H${FRAME.right}"/>`,
      text(FRAME.left - 7, up(power) + 4, 'end', y.format(power)),
    ]),
    text((FRAME.left + FRAME.right) / 2, HEIGHT - 10, 'middle', x.title),
    `<text transform="translate(13 ${(FRAME.top + FRAME.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.title)}</text>`,
    ...series.flatMap(({ label, points }, number) => {
      const colour = COLOURS[number % COLOURS.length] ?? '';
      const path = points.map(([px, py]) => `${at(across(px))} ${at(up(py))}`).join('L');
      const end = points.at(-1)?.[0] ?? 1;
      const labelled = text(across(end) + 8, (ends[number] ?? 0) + 4, 'start', label, colour);
      return [`<path class="line" stroke="${colour}" d="M${path}"/>`, labelled];
    }),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

/** From the power of ten below the lowest value to the one above the highest. */
function powersAround(values: readonly number[]): number[] {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: to - from + 1 }, (_, step) => 10 ** (from + step));
}

function scale(powers: readonly number[], start: number, end: number): (value: number) => number {
  const [low, high] = [Math.log10(powers[0] ?? 1), Math.log10(powers.at(-1) ?? 10)];
  return (value) => start + ((Math.log10(value) - low) / (high - low)) * (end - start);
}

/** Positions of labels, in their order, moved down as far as they would overlap the one above, and up again from the bottom. */
function spread(wanted: readonly number[]): number[] {
  const placed = [...wanted.entries()].sort(([, a], [, b]) => a - b).map(([index, y]) => ({ index, y }));
  let above = -LINE_HEIGHT;
  for (const one of placed) above = one.y = Math.max(one.y, above + LINE_HEIGHT);
  let below = FRAME.bottom + LINE_HEIGHT;
  for (const one of placed.toReversed()) below = one.y = Math.min(one.y, below - LINE_HEIGHT);
  return placed.sort((a, b) => a.index - b.index).map(({ y }) => y);
}

function text(x: number, y: number, anchor: string, content: string, colour?: string): string {
  const fill = colour === undefined ? '' : ` style="fill:${colour}"`;
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${fill}>${escaped(content)}</text>`;
}

const at = (value: number): string => String(Math.round(value * 10) / 10);

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
