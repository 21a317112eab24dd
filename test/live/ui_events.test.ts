import t from 'tap';
import { startLab } from '../lab/lab.js';
import { openProgram } from './node_terminal.js';
import { isOpen, listLines } from './ui_screen.js';

t.setTimeout(120_000);

/** What leads to a verdict, and where. */
const CAUSES = [
  ['opened', ':31337'],
  ['opened', ':161/udp'],
  ['closed', ' /run/containerd/c'],
] as const;

t.test('the list of events is in the order of what happened', async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const terminal = await openProgram(lab, { width: 200, height: 50, argv: ['--view', 'events'] });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  const quiet = await terminal.until((text) => text.includes('nothing has changed since '), 'a quiet node');
  t.match(quiet, /nothing has changed since \d\d:\d\d:\d\d \S+/);
  await lab.apply('unexpected-tcp');
  await lab.apply('unexpected-udp');
  await lab.apply('containerd-gone');
  const changes = /(?:none|ok) . (?:unexpected|missing)/g;
  await terminal.until((text) => (text.match(changes) ?? []).length >= 3, 'the verdicts');
  const lines = listLines(await terminal.still());
  const times = lines.map((line) => /\d\d:\d\d:\d\d/.exec(line)?.[0] ?? '');
  t.strictSame(times, [...times].sort().reverse(), 'newest first');
  for (const [cause, place] of CAUSES) {
    const of = (event: string): number =>
      lines.findIndex((line) => line.includes(` ${event} `) && line.includes(place));
    t.ok(of('verdict') >= 0 && of('verdict') < of(cause), `${cause} ${place}\n${lines.join('\n')}`);
  }
});
