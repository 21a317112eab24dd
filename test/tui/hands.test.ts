import t from 'tap';
import { handleKey } from '../../src/tui/handle_key.js';
import { handleMouse } from '../../src/tui/handle_mouse.js';
import { clampSelection } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { pasteText } from '../../src/tui/type_key.js';
import { withClaims } from '../../src/tui/update.js';
import type { Claim } from '../../src/verdict/claim.js';
import type { Change } from '../../src/watch/changes/change.js';
import { held } from '../verdict/factory.js';
import {
  effectOf,
  LARGE,
  linesOf,
  NOW,
  nodeWith,
  press,
  SMALL,
  SOCKETS,
  screenText,
  screenWith,
  selectedLine,
  unexpected,
  withEvents,
} from './screen.js';

const START = screenWith([nodeWith([...SOCKETS, unexpected(31337)])]);
const footer = (state: State): string | undefined => linesOf(state).at(-1);

t.test('a colon goes to a port, a name or a view', (t) => {
  t.match(selectedLine(press(START, ': :10248 return'))?.text, /localhost:10248/);
  t.match(selectedLine(press(START, ': :cilium return'))?.text, /cilium-agent/);
  t.equal(press(START, ': :ev return').view, 'events');
  t.match(footer(press(START, ': :4')), /^:4▏/);
  t.match(footer(press(START, ': :4711 return')), 'nothing here has "4711"');
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
  t.match(footer(pasteText(START, 'sw')), 'pasted text is not taken for keys');
  t.strictSame(pasteText(START, 'sw').lists, START.lists);
  t.end();
});

t.test('n and N go from fault to fault', (t) => {
  t.match(selectedLine(press(START, 'n'))?.text, /missing/);
  t.match(selectedLine(press(START, 'n n'))?.text, /unexpected/);
  t.match(footer(press(START, 'n n n')), 'no fault below');
  t.match(selectedLine(press(START, 'G N'))?.text, /unexpected/);
  t.match(footer(press(START, 'N')), 'no fault above');
  t.end();
});

t.test('a pinned line stays at the top, whatever the order and the filter', (t) => {
  const pinned = pressSpace(press(START, ': :10250 return'));
  const state = press(pinned, 'S / :cilium return');
  t.match(linesOf(state)[5], /\*:10250/);
  t.match(linesOf(state)[6], /cilium/);
  t.equal(pressSpace(pinned).pinned.size, 0, 'a second one lets it go');
  t.end();
});

function pressSpace(state: State): State {
  return clampSelection(handleKey(state, { name: ' ', character: ' ' }).state);
}

t.test('columns that do not fit are reached by the arrows', (t) => {
  const titles = (state: State) => linesOf(state)[4]?.trim().split(/ +/);
  t.strictSame(titles(START), ['VERDICT↓', 'SERVICE', 'EXPECTED', 'ACTUAL', 'OWNER']);
  t.strictSame(titles(press(START, 'right right')), ['VERDICT↓', 'ACTUAL', 'OWNER', 'QUEUE', 'UP']);
  t.strictSame(titles(press(START, 'right left left')), titles(START));
  t.strictSame(titles(press(START, 'right right right right right right right')), ['VERDICT↓', 'UP']);
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
  t.match(footer(press(events, 'return')), /^Esc back {2}Enter go there/);
  t.end();
});

t.test('c copies the address, the pid, a command of the advice, or everything', (t) => {
  const menu = press(START, 'c');
  t.match(footer(menu), /^copy {2}1 0\.0\.0\.0:9879 {2}2 pid 812 cilium-agent {2}3 sudo k8s/);
  t.match(effectOf(menu, '1'), { kind: 'copy', entry: { text: '0.0.0.0:9879' } });
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

t.test('in the menu of c, a click chooses; one elsewhere closes it, so that it is never about another line', (t) => {
  const menu = press(START, 'c');
  const click = (line: number, column: number) => handleMouse(menu, { kind: 'press', line, column });
  const bottom = menu.size.height - 1;
  const second = footer(menu)?.indexOf('2 pid') ?? -1;
  t.match(click(bottom, second).effect, { kind: 'copy', entry: { text: '812' } });
  t.equal(click(bottom, 2).effect, null);
  const elsewhere = clampSelection(click(7, 10).state);
  t.equal(elsewhere.copying, null);
  t.strictSame(selectedLine(elsewhere), selectedLine(START), 'and selects nothing');
  const wheel = handleMouse(menu, { kind: 'wheel-down', line: 7, column: 10 });
  t.strictSame(clampSelection(wheel.state), menu);
  t.end();
});

t.test('c copies the advice that the details show, of snapshots without codes too', (t) => {
  const [document] = [START.data.document];
  if (document === null) throw new Error('there is a document');
  const findings = document.findings.map((one) => ({ ...one, code: null, params: {}, advice: null }));
  const old = screenWith([{ ...document, findings }] as never);
  const [, command = ''] = /^ {13}(s\S+ .*)$/m.exec(screenText(press(old, 'return'))) ?? [];
  t.not(command, '');
  t.match(footer(press(old, 'c')), command.trim().slice(0, 12));
  t.end();
});

t.test('what is typed is in sight at any width', (t) => {
  const narrow = { ...START, size: { width: 60, height: 16 } };
  t.match(footer(press(narrow, '/')), /^\/▏ .*Esc clears$/);
  t.match(footer(press(narrow, '/ :port:10250')), /^\/port:10250▏ *$/, 'the hint goes');
  const text = `${'a'.repeat(100)}END`;
  const long = { ...narrow, prompt: { kind: 'filter', text, cursor: text.length } } as const;
  t.match(footer(long), /^…a+END▏$/, 'then the beginning');
  t.match(footer({ ...long, prompt: { ...long.prompt, cursor: 1 } }), /^\/a▏a+…$/, 'or the end');
  const middle = footer({ ...long, prompt: { ...long.prompt, cursor: 80 } });
  t.match(middle, /^…a+▏…?$/);
  t.ok([...(middle ?? '')].length <= 60);
  t.end();
});

t.test('a asks what the page claims; the details have the answers', (t) => {
  t.strictSame(effectOf(START, 'a'), { kind: 'ask' });
  const recording = { ...START, source: { kind: 'recording', file: 'x' } } as const;
  t.equal(effectOf(recording, 'a'), null);
  t.match(footer(press(recording, 'a')), 'a recording cannot be asked');
  const row = START.data.document?.findings.find(({ expected }) => expected?.port === 10250)?.expected;
  if (row == null) throw new Error('there is the row');
  const claim = (text: string, result: Claim['result'], severity: Claim['severity']): Claim => ({
    ...{ row, claim: 'tls', endpoint: '127.0.0.1:10250', certificate: null, message: text },
    ...{ result, severity, evidence: { code: 'not-tls', params: {} } },
  });
  const holds = claim('it speaks TLS', 'holds', 'none');
  const ask = (...claims: Claim[]) => withClaims(START, claims);
  t.match(footer(ask(holds, holds)), /^all 2 claims hold/);
  t.match(footer(ask(holds, claim('x', 'unverified', 'unknown'))), /^1 of 2 claims are unverified/);
  const broken = ask(holds, claim('it speaks no TLS', 'broken', 'error'));
  t.match(footer(broken), /^1 of 2 claims are broken/);
  const details = screenText(press(broken, ': :10250 return return'));
  t.match(
    details,
    /What the page claims, asked 2026-01-31 12:00:10 UTC\nholds +tls: it speaks TLS\nbroken +tls: it speaks no/,
  );
  t.notMatch(screenText(press(broken, ': :10248 return return')), /What the page claims/);
  t.end();
});

t.test('the tab of events counts the faults since they were looked at', (t) => {
  const at = new Date(NOW).toISOString();
  const lost: Change = { event: 'lost', at, count: 1, suppressed: 0 };
  const opened: Change = { event: 'opened', at, seenBy: 'kernel', socket: held('x', '127.0.0.1', 1) };
  const tabs = (state: State) => linesOf(state)[3];
  const two = withEvents(START, lost, opened, lost);
  t.match(tabs(two), / 3 Events \(2\) /);
  t.match(tabs(press(two, '3')), / 3 Events {2}/);
  t.match(tabs(press(two, '3 1')), / 3 Events {2}/, 'they have been seen');
  t.match(tabs(withEvents(press(two, '3 1'), lost)), / 3 Events \(1\) /);
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
  t.equal(click(START, last, (footer(START) ?? '').indexOf('faults')).faultsOnly, true);
  t.strictSame(
    handleMouse(START, { kind: 'press', line: last, column: (footer(START) ?? '').indexOf('q quit') }).effect,
    { kind: 'quit' },
  );
  t.end();
});

t.test('beside the list, arrows move the list, and pages scroll the details', (t) => {
  const open = press(screenWith([nodeWith(SOCKETS)], { size: { ...LARGE, height: 20 } }), 'return');
  t.match(screenText(press(open, 'j')), /│ verdict +missing/);
  t.ok((press(open, 'pagedown').details?.scroll ?? 0) > 0);
  t.end();
});
