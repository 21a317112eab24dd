import t, { type Test } from 'tap';
import { FAULTS, obstacle } from '../lab/faults.js';
import { describeNode } from '../lab/healthy.js';
import { type Lab, startLab } from '../lab/lab.js';
import type { Terminal } from '../tui/terminal.js';
import { openProgram } from './node_terminal.js';
import { isOpen, lineFor } from './ui_screen.js';

/** What is promised on a machine with nothing else to do, and what a busy one may take. */
const PROMISED_MS = 200;
const TOLERATED_MS = 1_000;
/**
 * Of a UDP or unix socket that closes nobody tells: every second it is looked whether one has, on a busy machine more rarely. It is
 * less than the 30 seconds after which everything is read anyway.
 */
const MENDED_MS = 20_000;

/**
 * Milliseconds from the moment that the lab has made the fault true to the screen that says all of it. That moment is a
 * little after the kernel's: services tell that they listen, of others the sockets are asked for every 5 ms. To look at the
 * screen takes about a millisecond.
 */
async function timeToScreen(lab: Lab, terminal: Terminal, fault: string): Promise<number> {
  await lab.apply(fault);
  const start = performance.now();
  const expected = lab.expectations();
  await terminal.until((text) => expected.every((one) => lineFor(text, lab, one) !== undefined), fault, 5_000);
  return performance.now() - start;
}

async function checkFaults(t: Test, lab: Lab, terminal: Terminal): Promise<void> {
  const node = describeNode(lab.role, lab.family, lab.containerdPath);
  const healthy = await terminal.until(isOpen, 'the first look');
  const summary = summaryOf(healthy);
  const times: number[] = [];
  for (const fault of FAULTS.filter((one) => obstacle(one, node, lab.hasCgroups) === null)) {
    const ms = await timeToScreen(lab, terminal, fault.name);
    times.push(ms);
    t.ok(ms < TOLERATED_MS, `${fault.name}: ${ms.toFixed(0)} ms`);
    await lab.clear(fault.name);
    const isMended = (text: string): boolean => summaryOf(text) === summary;
    await terminal.until(isMended, `${fault.name} cleared`, MENDED_MS);
  }
  const late = times.filter((ms) => ms > PROMISED_MS).length;
  t.comment(
    `${times.length} faults, slowest ${Math.max(...times).toFixed(0)} ms, ${late} later than ${PROMISED_MS} ms`,
  );
  t.ok(late <= times.length / 2, 'most are there as soon as promised');
}

/** `15 ok · 2 missing`. */
function summaryOf(text: string): string | undefined {
  return text
    .split('\n')
    .find((line) => /\d+ ok/.test(line))
    ?.trim();
}

t.test('every fault of the lab is on the screen at once', { timeout: 180_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  const terminal = await openProgram(lab, { width: 200, height: 60 });
  t.teardown(() => terminal.stop());
  await checkFaults(t, lab, terminal);
});
