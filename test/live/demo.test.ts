import { fileURLToPath } from 'node:url';
import t from 'tap';
import { RECORDING } from '../demo/recording.js';
import { TOGGLES } from '../demo/toggles.js';
import { directoriesOf, labParents } from '../lab/traces.js';
import { waitFor } from '../lab/wait.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { isOpen } from './ui_screen.js';

const DEMO = fileURLToPath(new URL('../../../.ci/demo', import.meta.url));
/** For a lab to start, or to stop. */
const LAB_MS = 30_000;

t.setTimeout(180_000);

t.test('npm run demo shows every verdict, a key for each', async (t) => {
  const terminal = await Terminal.start([DEMO], { width: 160, height: 50 });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the healthy node', LAB_MS);
  for (const { key, verdict, fault, explanation } of TOGGLES) {
    await terminal.keys(key);
    const part = fault === 'hostile-name' ? '\\x1b[31mkubelet' : `${verdict} `;
    await terminal.until((text) => rows(text).some((line) => line.includes(part)), `${key}: ${verdict}`);
    await terminal.until((text) => text.includes(`broken: ${explanation}`), `that ${key} broke something`);
  }
  t.match(await terminal.until((text) => / \d+ ok/m.test(text), 'what is right still is'), /node-1 {2}control-plane/);
  for (const { key } of TOGGLES) await terminal.keys(key);
  await terminal.until((text) => /^✓ MATCH {2}19 ok/m.test(text), 'mended again', LAB_MS);
  await terminal.keys('q');
  t.equal(await terminal.exit(LAB_MS), 0);
});

t.test('a terminal that is taken away takes the node down with it', async (t) => {
  const terminal = await Terminal.start([DEMO], { width: 100, height: 30 });
  await terminal.until(isOpen, 'the healthy node', LAB_MS);
  const [{ pid }, parents] = await Promise.all([terminal.state(), labParents()]);
  t.not(directoriesOf(pid, parents).length, 0);
  await terminal.stop();
  await waitFor('nothing is left', async () => (directoriesOf(pid, parents).length === 0 ? true : null), LAB_MS);
});

t.test('without root, a recording', async (t) => {
  const terminal = await Terminal.start([DEMO, '--recording'], { width: 160, height: 50 });
  t.teardown(() => terminal.stop());
  const text = await terminal.until(isOpen, 'the recording');
  t.match(text, /RECORDING of \d{4}-/);
  for (const { verdict } of TOGGLES)
    t.ok(
      rows(text).some((line) => line.includes(`${verdict} `)),
      verdict,
    );
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
});

t.test('what is there to be seen is told', async (t) => {
  const terminal = await Terminal.start([DEMO, '--help'], { width: 100, height: 30 });
  t.teardown(() => terminal.stop());
  await terminal.exit();
  for (const { key, verdict } of TOGGLES) t.match(await terminal.text(), new RegExp(`${key} +${verdict} `));
  t.ok(RECORDING.endsWith('.json'));
});

function rows(text: string): string[] {
  return text.split('\n').slice(5, -6);
}
