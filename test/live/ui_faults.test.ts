import t, { type Test } from 'tap';
import { median } from '../bench/median.js';
import { FAULTS, obstacle } from '../lab/faults.js';
import { describeNode } from '../lab/healthy.js';
import { type Lab, startLab } from '../lab/lab.js';
import type { Terminal } from '../tui/tmux_terminal.js';
import { openProgram } from './node_terminal.js';
import { isOpen, lineFor } from './ui_screen.js';

/**
 * No event reports that a UDP or unix socket closes: the watcher polls for it every second, less often on a busy machine. Below
 * the 30 seconds after which everything is read anyway.
 */
const MAX_CLEARED_MS = 20_000;

/** Milliseconds from when the lab has applied a fault, which it notices up to 5 ms late, to the screen that shows all of it. */
async function timeToScreen(lab: Lab, terminal: Terminal, fault: string): Promise<number> {
  await lab.apply(fault);
  const start = performance.now();
  const expected = lab.expectations();
  await terminal.until((text) => expected.every((one) => lineFor(text, lab, one) !== undefined), fault);
  return performance.now() - start;
}

async function checkFaults(t: Test, lab: Lab, terminal: Terminal): Promise<void> {
  const node = describeNode(lab.role, lab.family, lab.containerdPath);
  const healthy = await terminal.until(isOpen, 'the first snapshot');
  const summary = summaryOf(healthy);
  const times: number[] = [];
  for (const fault of FAULTS.filter((one) => obstacle(one, node) === null)) {
    const ms = await timeToScreen(lab, terminal, fault.name);
    times.push(ms);
    await lab.clear(fault.name);
    const isCleared = (text: string): boolean => summaryOf(text) === summary;
    await terminal.until(isCleared, `${fault.name} cleared`, MAX_CLEARED_MS);
    t.pass(fault.name);
  }
  t.comment(
    `${times.length} faults, median ${median(times).toFixed(0)} ms, slowest ${Math.max(...times).toFixed(0)} ms`,
  );
}

/** `✗ DRIFT  2 errors  2 missing · 15 ok`. */
function summaryOf(text: string): string | undefined {
  return text
    .split('\n')
    .find((line) => /\d+ ok/.test(line))
    ?.trim();
}

t.test('the screen shows every fault of the lab and that it is cleared', { timeout: 300_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  const terminal = await openProgram(lab, { width: 200, height: 60 });
  t.teardown(() => terminal.stop());
  await checkFaults(t, lab, terminal);
});
