import type { Section } from '../bench.js';
import { withLoad } from '../bench.js';
import { comparison } from '../programs.js';

const SOCKETS = 100_000;

/** The programs on this machine as it is. */
export const idle: Section = {
  title: 'This machine as it is',
  about: 'Whole processes, from start to exit, with few sockets to show.',
  async run(bench) {
    return { markdown: await comparison(bench, bench.rounds * 3) };
  },
};

function withListeners(listeners: number): Section {
  return {
    title: `${listeners.toLocaleString('en')} listeners of 100,000 sockets`,
    about: 'Whole processes, from start to exit. The sockets are in 100 processes.',
    run: (bench) =>
      withLoad(bench, { processes: 100, sockets: SOCKETS, listeners, files: 0 }, async ({ netns }) => ({
        markdown: await comparison(bench, bench.rounds, netns),
      })),
  };
}

export const few: Section = withListeners(200);
export const many: Section = withListeners(5_000);
