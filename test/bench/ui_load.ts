import { setTimeout as delay } from 'node:timers/promises';
import { CLI } from '../live/cli.js';
import { untilSelected } from '../live/ui_screen.js';
import { costOf } from '../tui/process_cost.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { median } from './median.js';

export interface UiMeasures {
  /** Lines of the view of listeners. */
  readonly listeners: number;
  /** From the start of the program to its first whole screen. */
  readonly openMs: number;
  /** From a key to the screen that shows what it did, each. */
  readonly keys: Readonly<Record<string, readonly number[]>>;
  /** CPU time of the program per key, on average. */
  readonly keyCpuMs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
  /** Of one core, while nothing happens. */
  readonly idlePercent: number;
}

const KEY_GAP_MS = 50;
const ROUNDS = 20;
const TOTAL = / \d+\/(\d+)(?: ↓\d+)?$/m;

/** What the UI takes in a network namespace with many listeners, seen from a terminal of 120×40. */
export async function measureUi(netns: string, idleMs: number): Promise<UiMeasures> {
  const start = performance.now();
  const terminal = await Terminal.start(['nsenter', `--net=${netns}`, process.execPath, CLI], {
    width: 120,
    height: 40,
  });
  try {
    await terminal.until((text) => /^. (MATCH|DRIFT|INCOMPLETE)/m.test(text), 'the first look', 60_000);
    const openMs = performance.now() - start;
    await terminal.keys('2');
    const text = await terminal.until((now) => now.includes('EXPLAINED BY') && TOTAL.test(now), 'the listeners');
    const { pid } = await terminal.state();
    const beforeKeys = costOf(pid);
    const keys = await measureKeys(terminal);
    const before = costOf(pid);
    const keyCpuMs = (before.cpuMs - beforeKeys.cpuMs) / Object.values(keys).flat().length;
    const since = performance.now();
    await delay(idleMs);
    const after = costOf(pid);
    const idlePercent = ((after.cpuMs - before.cpuMs) / (performance.now() - since)) * 100;
    const { residentMiB, peakMiB } = after;
    return { listeners: Number(TOTAL.exec(text)?.[1]), openMs, keys, keyCpuMs, residentMiB, peakMiB, idlePercent };
  } finally {
    await terminal.stop();
  }
}

async function measureKeys(terminal: Terminal): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (const key of ['j', 'NPage', 'G', 'PPage', 'k', 'g']) {
    const took = [];
    for (let round = 0; round < (key === 'G' || key === 'g' ? 1 : ROUNDS); round += 1)
      took.push(await moves(terminal, key));
    times[key] = took;
  }
  times['filter'] = [];
  times['/'] = [await opensFilter(terminal)];
  // As long as it takes to type the next key.
  await delay(KEY_GAP_MS);
  for (const letter of ['1', '2', '7', '.', '0', '.', '0', '.', '1', ':', '4']) {
    times['filter'].push(await changes(terminal, letter));
  }
  await terminal.keys('Escape');
  await terminal.still();
  times['sort'] = [await changes(terminal, 's'), await changes(terminal, 's'), await changes(terminal, 's')];
  return times;
}

/** Until another line is under the cursor. */
async function moves(terminal: Terminal, key: string): Promise<number> {
  const before = await untilSelected(terminal, (line) => line !== '', 'a line');
  const start = performance.now();
  await terminal.keys(key);
  await untilSelected(terminal, (line) => line !== before, key);
  return performance.now() - start;
}

/** Until it can be typed. */
async function opensFilter(terminal: Terminal): Promise<number> {
  const start = performance.now();
  await terminal.keys('/');
  await terminal.until((text) => text.includes('Esc clears'), 'the filter');
  return performance.now() - start;
}

/** Until the line over the list, which tells the filter and the order, is another one. */
async function changes(terminal: Terminal, key: string): Promise<number> {
  const status = async (): Promise<string | undefined> => (await terminal.lines())[3];
  const before = await status();
  const start = performance.now();
  await terminal.keys(key);
  await terminal.untilTrue(async () => (await status()) !== before, key);
  return performance.now() - start;
}

/** The slowest of all keys, and the median of those. */
export function summary({ keys }: UiMeasures): { readonly medianMs: number; readonly slowestMs: number } {
  const all = Object.values(keys).flat();
  return { medianMs: median(all), slowestMs: Math.max(...all) };
}
