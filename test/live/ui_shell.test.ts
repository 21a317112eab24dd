import t, { type Test } from 'tap';
import { RECORDING } from '../demo/recording.js';
import { Terminal } from '../tui/tmux_terminal.js';
import { CLI } from './cli.js';
import { isOpen } from './ui_screen.js';

t.setTimeout(120_000);

/** The screen with a recording, started by hand in a shell with job control. */
async function open(t: Test, ...options: readonly string[]): Promise<Terminal> {
  const terminal = await Terminal.start(['bash', '--norc', '--noprofile', '-i'], { width: 120, height: 30 });
  t.teardown(() => terminal.stop());
  await terminal.type(`${process.execPath} ${CLI} --replay ${RECORDING} ${options.join(' ')}\n`);
  await terminal.until(isOpen, 'the recording');
  return terminal;
}

t.test('Ctrl-Z gives the terminal back to the shell, and fg goes on', async (t) => {
  const terminal = await open(t);
  const before = await terminal.still();
  for (let times = 0; times < 2; times += 1) {
    await terminal.keys('C-z');
    await terminal.until((text) => /Stopped/.test(text), 'the shell');
    t.match(await terminal.state(), { alternateScreen: false, cursorVisible: true, mouse: false, wraps: true });
    await terminal.type('echo $((6 * 7))\n');
    await terminal.until((text) => /^42$/m.test(text), 'the shell works');
    await terminal.type('fg\n');
    await terminal.until((text) => text === before, 'the screen as it was');
    t.match(await terminal.state(), { alternateScreen: true, cursorVisible: false, mouse: true });
  }
  await terminal.keys('j');
  await terminal.until((text) => text !== before, 'keys work');
});

t.test('pasted text is no command', async (t) => {
  const terminal = await open(t);
  await terminal.type('\x1b[200~swq\n\x1b[201~');
  await terminal.until((text) => text.includes('pasted text was ignored'), 'what happened to it');
  t.match(await terminal.text(), 'worst first', 's did not sort');
  await terminal.keys('/');
  await terminal.type('\x1b[200~kubelet\nq\x1b[201~');
  await terminal.until((text) => text.includes('/kubelet'), 'it is typed');
});

t.test('c puts an address on the clipboard of the terminal', async (t) => {
  const terminal = await open(t);
  await terminal.type(':10250\r');
  await terminal.keys('c');
  await terminal.until((text) => /^1 {2}\S+:10250$/m.test(text), 'the menu');
  await terminal.keys('1');
  await terminal.until((text) => /^sent to the clipboard of the terminal/m.test(text), 'it is done');
  t.match(await terminal.clipboard(), /:10250$/);
});

t.test('m leaves the mouse to the terminal', async (t) => {
  const terminal = await open(t);
  await terminal.keys('m');
  await terminal.until((text) => text.includes('m: rows again'), 'the mouse is free');
  t.match(await terminal.state(), { mouse: false });
  await terminal.keys('m');
  await terminal.until((text) => text.includes('the mouse selects rows again'), 'and back');
  t.match(await terminal.state(), { mouse: true });
});

t.test('--view, --sort and --filter say what is shown at first', async (t) => {
  const terminal = await open(t, '--view', 'listeners', '--sort', 'port', '--filter', "'!unix port:10250'");
  t.match(await terminal.text(), /PROT +ADDRESS[\s\S]*:10250/);
  t.match(await terminal.text(), /\/!unix port:10250 {2}by port {2}1\/1 of \d+/);
});
