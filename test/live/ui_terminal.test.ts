import { writeFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { RECORDING } from '../demo/recording.js';
import { waitFor } from '../lab/wait.js';
import { parseScreen } from '../tui/sgr.js';
import type { Terminal } from '../tui/tmux_terminal.js';
import { openFromShell, openProgram, type ProgramOptions } from './node_terminal.js';
import { isOpen } from './ui_screen.js';

// A recording looks the same on every machine. How the program ends is tested live.
const REPLAY = ['--replay', RECORDING];

t.setTimeout(180_000);

const AGAIN = /after (\d+): ([\da-f:]+)/;

async function shell(t: Test, options: ProgramOptions = {}): Promise<Terminal> {
  const terminal = await openFromShell(null, { width: 120, height: 30, ...options });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  return terminal;
}

/** Checks that the terminal was restored, and returns its text. */
async function checkRestored(t: Test, terminal: Terminal, code: number): Promise<string> {
  const text = await terminal.until((now) => AGAIN.test(now), 'the shell is back');
  const [, exit, settings] = AGAIN.exec(text) ?? [];
  t.equal(Number(exit), code, 'exit code');
  t.equal(settings, /before: ([\da-f:]+)/.exec(text)?.[1], 'the same stty settings, and the earlier text is back');
  t.match(await terminal.state(), {
    alternateScreen: false,
    cursorVisible: true,
    mouse: false,
    applicationKeys: false,
    wraps: true,
  });
  t.match(text, /^before: /, 'nothing is left above the earlier text');
  await terminal.type('y'.repeat(130));
  await terminal.until((now) => /^y{120}\ny{10}$/m.test(now), 'input is echoed and long lines wrap');
  return text;
}

t.test('the terminal is restored at the end', async (t) => {
  for (const key of ['q', 'C-c']) {
    await t.test(key, async (t) => {
      const terminal = await shell(t);
      t.match(await terminal.state(), { alternateScreen: true, cursorVisible: false, mouse: true });
      await terminal.keys(key);
      await checkRestored(t, terminal, 0);
    });
  }
  // SIGHUP kills the program: a shell reports 128 plus the number of the signal.
  for (const [signal, code] of [
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const) {
    await t.test(signal, async (t) => {
      const terminal = await shell(t);
      process.kill(await terminal.child(), signal);
      await checkRestored(t, terminal, code);
    });
  }
});

t.test('nothing is left of the screen after the window was enlarged', async (t) => {
  for (const [width, height] of [
    [130, 40],
    [121, 30],
    [120, 60],
  ] as const) {
    const terminal = await shell(t);
    await terminal.resize(width, height);
    const last = (text: string): string | undefined => text.split('\n')[height - 1];
    await terminal.until((text) => last(text)?.startsWith('Enter') === true, 'the larger screen');
    await terminal.keys('q');
    const text = await terminal.until((now) => AGAIN.test(now), 'the shell is back');
    t.match(text, /^before: /, `${width}x${height}`);
  }
});

/** Node options that make the program throw an uncaught error on SIGUSR2. */
function failing(how: string): readonly string[] {
  return ['--import', `data:text/javascript,process.on('SIGUSR2', () => { ${encodeURIComponent(how)} })`];
}

t.test('an uncaught error is printed on the normal screen', async (t) => {
  for (const how of ["throw new Error('boom \\x1b[31m')", "Promise.reject(new Error('boom \\x1b[31m'))"]) {
    await t.test(how, async (t) => {
      const terminal = await shell(t, { node: failing(how) });
      process.kill(await terminal.child(), 'SIGUSR2');
      const text = await checkRestored(t, terminal, 2);
      t.match(text, 'k8s-sockwatch: internal error: boom \\x1b[31m');
    });
  }
});

t.test('the program ends when its terminal goes away', async (t) => {
  const terminal = await openProgram(null);
  await terminal.until(isOpen, 'the first snapshot');
  const { pid } = await terminal.state();
  await terminal.stop();
  const isGone = (): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await waitFor('the program to end', async () => (isGone() ? true : null), 5_000);
  t.pass('gone');
});

t.test('the screen works after SIGSTOP and SIGCONT', async (t) => {
  const terminal = await shell(t, { argv: REPLAY });
  const before = await terminal.still();
  const pid = await terminal.child();
  process.kill(pid, 'SIGSTOP');
  await terminal.keys('j', 'k');
  process.kill(pid, 'SIGCONT');
  await terminal.keys('?');
  await terminal.until((text) => /arrows, j k +one line/.test(text), 'help');
  await terminal.keys('?');
  await terminal.until((text) => text === before, 'the same as before');
  t.pass();
});

t.test('Ctrl-L repaints the screen', async (t) => {
  const terminal = await openProgram(null, { argv: REPLAY });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  const before = await terminal.still();
  await writeFile(`/proc/${(await terminal.state()).pid}/fd/1`, '\x1b[5;1Hgarbage');
  await terminal.until((text) => text.includes('garbage'), 'text of another program');
  await terminal.keys('C-l');
  await terminal.until((text) => text === before, 'the screen as it was');
  t.pass();
});

t.test('the screen follows the size of the terminal', async (t) => {
  const terminal = await openProgram(null, { width: 80, height: 24, argv: REPLAY });
  t.teardown(() => terminal.stop());
  await terminal.until(isOpen, 'the first snapshot');
  const small = await terminal.still();
  const styled = await terminal.styled();
  t.match(small, /VERDICT. +SERVICE +EXPECTED +ACTUAL/, 'the main columns fit');
  await terminal.resize(200, 60);
  const fills = (text: string): boolean =>
    /OWNER +QUEUE +UP$/m.test(text) && text.split('\n')[59]?.startsWith('Enter') === true;
  const wide = await terminal.until(fills, 'a wide screen, down to the last line');
  t.match(wide, 'snap.k8s.kubelet.service', 'more columns');
  await terminal.resize(80, 24);
  await terminal.until((text) => text === small, 'the screen as it was');
  await terminal.still();
  t.strictSame(await terminal.styled(), styled, 'the colours are the same as before');

  await terminal.resize(50, 10);
  t.match(await terminal.until((text) => text.includes('q quits'), 'too small'), /60x16[\s\S]*50x10/);
  await terminal.resize(10, 2);
  await terminal.resize(80, 24);
  await terminal.until((text) => text === small, 'the screen as it was');
  await terminal.keys('q');
  t.equal(await terminal.exit(), 0);
});

/** The distinct text colours. */
function colours(styled: readonly string[]): number[] {
  const found = parseScreen(styled).flatMap((runs) => runs.map(({ style }) => style.foreground));
  return [...new Set(found)].filter((colour) => typeof colour === 'number');
}

t.test('colours and glyphs suit every kind of terminal', async (t) => {
  const kinds: [name: string, env: Record<string, string>, colour: 'none' | '16' | '256', ascii: boolean][] = [
    ['xterm with 256', { TERM: 'xterm-256color' }, '256', false],
    ['tmux', { TERM: 'tmux-256color' }, '256', false],
    ['screen', { TERM: 'screen' }, '16', false],
    ['light background', { TERM: 'xterm-256color', COLORFGBG: '0;15' }, '256', false],
    ['Linux console', { TERM: 'linux' }, '16', true],
    ['NO_COLOR', { NO_COLOR: '1' }, 'none', false],
    ['C', { LANG: 'C' }, '256', true],
    ['LC_ALL overrides LANG', { LC_ALL: 'POSIX', LANG: 'C.UTF-8' }, '256', true],
    ['VT100', { TERM: 'vt100' }, 'none', false],
  ];
  for (const [name, env, colour, ascii] of kinds) {
    await t.test(name, async (t) => {
      const terminal = await openFromShell(null, { width: 100, height: 50, env, argv: REPLAY });
      t.teardown(() => terminal.stop());
      await terminal.until(isOpen, 'the first snapshot');
      const text = await terminal.still();
      if (ascii) t.match(text, /^[\x20-\x7e\n]*$/, 'ASCII only');
      for (const verdict of [
        'ok',
        'missing',
        'exposed',
        'wrong-owner',
        'wrong-address',
        'narrowed',
        'unverified',
        'not-applicable',
        'unexpected',
      ]) {
        t.match(text, new RegExp(`\\S ${verdict} `), `${verdict} with a symbol`);
      }
      const found = colours(await terminal.styled());
      if (colour === 'none') t.strictSame(found, [], 'no colours');
      else
        t.ok(found.length > 2 && found.every((one) => one < 16 === (colour === '16')), `${colour} colours`, { found });
      await terminal.keys('Down', 'q');
      await terminal.until((now) => AGAIN.test(now), 'the shell is back');
      t.match(await terminal.state(), { alternateScreen: false, cursorVisible: true, mouse: false });
    });
  }
});
