import t from 'tap';
import { type Lab, startLab } from '../lab/lab.js';
import { parseScreen } from '../tui/sgr.js';
import { holdSocket } from './holder.js';
import { openProgram } from './node_terminal.js';
import { isOpen } from './ui_screen.js';

/** Names that could act on the terminal, as blessed tags or on the layout, and how the screen shows them. */
const NAMES: readonly (readonly [comm: string, shown: string])[] = [
  ['\x1b[2J\x1b[Hgone', '\\x1b[2J\\x1b[Hgone'],
  ['{red-fg}{bold}', '{red-fg}{bold}'],
  ['a\nb\tc\rd', 'a\\x0ab\\x09c\\x0dd'],
  ['\u009b31m\x07\x08', '\\x9b31m\\x07\\x08'],
  ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
  ['\u202eleft\u200b', '\\u{202e}left\\u{200b}'],
];
const PORT = 6700;

let lab: Lab;
t.setTimeout(120_000);
t.before(async () => {
  lab = await startLab({ role: 'control-plane', family: 'dual', faults: ['hostile-name'] });
});
t.teardown(() => lab.stop());

t.test('hostile process names are shown as text', { timeout: 60_000 }, async (t) => {
  for (const [at, [comm]] of NAMES.entries()) await holdSocket(t, lab, comm, PORT + at);
  const terminal = await openProgram(lab, { width: 160, height: 60 });
  t.teardown(() => terminal.stop());
  const spec = await terminal.until((text) => isOpen(text) && text.includes(`:${PORT + 5}`), 'all names');
  t.match(spec, '\\x1b[31mkubelet', 'the name from the lab');
  const [, header] = spec.split('\n');

  /** parseScreen throws on control characters; a name that acted would move, colour or hide something. */
  const check = async (what: string): Promise<string> => {
    const text = await terminal.still();
    const runs = parseScreen(await terminal.styled()).flat();
    t.ok(
      runs.every(({ style }) => style.background === null && style.foreground !== 1),
      `${what}: no colours from a name`,
    );
    t.equal(text.split('\n')[1], header, `${what}: the header is intact`);
    t.match(text.split('\n').at(-1), /^(?:Enter|Esc) /, `${what}: so is the footer`);
    return text;
  };
  await check('spec');
  await terminal.keys('2', '/');
  await terminal.type(':670');
  await terminal.keys('Enter');
  await terminal.until((text) => text.includes(`/${NAMES.length} of `), 'the listeners of these names');
  const listeners = await check('listeners');
  for (const [comm, shown] of NAMES) {
    // The column may cut the name.
    t.ok(listeners.includes(shown.slice(0, 14)), JSON.stringify(comm));
    await terminal.keys('/', 'C-u');
    await terminal.type(`:670${NAMES.findIndex((one) => one[0] === comm)}`);
    await terminal.keys('Enter');
    await terminal.until((text) => text.includes(' 1/1 of '), 'one');
    await terminal.keys('Enter');
    await terminal.until(
      (text) =>
        text.includes('explained by') &&
        ['owner', 'comm'].some((field) => text.includes(`${field.padEnd(13)}${shown}`)),
      `details of ${shown}`,
    );
    await check(`details of ${shown}`);
    await terminal.keys('Escape');
    await terminal.until((text) => !text.includes('explained by'), 'listeners');
  }
  await terminal.keys('Escape');
  await terminal.until((text) => !text.includes('/:670'), 'no filter');
  await terminal.keys('3');
  await terminal.until((text) => text.includes('WHAT'), 'events');
  const [[comm, shown] = ['', '']] = NAMES;
  await holdSocket(t, lab, comm, 6710);
  await terminal.until((text) => text.includes('6710') && text.includes(shown), 'an event');
  await check('events');
});
