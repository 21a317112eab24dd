import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { FollowStream } from '../../live/follow_stream.js';
import { Serving } from '../../live/serving.js';
import { costOf } from '../../tui/process_cost.js';
import { type Section, withLoad } from '../bench.js';
import { number, table } from '../markdown.js';
import { median } from '../median.js';
import { measureUi, summary } from '../ui_load.js';

/** The tables are read every 30 seconds where nothing happens, which is a part of it. */
const IDLE_MS = 60_000;
const OPENINGS = 200;
const SCRAPES = 200;

const TEN_THOUSAND = { processes: 50, sockets: 10_000, files: 0 };

/** Percent of one core while nothing happens. */
async function percentAtRest(pid: number): Promise<number> {
  const [before, since] = [costOf(pid).cpuMs, performance.now()];
  await delay(IDLE_MS);
  return ((costOf(pid).cpuMs - before) / (performance.now() - since)) * 100;
}

function atRest(percent: number, pid: number): string[][] {
  const { residentMiB, peakMiB } = costOf(pid);
  return [
    [`at rest, ${IDLE_MS / 1000} s`, `${percent.toFixed(2)} % of one core`],
    ['memory, and at most', `${residentMiB.toFixed(0)} MiB, ${peakMiB.toFixed(0)} MiB`],
  ];
}

/** The stream of changes. */
export const follow: Section = {
  title: '`--follow`, with 10,000 sockets',
  about: `A hundred of them listen. Then ${OPENINGS} listeners open, one after the other.`,
  run: (bench) =>
    withLoad(bench, { ...TEN_THOUSAND, listeners: 100 }, async ({ netns }) => {
      const crowded = new FollowStream(['--netns', netns]);
      await crowded.started();
      await delay(2000);
      const { pid = 0 } = crowded.child;
      const rows = atRest(await percentAtRest(pid), pid);
      await crowded.stop();
      const stream = new FollowStream();
      await stream.started();
      const took = await latencies(stream);
      await stream.stop();
      rows.push(['from listen() to the line, median', `${number(median(took))} ms`]);
      rows.push(['the slowest', `${number(Math.max(...took))} ms`]);
      return { markdown: table(['`--follow`', ''], rows) };
    }),
};

/** Milliseconds from just before listen() to the line, in this network namespace. */
async function latencies(stream: FollowStream): Promise<number[]> {
  const took: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const server = createServer();
    const start = performance.now();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await stream.until(
      (changes) => changes.slice(-20).some((change) => change.event === 'opened' && change.socket.port === port),
      `port ${port}`,
    );
    took.push(performance.now() - start);
    server.close();
    await once(server, 'close');
    await delay(20);
  }
  return took;
}

/** The terminal UI. */
export const screen: Section = {
  title: 'The screen, with 10,000 listeners',
  about: 'In tmux, 120 columns by 40 lines. From the moment tmux is given a key until its screen shows what it did.',
  run: (bench) =>
    withLoad(bench, { ...TEN_THOUSAND, listeners: 10_000 }, async ({ netns }) => {
      const measures = await measureUi(netns, IDLE_MS);
      const { medianMs, slowestMs } = summary(measures);
      const rows = [
        ['the first screen', `${number(measures.openMs)} ms`],
        ['a key, median', `${number(medianMs)} ms`],
        ['the slowest', `${number(slowestMs)} ms`],
        ['CPU time per key', `${number(measures.keyCpuMs)} ms`],
        [`at rest, ${IDLE_MS / 1000} s`, `${measures.idlePercent.toFixed(2)} % of one core`],
        ['memory, and at most', `${measures.residentMiB.toFixed(0)} MiB, ${measures.peakMiB.toFixed(0)} MiB`],
      ];
      return { markdown: table(['screen', ''], rows) };
    }),
};

/** The exporter. */
export const serve: Section = {
  title: '`serve`, with 10,000 listeners',
  about: `${SCRAPES} scrapes of \`/metrics\`, then nothing.`,
  run: (bench) =>
    withLoad(bench, { ...TEN_THOUSAND, listeners: 10_000 }, async ({ netns }) => {
      const serving = await Serving.start(['--netns', netns]);
      try {
        const captureSeconds = (await serving.value('k8s_sockwatch_capture_duration_seconds')) ?? Number.NaN;
        const took: number[] = [];
        for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
          const start = performance.now();
          await (await serving.get('/metrics')).text();
          took.push(performance.now() - start);
        }
        const { pid = 0 } = serving.child;
        const rows = [
          ['a capture', `${number(captureSeconds * 1000)} ms`],
          ['a scrape, median', `${number(median(took))} ms`],
          ['the slowest', `${number(Math.max(...took))} ms`],
          ...atRest(await percentAtRest(pid), pid),
        ];
        return { markdown: table(['`serve`', ''], rows) };
      } finally {
        await serving.stop();
      }
    }),
};
