import t from 'tap';
import { handleMouse } from '../../src/tui/handle_mouse.js';
import { clampSelection } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { pasteText } from '../../src/tui/type_key.js';
import { showMessage } from '../../src/tui/update.js';
import { held } from '../verdict/factory.js';
import {
  CILIUM,
  effectOf,
  footerOf,
  frameErrors,
  LARGE,
  linesOf,
  lost,
  nodeWith,
  opened,
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
/** It takes the place of the keys. */
const message = footerOf;

t.test('a colon goes to a port, a name or a view', (t) => {
  t.match(selectedLine(press(START, ': :10248 return'))?.text, /localhost:10248/);
  t.match(selectedLine(press(START, ': :cilium return'))?.text, /cilium-agent/);
  t.equal(press(START, ': :ev return').view, 'events');
  t.equal(press(START, ': :help return').help, 0);
  t.match(footerOf(press(START, ': :4')), /^:4▏/);
  t.match(message(press(START, ': :4711 return')), 'no row, listener or event has "4711"');
  t.match(selectedLine(press(START, ': :4711 return')), selectedLine(START), 'and nothing moves');
  t.match(selectedLine(press(START, '/ :cilium return : :10248 return'))?.text, /localhost:10248/, 'the filter hid it');
  const other = press(screenWith([nodeWith([...SOCKETS, held('sshd', '0.0.0.0', 22)])]), ': :sshd return');
  t.match(selectedLine(other)?.text, /sshd/);
  t.equal(press(START, ': :x escape').prompt, null);
  t.end();
});

t.test("the line that is typed has readline's keys", (t) => {
  const typed = (keys: string) => footerOf(press(START, `/ ${keys}`));
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
  t.match(footerOf(press({ ...words, prompt: { kind: 'filter', text: 'a port:1  ', cursor: 10 } }, 'C-w')), /^\/a ▏/);
  t.end();
});

t.test('keys that hands know from elsewhere', (t) => {
  t.strictSame(press(START, 'l').lists, press(START, 'right').lists, 'columns, as in vi');
  t.strictSame(press(START, 'l l h').lists, press(START, 'right').lists);
  t.equal(press(START, 'f1').help, 0);
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
  t.match(selectedLine(press(START, 'n n n'))?.text, /exposed/, 'after the last comes the first');
  t.match(selectedLine(press(START, 'N'))?.text, /unexpected/);
  t.match(selectedLine(press(START, 'G N'))?.text, /unexpected/);
  t.match(message(press(screenWith([nodeWith([CILIUM])]), '/ :exposed return n')), 'no other fault in this list');
  t.match(message(press(START, '/ :verdict:ok return n')), 'no fault in this list');
  for (const [keys, verdict] of [
    ['return n', 'missing'],
    ['return n N', 'exposed'],
    ['return ? n', 'missing'],
    ['return : :10250 return', 'ok'],
  ] as const)
    t.match(screenText(press(START, keys)), new RegExp(`^verdict +${verdict}`, 'm'), `the details follow: ${keys}`);
  t.end();
});

t.test('a key that does nothing says so', (t) => {
  for (const key of ['d', 'y', 'insert']) {
    t.match(message(press(START, key)), `${key} does nothing; ? lists the keys`);
    t.strictSame(press(START, key).lists, START.lists);
  }
  t.match(screenText(press(START, 'return d')), 'd does nothing');
  t.end();
});

t.test('a filter that was typed says how to get rid of it', (t) => {
  t.match(footerOf(press(START, '/ :kube return')), /^Esc all {2}Enter open/);
  t.match(footerOf(START), /^Enter open/);
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
  const state = withEvents(START, ...[9879, 10248].map((port) => opened(held('x', '127.0.0.1', port))));
  const events = press(state, 'e');
  t.equal(events.view, 'events');
  t.match(screenText(events), /127\.0\.0\.1:9879/);
  t.notMatch(screenText(events), /127\.0\.0\.1:10248/);
  t.match(selectedLine(press(events, 'return return'))?.text, /exposed .*cilium-agent/);
  t.match(footerOf(press(events, 'return')), /^Esc q back {2}Enter go there {2}j k scroll {2}c copy {2}Ctrl-C quit$/);
  t.notMatch(footerOf(press(withEvents(START, lost()), '3 return')), 'go there', 'it is about no line');
  t.end();
});

t.test('Esc goes back from the events of a line to what was shown; its filter ends with them', (t) => {
  const start = press(START, 'f / :9879 return');
  const shown = ({ view, filter, faultsOnly, details }: State) => ({ view, filter, faultsOnly, details });
  const events = press(start, 'e');
  t.match(screenText(events), / \/port:9879 [\s\S]*\n {2}no events at this address/);
  t.match(footerOf(events), /^Esc q back {2}/);
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

t.test('what is typed is in sight at any width', (t) => {
  const narrow = { ...START, size: { width: 60, height: 16 } };
  t.match(footerOf(press(narrow, '/')), /^\/▏ .*Esc clears$/);
  t.match(footerOf(press(narrow, '/ :port:10250')), /^\/port:10250▏ +Enter: exactly 10250$/, 'the hint gets shorter');
  t.match(footerOf(press(narrow, `/ :${'a'.repeat(50)}`)), /^\/a+▏ *$/, 'then it goes');
  const text = `${'a'.repeat(100)}END`;
  const long = { ...narrow, prompt: { kind: 'filter', text, cursor: text.length } } as const;
  t.match(footerOf(long), /^…a+END▏ $/, 'then the beginning');
  t.match(footerOf({ ...long, prompt: { ...long.prompt, cursor: 1 } }), /^\/a▏a+…$/, 'or the end');
  const middle = footerOf({ ...long, prompt: { ...long.prompt, cursor: 80 } });
  t.match(middle, /^…a+▏a?…?$/);
  t.ok([...middle].length <= 61, 'with the bar of this test');
  t.end();
});

t.test('the tab of events counts the faults since they were looked at', (t) => {
  const tabs = (state: State) => linesOf(state)[3];
  const two = withEvents(START, lost(), opened(held('x', '127.0.0.1', 1)), lost());
  t.match(tabs(two), / 3 Events \(2 faults\) /);
  t.match(tabs(press(two, '3')), / 3 Events {2}/);
  t.match(tabs(press(two, '3 1')), / 3 Events {2}/, 'they have been seen');
  t.match(tabs(withEvents(press(two, '3 1'), lost())), / 3 Events \(1 fault\) /);
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
  t.equal(click(START, last, footerOf(START).indexOf('faults')).faultsOnly, true);
  const onQuit = footerOf(START).indexOf('q quit');
  t.strictSame(handleMouse(START, { kind: 'press', line: last, column: onQuit }).effect, { kind: 'quit' });
  t.end();
});

t.test('beside the list, arrows move the list, and pages scroll the details', (t) => {
  const open = press(screenWith([nodeWith(SOCKETS)], { size: { ...LARGE, height: 20 } }), 'return');
  t.match(screenText(press(open, 'j')), /│ verdict +missing/);
  t.ok((press(open, 'pagedown').details?.scroll ?? 0) > 0);
  t.end();
});
