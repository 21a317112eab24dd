import t, { type Test } from 'tap';
import { type Lab, startLab } from '../lab/lab.js';
import type { Terminal } from '../tui/terminal.js';
import { holdSocket } from './holder.js';
import { openProgram } from './node_terminal.js';
import { isOpen, selectedLine, untilSelected } from './ui_screen.js';

let lab: Lab;
t.setTimeout(120_000);
t.before(async () => {
  lab = await startLab({ role: 'worker', family: 'ipv4' });
});
t.teardown(() => lab.stop());

async function openListeners(t: Test): Promise<Terminal> {
  const terminal = await openProgram(lab, { width: 160, height: 24 });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first look');
  await terminal.keys('2');
  await terminal.until((text) => text.includes('EXPLAINED BY'), 'listeners');
  return terminal;
}

/** Moves the cursor down until it is on a line. */
async function select(terminal: Terminal, part: string): Promise<string> {
  await terminal.keys('g');
  await terminal.still();
  for (let moves = 0; moves < 60; moves += 1) {
    const line = await selectedLine(terminal);
    if (line?.includes(part) === true) return line;
    await terminal.keys('j');
    await untilSelected(terminal, (now) => now !== line, 'the next line');
  }
  throw new Error(`no line has ${part}:\n${await terminal.text()}`);
}

t.test('the cursor stays with the thing, whatever comes and goes', { timeout: 60_000 }, async (t) => {
  const terminal = await openListeners(t);
  await terminal.keys('s', 's', 's');
  await terminal.until((text) => text.includes('by port'), 'sorted by port');
  await select(terminal, ':10250');
  // Some before it and some behind it.
  const others = await Promise.all([1025, 1026, 20_000, 20_001].map((port) => holdSocket(t, lab, 'other', port)));
  await terminal.keys('r');
  await untilSelected(terminal, (line) => line.includes(':10250'), 'still there');
  await terminal.until((text) => / 3\d\b/.test(text), 'all have come');
  t.match(await selectedLine(terminal), ':10250');
  for (const other of others) await other.kill();
  await lab.apply('unexpected-udp');
  await terminal.still();
  t.match(await selectedLine(terminal), ':10250');
  await lab.clear('unexpected-udp');
});

t.test('a process tree that dies under the cursor', { timeout: 60_000 }, async (t) => {
  const tree = await holdSocket(t, lab, 'tree', 5555, 3);
  const terminal = await openListeners(t);
  const line = await select(terminal, ':5555');
  t.match(line, /\+3/, 'four hold it');
  await terminal.keys('Enter');
  await terminal.until((text) => tree.pids.every((pid) => text.includes(`pid ${pid}`)), 'all four are told');
  await tree.kill();
  await terminal.until((text) => text.includes('It is gone'), 'its end is told where it is looked at');
  await terminal.keys('Escape');
  const gone = await untilSelected(terminal, (now) => now.includes(':5555'), 'and it is under the cursor still');
  t.match(gone, /^- /, 'marked as gone');
  await untilSelected(
    terminal,
    (now) => now !== '' && !now.includes(':5555'),
    'until the mark expires, then another is',
  );
});

t.test('what comes back in its place is under the cursor', { timeout: 60_000 }, async (t) => {
  const terminal = await openListeners(t);
  const before = await select(terminal, ':10249');
  t.match(before, ` ${lab.processes.get('kube-proxy')} `);
  // Which starts it anew.
  await lab.apply('held-by-child-too');
  const after = await untilSelected(
    terminal,
    (line) => line.includes(` ${lab.processes.get('kube-proxy')} `),
    'the new one',
  );
  t.match(after, ':10249');
  await lab.clear('held-by-child-too');
});
