import { fileURLToPath } from 'node:url';
import { type Bench, inTurn, output, type Section, withLoad } from '../bench.js';
import type { InProcess } from '../in_process.js';
import type { LoadSize } from '../load.js';
import { number, table, times } from '../markdown.js';
import { median } from '../median.js';

const IN_PROCESS = fileURLToPath(new URL('../in_process.js', import.meta.url));
/** In one process. */
const DUMPS = 300;
const SEARCHES = 5;

/** The addon beside C programs that do the least for the same, in turn. */
async function besideC(bench: Bench, netns: string, dumps: number) {
  const inside = ['nsenter', `--net=${netns}`];
  const commands = [
    [...inside, bench.binary('bare_dump'), String(dumps)],
    [...inside, process.execPath, IN_PROCESS, String(dumps), String(SEARCHES)],
    [bench.binary('bare_iterator'), String(SEARCHES)],
  ];
  const [dump = [], addon = [], iterator = []] = await inTurn(bench.rounds, commands, output);
  const ours = addon.map((text) => JSON.parse(text) as InProcess);
  const field = (texts: readonly string[], at: number): number =>
    median(texts.map((text) => Number(text.trim().split(' ')[at])));
  return {
    bareDumpMs: field(dump, 0),
    listeners: field(dump, 1),
    dumpMs: median(ours.map(({ listenMs }) => listenMs)),
    bareIteratorMs: field(iterator, 0),
    records: field(iterator, 1),
    bpfMs: median(ours.map(({ bpfMs }) => bpfMs)),
    procMs: median(ours.map(({ ownersMs }) => ownersMs)),
  };
}

/** Without the rest of the program. */
export const dump: Section = {
  title: 'Reading the TCP listeners alone',
  about:
    'Both address families, in one process: a C program that counts what the kernel answers, and the addon, which makes columns of it.',
  async run(bench) {
    const rows: string[][] = [];
    for (const listeners of [250, 12_500]) {
      const size = { processes: 100, sockets: 100_000, listeners, files: 0 };
      const measured = await withLoad(bench, size, ({ netns }) => besideC(bench, netns, DUMPS));
      const { bareDumpMs, dumpMs } = measured;
      rows.push([
        `${measured.listeners.toLocaleString('en')} of 100,000 sockets`,
        `${number(bareDumpMs)} ms`,
        `${number(dumpMs)} ms`,
        times(dumpMs, bareDumpMs),
      ]);
    }
    return { markdown: table(['TCP listeners', 'C', 'addon', 'of C'], rows) };
  },
};

const NODES: readonly (readonly [label: string, size: LoadSize])[] = [
  ['100 processes, 100,000 sockets', { processes: 100, sockets: 100_000, listeners: 200, files: 0 }],
  ['20,000 processes, 40,000 sockets', { processes: 20_000, sockets: 40_000, listeners: 200, files: 0 }],
  [
    '100 processes, 1,000,000 descriptors, 100,000 of them sockets',
    { processes: 100, sockets: 100_000, listeners: 200, files: 900_000 },
  ],
];

/** Who has them. */
export const owners: Section = {
  title: 'Finding the owners alone',
  about:
    'A C program that reads what the eBPF iterator says of every descriptor and drops it; the addon by the same iterator, loaded once like that of C; and the addon through `/proc`, as other programs do.',
  async run(bench) {
    const rows: string[][] = [];
    for (const [label, size] of NODES) {
      const { bareIteratorMs, bpfMs, procMs } = await withLoad(bench, size, ({ netns }) => besideC(bench, netns, 1));
      const fast = [`${number(bareIteratorMs)} ms`, `${number(bpfMs)} ms`, times(bpfMs, bareIteratorMs)];
      rows.push([label, ...fast, `${number(procMs)} ms`, times(procMs, bpfMs)]);
    }
    return { markdown: table(['node', 'C', 'addon', 'of C', '/proc', 'of eBPF'], rows) };
  },
};
