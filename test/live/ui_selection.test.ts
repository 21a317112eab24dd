import t, { type Test } from 'tap';
import { type Lab, startLab } from '../lab/lab.js';
import type { Terminal } from '../tui/tmux_terminal.js';
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
  await terminal.until(isOpen, 'the first snapshot');
  await terminal.keys('2');
  await terminal.until((text) => text.includes('EXPLAINED BY'), 'listeners');
  return terminal;
}

/** Moves the cursor down to a line that contains `part`. */
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

t.test('the cursor stays on its item while others are added and removed', { timeout: 60_000 }, async (t) => {
  const terminal = await openListeners(t);
  await terminal.keys('s', 's', 's');
  await terminal.until((text) => text.includes('by port'), 'sorted by port');
  await select(terminal, ':10250');
  // Above and below it.
  const others = await Promise.all([1025, 1026, 20_000, 20_001].map((port) => holdSocket(t, lab, 'other', port)));
  await terminal.keys('r');
  await untilSelected(terminal, (line) => line.includes(':10250'), 'still there');
  await terminal.until((text) => /\/3\d\b/.test(text), 'all of them');
  t.match(await selectedLine(terminal), ':10250');
  for (const other of others) await other.kill();
  await lab.apply('unexpected-udp');
  await terminal.still();
  t.match(await selectedLine(terminal), ':10250');
  await lab.clear('unexpected-udp');
});

t.test('the item under the cursor goes away', { timeout: 60_000 }, async (t) => {
  const tree = await holdSocket(t, lab, 'tree', 5555, 3);
  const terminal = await openListeners(t);
  const line = await select(terminal, ':5555');
  t.match(line, /\+3/, 'four owners');
  await terminal.keys('Enter');
  await terminal.until((text) => tree.pids.every((pid) => text.includes(`pid ${pid}`)), 'all four owners');
  await tree.kill();
  await terminal.until((text) => text.includes('It is gone'), 'the details say that it is gone');
  await terminal.keys('Escape');
  const gone = await untilSelected(terminal, (now) => now.includes(':5555'), 'it is still selected');
  t.match(gone, /^- /, 'marked as removed');
  await untilSelected(terminal, (now) => now !== '' && !now.includes(':5555'), 'another item after the mark expires');
});

t.test('the listener that replaces the selected one is selected', { timeout: 60_000 }, async (t) => {
  const terminal = await openListeners(t);
  const before = await select(terminal, ':10249');
  t.match(before, ` ${lab.processes.get('kube-proxy')} `);
  // This fault restarts it.
  await lab.apply('held-by-child-too');
  const after = await untilSelected(
    terminal,
    (line) => line.includes(` ${lab.processes.get('kube-proxy')} `),
    'the new process',
  );
  t.match(after, ':10249');
  await lab.clear('held-by-child-too');
});

t.test('a asks what the page claims, and nothing else does', async (t) => {
  const terminal = await openProgram(lab, { width: 100, height: 50 });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  await terminal.keys('/');
  await terminal.type('port:10250');
  await terminal.keys('Enter', 'Enter');
  await terminal.until((text) => /^next /m.test(text), 'the details');
  t.notMatch(await terminal.text(), 'Claims of the page');
  await terminal.keys('a');
  const text = await terminal.until((now) => /Claims of the page, probed \d{4}-/.test(now), 'the answers');
  t.match(text, /^holds +no-anonymous: /m);
});
