import t from 'tap';
import type { Change } from '../../src/snapshot/document/change.js';
import { handleMouse } from '../../src/tui/handle_mouse.js';
import { frameOf } from '../../src/tui/render/frame.js';
import { clampSelection } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { pasteText } from '../../src/tui/type_key.js';
import { showMessage } from '../../src/tui/update.js';
import { held } from '../verdict/factory.js';
import {
  effectOf,
  frameErrors,
  LARGE,
  linesOf,
  NOW,
  nodeWith,
  press,
  resized,
  SMALL,
  SOCKETS,
  screenText,
  screenWith,
  selectedLine,
  unexpected,
  withEvents,
} from './screen.js';

const START = screenWith([nodeWith([...SOCKETS, unexpected(31337)])]);
/** With a bar before the character that the cursor is on. */
const footer = (state: State): string =>
  (frameOf(state).at(-1) ?? []).map(({ text, style }) => (style === 'inverse' ? `▏${text}` : text)).join('');
/** It takes the place of the keys. */
const message = footer;

t.test('a colon goes to a port, a name or a view', (t) => {
  t.match(selectedLine(press(START, ': :10248 return'))?.text, /localhost:10248/);
  t.match(selectedLine(press(START, ': :cilium return'))?.text, /cilium-agent/);
  t.equal(press(START, ': :ev return').view, 'events');
  t.match(footer(press(START, ': :4')), /^:4▏/);
  t.match(message(press(START, ': :4711 return')), 'no row, listener or event has "4711"');
  t.match(selectedLine(press(START, ': :4711 return')), selectedLine(START), 'and nothing moves');
  t.match(selectedLine(press(START, '/ :cilium return : :10248 return'))?.text, /localhost:10248/, 'the filter hid it');
  const other = press(screenWith([nodeWith([...SOCKETS, held('sshd', '0.0.0.0', 22)])]), ': :sshd return');
  t.match(selectedLine(other)?.text, /sshd/);
  t.equal(press(START, ': :x escape').prompt, null);
  t.end();
});

t.test("the line that is typed has readline's keys", (t) => {
  const typed = (keys: string) => footer(press(START, `/ ${keys}`));
  const cases: readonly [keys: string, line: string][] = [
    [':abc left left :xy', '/axy▏bc'],
    [':abc home :xy', '/xy▏abc'],
    [':abc C-a :xy C-e :zz', '/xyabczz▏'],
    [':abc C-a delete', '/▏bc'],
    [':abc C-a C-d right', '/b▏c'],
    [':abc left C-u', '/▏c'],
    [':abc C-a right C-k', '/a▏'],
    [':ab backspace C-h', '/▏'],
    [':ab escape / :cd', '/cd▏'],
  ];
  for (const [keys, line] of cases) t.ok(typed(keys)?.startsWith(`${line} `), `${keys}: ${typed(keys)}`);
  const words = press(START, '/ :kubelet');
  t.match(footer(press({ ...words, prompt: { kind: 'filter', text: 'a port:1  ', cursor: 10 } }, 'C-w')), /^\/a ▏/);
  t.end();
});

t.test('pasted text goes into what is typed, or nowhere', (t) => {
  const pasted = pasteText(press(START, '/'), 'kube\nq\x1b[31mw');
  t.equal(pasted.filter, 'kube', 'its first line');
  t.match(message(pasteText(START, 'sw')), 'pasted text was ignored');
  t.strictSame(pasteText(START, 'sw').lists, START.lists);
  t.end();
});

t.test('n and N go from fault to fault', (t) => {
  t.match(selectedLine(press(START, 'n'))?.text, /missing/);
  t.match(selectedLine(press(START, 'n n'))?.text, /unexpected/);
  t.match(message(press(START, 'n n n')), 'no fault below');
  t.match(selectedLine(press(START, 'G N'))?.text, /unexpected/);
  t.match(message(press(START, 'N')), 'no fault above');
  t.end();
});

t.test('columns that do not fit are reached by the arrows', (t) => {
  const titles = (state: State) => linesOf(state)[4]?.trim().split(/ +/);
  t.strictSame(titles(START), ['VERDICT▾', 'SERVICE', 'EXPECTED', 'ACTUAL', 'OWNER']);
  t.strictSame(titles(press(START, 'right right')), ['VERDICT▾', 'SERVICE', 'OWNER', 'QUEUE', 'UP']);
  t.strictSame(titles(press(START, 'right left left')), titles(START));
  t.strictSame(titles(press(START, 'right right right right right right right')), ['VERDICT▾', 'SERVICE', 'UP']);
  t.end();
});

t.test('e shows the events of a line; Enter goes from an event to its line', (t) => {
  const at = new Date(NOW).toISOString();
  const opened = (port: number): Change => ({
    event: 'opened',
    at,
    seenBy: 'kernel',
    socket: held('x', '127.0.0.1', port),
  });
  const state = withEvents(START, opened(9879), opened(10248));
  const events = press(state, 'e');
  t.equal(events.view, 'events');
  t.match(screenText(events), /127\.0\.0\.1:9879/);
  t.notMatch(screenText(events), /127\.0\.0\.1:10248/);
  t.match(selectedLine(press(events, 'return return'))?.text, /exposed .*cilium-agent/);
  t.match(footer(press(events, 'return')), /^Esc q back {2}Enter go there {2}j k scroll {2}c copy {2}Ctrl-C quit$/);
  const lost: Change = { event: 'lost', at, count: 1, suppressed: 0 };
  t.notMatch(footer(press(withEvents(START, lost), '3 return')), 'go there', 'it is about no line');
  t.end();
});

t.test('Esc goes back from the events of a line to what was shown; its filter ends with them', (t) => {
  const start = press(START, 'f / :9879 return');
  const shown = ({ view, filter, faultsOnly, details }: State) => ({ view, filter, faultsOnly, details });
  const events = press(start, 'e');
  t.match(screenText(events), / \/port:9879 [\s\S]*\n {2}no events at this address/);
  t.match(footer(events), /^Esc q back {2}/);
  t.strictSame(shown(press(events, 'escape')), shown(start));
  t.match(shown(press(events, '1')), { view: 'page', filter: '9879', faultsOnly: true });
  t.match(shown(press(events, 'tab')), { view: 'page', filter: '9879' });
  t.match(shown(press(events, ': :lis return')), { view: 'listeners', filter: '9879' });
  t.match(shown(press(press(START, 'e'), ': :10250 return')), { view: 'page', filter: '' });
  const detailed = press(press(START, 'return'), 'e escape');
  t.strictSame(shown(detailed), shown(press(START, 'return')), 'the details are open again');
  t.match(shown(press(events, '/ :kube return escape')), { view: 'events', filter: '' }, 'one that was typed stays');
  t.equal(press(press(START, 'e'), '3').filter, '');
  t.end();
});

/** The lines of the menu of c, without the rule above them. */
function menuOf(state: State): string[] {
  const lines = linesOf(state).slice(0, -1);
  return lines.slice(lines.findIndex((line) => line.startsWith('copy ')) + 1);
}

t.test('c copies the address, the pid, a command of the advice, or everything', (t) => {
  const menu = press(START, 'c');
  const [address, pid, command = '', everything] = menuOf(menu);
  t.strictSame([address, pid, everything], ['1  0.0.0.0:9879', '2  pid 812 cilium-agent', '4  everything']);
  t.match(command, /^3 {2}sudo k8s/);
  t.match(footer(menu), /^1-4 copy {2}Esc back$/);
  t.match(effectOf(menu, '1'), { kind: 'copy', entry: { text: '0.0.0.0:9879' } });
  t.match(effectOf(menu, 'return'), { kind: 'copy', entry: { text: '0.0.0.0:9879' } }, 'the first');
  t.match(effectOf(menu, '2'), { kind: 'copy', entry: { text: '812' } });
  t.match(effectOf(menu, '4'), { kind: 'copy', entry: { text: /is listening on 0\.0\.0\.0:9879[\s\S]*\nsudo k8s/ } });
  for (const key of ['escape', '9', 'q']) {
    t.equal(effectOf(menu, key), null);
    t.equal(press(menu, key).copying, null, `${key} closes it`);
  }
  const hostile = screenWith([nodeWith([held('x', '0.0.0.0', 10250, { device: 'a\nreboot' })])]);
  t.notMatch(effectOf(press(hostile, '2 c'), '1'), { entry: { text: /\n/ } }, 'a shell would act on a newline');
  t.end();
});

t.test('the menu of c is whole at any width; where it is too long, each entry has a line', (t) => {
  const menu = press(START, 'c');
  for (const width of [60, 80, 100]) {
    const state = resized(menu, { size: { width, height: 16 } });
    const text = menuOf(state)
      .map((line) => line.trim())
      .join(' ');
    for (const { label } of menu.copying ?? []) t.match(text, label, `${width}: ${label}`);
    t.strictSame(frameErrors(state), []);
  }
  const entries = Array.from({ length: 9 }, (_, at) => ({ label: `${at} ${'long '.repeat(20)}`, text: '' }));
  const long = resized({ ...START, copying: entries }, { size: { width: 60, height: 16 } });
  t.strictSame(
    menuOf(long).map((line) => /^(\d) {2}\d long .*…$/.exec(line)?.[1]),
    [...'123456789'],
  );
  t.strictSame(frameErrors(long), []);
  t.end();
});

t.test('in the menu of c, a click chooses; one elsewhere closes it, so that it is never about another line', (t) => {
  const menu = press(START, 'c');
  const click = (line: number, column: number) => handleMouse(menu, { kind: 'press', line, column });
  const second = linesOf(menu).findIndex((line) => line.startsWith('2  pid'));
  t.match(click(second, 30).effect, { kind: 'copy', entry: { text: '812' } });
  t.equal(click(second - 2, 2).effect, null, 'its title');
  t.equal(click(menu.size.height - 1, 0).effect, null, 'the digits in the footer');
  for (const line of [7, menu.size.height - 1]) {
    const elsewhere = clampSelection(click(line, 10).state);
    t.equal(elsewhere.copying, null);
    t.strictSame(selectedLine(elsewhere), selectedLine(START), 'and selects nothing');
  }
  const wheel = handleMouse(menu, { kind: 'wheel-down', line: 7, column: 10 });
  t.strictSame(clampSelection(wheel.state), menu);
  t.end();
});

t.test('a message is whole, and ends with the next key', (t) => {
  const text = `saved as /${'a-long-directory/'.repeat(5)}node.json`;
  for (const size of [SMALL, LARGE, { width: 60, height: 16 }]) {
    for (const keys of ['escape', 'return', '?']) {
      const quiet = resized(press(START, keys), { size });
      const state = clampSelection(showMessage(quiet, text, false));
      t.match(
        linesOf(state)
          .slice(-2)
          .join('')
          .replace(/^.*saved/, 'saved')
          .trimEnd(),
        text.slice(-40),
      );
      t.strictSame(frameErrors(state), []);
      t.strictSame(linesOf(state).slice(0, -3), linesOf(quiet).slice(0, -3), 'and only the last lines are under it');
      t.equal(press(state, 'j').message, null, 'a message is about the line that the cursor was on');
    }
  }
  t.end();
});

t.test('c copies the advice that the details show, of snapshots without codes too', (t) => {
  const [document] = [START.data.document];
  if (document === null) throw new Error('there is a document');
  const findings = document.findings.map((one) => ({ ...one, code: null, params: {}, advice: null }));
  const old = screenWith([{ ...document, findings }] as never);
  const [, command = ''] = /^ {13}(s\S+ .*)$/m.exec(screenText(press(old, 'return'))) ?? [];
  t.not(command, '');
  t.match(menuOf(press(old, 'c')).join('\n'), command.trim());
  t.end();
});

t.test('what is typed is in sight at any width', (t) => {
  const narrow = { ...START, size: { width: 60, height: 16 } };
  t.match(footer(press(narrow, '/')), /^\/▏ .*Esc clears$/);
  t.match(footer(press(narrow, '/ :port:10250')), /^\/port:10250▏ +Enter: exactly 10250$/, 'the hint gets shorter');
  t.match(footer(press(narrow, `/ :${'a'.repeat(50)}`)), /^\/a+▏ *$/, 'then it goes');
  const text = `${'a'.repeat(100)}END`;
  const long = { ...narrow, prompt: { kind: 'filter', text, cursor: text.length } } as const;
  t.match(footer(long), /^…a+END▏ $/, 'then the beginning');
  t.match(footer({ ...long, prompt: { ...long.prompt, cursor: 1 } }), /^\/a▏a+…$/, 'or the end');
  const middle = footer({ ...long, prompt: { ...long.prompt, cursor: 80 } });
  t.match(middle, /^…a+▏a?…?$/);
  t.ok([...middle].length <= 61, 'with the bar of this test');
  t.end();
});

t.test('the tab of events counts the faults since they were looked at', (t) => {
  const at = new Date(NOW).toISOString();
  const lost: Change = { event: 'lost', at, count: 1, suppressed: 0 };
  const opened: Change = { event: 'opened', at, seenBy: 'kernel', socket: held('x', '127.0.0.1', 1) };
  const tabs = (state: State) => linesOf(state)[3];
  const two = withEvents(START, lost, opened, lost);
  t.match(tabs(two), / 3 Events \(2 faults\) /);
  t.match(tabs(press(two, '3')), / 3 Events {2}/);
  t.match(tabs(press(two, '3 1')), / 3 Events {2}/, 'they have been seen');
  t.match(tabs(withEvents(press(two, '3 1'), lost)), / 3 Events \(1 fault\) /);
  t.end();
});

t.test('m lets go of the mouse', (t) => {
  t.strictSame(effectOf(START, 'm'), { kind: 'mouse', isOn: false });
  t.strictSame(effectOf(press(START, 'm'), 'm'), { kind: 'mouse', isOn: true });
  t.strictSame(effectOf(START, 'C-z'), { kind: 'suspend' });
  t.end();
});

t.test('a click on a count filters by it, and one on the footer presses the key', (t) => {
  const click = (state: State, line: number, column: number) =>
    clampSelection(handleMouse(state, { kind: 'press', line, column }).state);
  const summary = linesOf(START)[2] ?? '';
  const missing = click(START, 2, summary.indexOf('1 missing'));
  t.equal(missing.filter, 'verdict:missing');
  t.match(screenText(missing), / 1\/1 of 6$/m);
  t.equal(click(missing, 2, summary.indexOf('1 missing')).filter, '', 'a second one clears it');
  t.equal(click(START, 2, summary.indexOf('2 errors')).filter, 'severity:error');
  const last = SMALL.height - 1;
  t.equal(click(START, last, footer(START).indexOf('faults')).faultsOnly, true);
  const onQuit = footer(START).indexOf('q quit');
  t.strictSame(handleMouse(START, { kind: 'press', line: last, column: onQuit }).effect, { kind: 'quit' });
  t.end();
});

t.test('beside the list, arrows move the list, and pages scroll the details', (t) => {
  const open = press(screenWith([nodeWith(SOCKETS)], { size: { ...LARGE, height: 20 } }), 'return');
  t.match(screenText(press(open, 'j')), /│ verdict +missing/);
  t.ok((press(open, 'pagedown').details?.scroll ?? 0) > 0);
  t.end();
});
