import t from 'tap';
import { connectedTo, listenWithoutAccepting } from '../kernel/sockets/live.js';
import { startLab } from '../lab/lab.js';
import { inLab, openProgram } from './node_terminal.js';
import { isOpen } from './ui_screen.js';

/** What an operator waits for beside a running clock; without queues of their own the tables are read every 30 s. */
const SOON_MS = 10_000;

t.test('queues that fill up are shown as they are, and details have the user and the parent', async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const { port } = await listenWithoutAccepting(t, 3, inLab(lab, []));
  const terminal = await openProgram(lab, { width: 200, height: 50, argv: ['--view', 'listeners'] });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  const shows = (queue: string) => (text: string) =>
    text.split('\n').some((line) => line.includes(`:${port} `) && line.includes(queue));
  await terminal.until(shows(' 0/3'), 'an empty queue');
  const connect = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) await connectedTo(t, port, inLab(lab, []));
  };
  await connect(1);
  await terminal.until(shows(' 1/3'), 'the first connection', SOON_MS);
  await terminal.keys('/');
  await terminal.type(`port:${port}`);
  await terminal.keys('Enter', 'Enter');
  await terminal.until((text) => text.includes('1 waiting, at most 3'), 'the details');
  await terminal.until(
    (text) => /user +root {3}uid 0/.test(text) && /parent +\S+ {3}pid \d+/.test(text),
    'its process',
  );
  await connect(3);
  await terminal.until((text) => text.includes('4 waiting, at most 3'), 'the details follow', SOON_MS);
  await terminal.until(shows(' 4/3'), 'and the list');
});
