import t from 'tap';
import { waitFor } from '../lab/wait.js';
import { Terminal } from './tmux_terminal.js';

t.test('a command runs in a terminal', async (t) => {
  const terminal = await Terminal.start(
    ['sh', '-c', `printf '\\033[31mit'"'"'s \\342\\234\\223\\033[0m\\n'; read line; echo "<$line>"; exit 7`],
    {
      width: 60,
      height: 5,
    },
  );
  t.teardown(() => terminal.stop());
  await terminal.until((text) => text.startsWith("it's ✓"), 'the first line');
  t.match((await terminal.styled())[0], "\x1b[31mit's ✓");
  t.match(await terminal.state(), {
    alternateScreen: false,
    cursorVisible: true,
    mouse: false,
    width: 60,
    height: 5,
    exitCode: null,
  });
  await terminal.resize(70, 10);
  t.match(await terminal.state(), { width: 70, height: 10 });
  t.equal((await terminal.lines()).length, 10);
  await terminal.type("%end 'x' ✓");
  await terminal.keys('Enter');
  t.equal(await terminal.exit(), 7);
  t.match(await terminal.text(), "<%end 'x' ✓>");
  await t.rejects(
    terminal.until((text) => text.includes('never'), 'what never comes', 50),
    /what never comes: not after 50 ms:\nit's/,
  );
});

t.test('a command gets SIGHUP when its terminal stops', async (t) => {
  const terminal = await Terminal.start(['sleep', '60']);
  const { pid } = await terminal.state();
  await terminal.stop();
  await t.rejects(terminal.text(), /gone/);
  await waitFor('the program to end', async () => {
    try {
      process.kill(pid, 0);
      return null;
    } catch {
      return pid;
    }
  });
});
