import { type Section, withLoad } from '../bench.js';
import { number, table } from '../markdown.js';
import { plot, type Series } from '../plot.js';
import { measured, otherPrograms, ourPrograms } from '../programs.js';

const LISTENERS = [10, 100, 1_000, 10_000, 100_000];
/** A program that takes longer is not run with ten times as many. */
const MAX_MS = 10_000;

/** Time against the number of listeners, of all programs. */
export const growth: Section = {
  title: 'From 10 to 100,000 listeners',
  about: 'Whole processes. All sockets listen, on TCP, UDP and unix sockets, in at most 100 processes.',
  async run(bench) {
    const [ours, others] = [await ourPrograms(bench), await otherPrograms(bench)];
    const points = new Map([...ours.slice(0, 1), ...others].map((program) => [program, [] as [number, number][]]));
    for (const listeners of LISTENERS) {
      const size = { processes: Math.min(100, listeners / 2), sockets: listeners, listeners, files: 0 };
      const still = [...points].flatMap(([program, [...before]]) =>
        (before.at(-1)?.[1] ?? 0) > MAX_MS ? [] : program,
      );
      const usages = await withLoad(bench, size, ({ netns }) => measured(bench, still, bench.rounds, netns));
      for (const [{ label }, known] of points) {
        const ms = usages.get(label)?.ms;
        if (ms !== undefined) known.push([listeners, ms]);
      }
    }
    const series = [...points].flatMap(([{ label, argv }, known]): Series[] =>
      argv === null ? [] : [{ label: label.replaceAll('`', ''), points: known }],
    );
    return { markdown: timesTable(series), svg: drawn(series) };
  },
};

function timesTable(series: readonly Series[]): string {
  const rows = series.map(({ label, points }) => [
    label,
    ...LISTENERS.map((_, at) => (points[at] === undefined ? `over ${MAX_MS / 1000} s` : `${number(points[at][1])} ms`)),
  ]);
  return table(['program', ...LISTENERS.map((count) => count.toLocaleString('en'))], rows);
}

function drawn(series: readonly Series[]): string {
  return plot(
    'Time of a whole run against the number of listeners',
    { title: 'listeners', format: (value) => value.toLocaleString('en') },
    { title: 'time of a whole run', format: (value) => (value < 1000 ? `${value} ms` : `${value / 1000} s`) },
    series,
  );
}
