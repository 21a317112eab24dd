import { setTimeout as delay } from 'node:timers/promises';
import { FollowStream } from '../../live/follow_stream.js';
import { inTurn, output, type Section, withLoad } from '../bench.js';
import { table, times } from '../markdown.js';
import { median } from '../median.js';

const CALLS = ['getppid()', 'connect()', 'accept()'];
const ROUNDS = '50';

/** What `--follow` costs programs that have nothing to do with it. */
export const calls: Section = {
  title: 'What watching costs every other program',
  about:
    'A C program calls them in a loop, with and without `--follow` in the same network namespace, in turn; CPU time.',
  run: (bench) =>
    withLoad(bench, { processes: 20, sockets: 10_000, listeners: 100, files: 0 }, async ({ netns }) => {
      const loop = ['nsenter', `--net=${netns}`, bench.binary('calls'), ROUNDS];
      const [without = [], watched = []] = await inTurn(bench.rounds * 2, [false, true], async (isWatched) => {
        if (!isWatched) return numbers(await output(loop));
        const stream = new FollowStream(['--netns', netns]);
        await stream.started();
        // It loads its programs after the first tables.
        await delay(1000);
        try {
          return numbers(await output(loop));
        } finally {
          await stream.stop();
        }
      });
      const rows = CALLS.map((call, at) => {
        const [bare, beside] = [without, watched].map((rounds) => median(rounds.map((one) => one[at] ?? 0)));
        if (bare === undefined || beside === undefined) throw new Error('both are measured');
        return [`\`${call}\``, `${bare.toFixed(0)} ns`, `${beside.toFixed(0)} ns`, times(beside, bare)];
      });
      return { markdown: table(['call', 'alone', 'watched', 'of alone'], rows) };
    }),
};

function numbers(text: string): number[] {
  return text.trim().split(' ').map(Number);
}
