import t from 'tap';
import { clampSelection } from '../../src/tui/selection.js';
import { type State, withList } from '../../src/tui/state.js';
import { tick } from '../../src/tui/update.js';
import { VIEWS } from '../../src/tui/view.js';
import {
  effectOf,
  KUBELET,
  LARGE,
  linesOf,
  lost,
  NOW,
  nodeWith,
  opened,
  press,
  resized,
  SMALL,
  SOCKETS,
  screenText,
  screenWith,
  selectedKey,
  selectedLine,
  unexpected,
  withEvents,
  withSnapshot,
} from './screen.js';

t.test('a filter applies as it is typed, and can be cleared', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  const typing = press(start, '/ :cil');
  t.match(screenText(typing), /^\/cil /m);
  t.match(screenText(typing), /1\/1 of 5/);
  t.equal(effectOf(typing, 'q'), null, 'while a filter is typed, letters belong to it');
  const kept = press(typing, 'return j');
  t.match(screenText(kept), /\/cil .*1\/1 of 5/);
  t.match(screenText(press(kept, 'escape')), / \d\/5$/m);
  t.match(screenText(press(typing, 'backspace backspace backspace')), / \d\/5$/m);
  t.match(screenText(press(start, '/ :EXPOSED return')), /1 of 5/, 'by verdict, ignoring case');
  t.match(screenText(press(start, '/ :10250 return')), /1 of 5/, 'by port');
  t.match(screenText(press(start, '/ :kubelet return')), /2 of 5/);
  t.match(screenText(press(start, '/ :zzz return')), /nothing matches "zzz"/);
  const two = press(start, '/ :kubelet');
  t.match(screenText(press(resized(two, { filter: 'kubelet 10250' }), 'return')), /1 of 5/, 'all words must match');
  t.end();
});

t.test('q closes what is open, as Esc does, and quits from a list; Ctrl-C always quits', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  t.strictSame(effectOf(start, 'q'), { kind: 'quit' });
  for (const keys of ['?', 'return', 'e', 'e return']) {
    const open = press(withEvents(start, opened(KUBELET)), `g ${keys}`);
    t.equal(effectOf(open, 'q'), null, keys);
    t.strictSame(effectOf(open, 'C-c'), { kind: 'quit' });
    t.equal(screenText(press(open, 'q')), screenText(press(open, 'escape')));
    const small = resized(open, { size: { width: 20, height: 5 } });
    t.strictSame(effectOf(small, 'q'), { kind: 'quit' }, 'what does not show is not open');
  }
  t.strictSame(effectOf(press(start, '/ :kubelet return'), 'q'), { kind: 'quit' }, 'a filter is not open');
  t.end();
});

t.test('s sorts by the columns that are shown', (t) => {
  const orders = (state: State) =>
    Array.from({ length: 11 }, (_, count) => press(state, ['g', ...Array(count).fill('s')].join(' ')));
  const names = (state: State) =>
    [...new Set(orders(state).map((one) => VIEWS[one.view].sortKeys[one.lists[one.view].sort]))].sort();
  const start = screenWith([nodeWith(SOCKETS)]);
  t.strictSame(names(start), ['actual', 'expected', 'original', 'owner', 'service', 'verdict']);
  t.strictSame(names(press(start, 'right right')), ['original', 'owner', 'queue', 'service', 'up', 'verdict']);
  t.ok(names(press(resized(start, { size: LARGE }), '2')).includes('port'), 'ADDRESS shows the port');
  t.end();
});

t.test('lines without a text come last where they are sorted by it', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  for (const [name, column] of [
    ['owner', / \d+ \w/],
    ['actual', /:\d+ +\d/],
  ] as const) {
    const lines = linesOf(withList(start, 'page', { sort: VIEWS.page.sortKeys.indexOf(name) })).slice(5, 10);
    t.strictSame(
      lines.map((line) => column.test(line)),
      [true, true, true, false, false],
      lines.join('\n'),
    );
  }
  t.end();
});

t.test('f shows only faults; an empty list says why', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  const faults = press(start, 'f');
  t.match(screenText(faults), /faults only.* 1\/2 of 5/);
  t.notMatch(screenText(faults), /✓ ok/);
  t.match(screenText(press(faults, 'f')), /✓ ok/);
  t.match(screenText(press(start, '3 f')), /no faults here/);
  t.match(screenText(press(start, '3')), /no events yet/);
  t.end();
});

t.test('a cursor on the first line stays there when the order changes', (t) => {
  const many = [...SOCKETS, ...Array.from({ length: 40 }, (_, at) => unexpected(2000 + at, `p${at}`))];
  const start = screenWith([nodeWith(many)]);
  t.match(selectedLine(start), { at: 5, text: / exposed / }, 'the worst row at first');
  t.match(selectedLine(press(start, 'S')), { at: 5, text: / not-applicable | ok / });
  t.match(selectedLine(press(start, 's s s s s')), { at: 5 + 1, text: / ok .* kubelet / }, 'below a heading');
  t.end();
});

t.test('the worst row comes first; a changed order keeps the selected item', (t) => {
  const worst = press(screenWith([nodeWith([...SOCKETS, unexpected(31337)])]), 'j');
  const key = selectedKey(worst);
  t.match(screenText(worst), /worst first/);
  const verdicts = screenText(worst).match(/(?<=^ {2}. )(exposed|missing|unexpected|ok)/gm);
  t.strictSame(verdicts, ['exposed', 'missing', 'unexpected', 'ok', 'ok']);
  t.equal(selectedKey(press(worst, 's')), key);
  t.equal(selectedKey(press(worst, 'S')), key);
  t.notMatch(screenText(worst), /── /, 'without headings');
  const reversed = screenText(press(worst, 'S')).match(/(?<=^ {2}. )(exposed|missing|unexpected|ok)/gm);
  t.strictSame(reversed, ['ok', 'ok', 'unexpected', 'missing', 'exposed']);
  t.end();
});

t.test('s cycles through the sort keys of a view', (t) => {
  for (const [view, count] of [
    ['1', 8],
    ['2', 11],
    ['3', 3],
  ] as const) {
    let state = press(screenWith([nodeWith(SOCKETS)], { size: LARGE }), view);
    const first = screenText(state);
    const seen = new Set<string>();
    for (let n = 0; n < count; n++) {
      seen.add(/ {2}(\S.*?) {2}\d+\/\d+(?: ↓\d+)?$/m.exec(screenText(state))?.[1] ?? '');
      state = press(state, 's');
    }
    t.equal(seen.size, count, view);
    t.equal(screenText(press(state, 'g')), first);
  }
  t.end();
});

t.test('a pause freezes the screen; resuming marks what changed', (t) => {
  const paused = press(screenWith([nodeWith(SOCKETS)]), 'p');
  const missed = withSnapshot(paused, nodeWith([...SOCKETS, unexpected(31337)]));
  t.match(linesOf(missed)[0], / PAUSED since \d\d:\d\d:\d\d \S+ $/);
  t.notMatch(screenText(missed), /31337/);
  const resumed = press(missed, 'p');
  t.notMatch(screenText(resumed), /PAUSED/);
  t.match(screenText(resumed), /^\+ ✚ unexpected/m, 'what changed during the pause is marked');
  t.end();
});

t.test('a pause stops the clock, ages and marks, and counts the events that wait', (t) => {
  const start = withSnapshot(screenWith([nodeWith(SOCKETS)]), nodeWith([...SOCKETS, unexpected(31337)]));
  const paused = press(start, 'p');
  const later = clampSelection(tick(paused, NOW + 60_000));
  t.equal(screenText(later), screenText(paused));
  t.match(linesOf(withEvents(later, lost(1)))[0], / PAUSED since \d\d:\d\d:\d\d \S+, 1 event waiting $/);
  const waiting = withEvents(later, lost(1), lost(2));
  t.match(linesOf(waiting)[0], /, 2 events waiting $/);
  t.notMatch(screenText(press(waiting, '3')), /kernel events/);
  t.match(screenText(press(waiting, '3 p')), /2 kernel events/);
  t.match(screenText(press(waiting, 'e')), /^ {2}none shown; 2 wait, p resumes$/m);
  t.end();
});

t.test('beside the list, details follow the selection when s, S or f change it', (t) => {
  const open = press(screenWith([nodeWith(SOCKETS)], { size: LARGE }), 'return');
  t.match(screenText(open), /│ verdict +exposed/);
  t.match(screenText(press(open, 'S')), /│ verdict +not-applicable/);
  t.match(screenText(press(open, 'j')), /│ verdict +missing/, 'and the arrows');
  t.match(screenText(press(open, 'G f')), /│ verdict +(exposed|missing)/);
  t.match(screenText(press(open, ': :10250 return')), /│ verdict +ok/);
  const small = press(resized(open, { size: SMALL }), 'S');
  t.match(screenText(small), /^verdict +exposed/m, 'details that hide the list stay');
  const healthy = press(screenWith([nodeWith([])], { size: LARGE }), '2 return f');
  t.equal(healthy.details, null, 'no details without a selection');
  t.end();
});

t.test('keys with an effect', (t) => {
  const state = screenWith([nodeWith(SOCKETS)], { actions: [{ key: 'K', label: 'kill' }] });
  t.strictSame(effectOf(state, 'q'), { kind: 'quit' });
  t.strictSame(effectOf(state, 'C-c'), { kind: 'quit' });
  for (const typed of [':q', ':q!', ':quit'])
    t.strictSame(effectOf(press(state, `: ${typed}`), 'return'), { kind: 'quit' }, typed);
  t.equal(effectOf(press(state, ': :qu'), 'return'), null, 'a name');
  t.strictSame(effectOf(press(state, '/ :x'), 'C-c'), { kind: 'quit' }, 'also while a filter is typed');
  t.strictSame(effectOf(state, 'C-l'), { kind: 'repaint' });
  t.strictSame(effectOf(press(state, '/ :x'), 'C-l'), { kind: 'repaint' });
  t.strictSame(effectOf(state, 'r'), { kind: 'read-again' });
  t.strictSame(effectOf(state, 'w'), { kind: 'save' });
  t.strictSame(effectOf(state, 'K'), { kind: 'action', key: 'K' });
  t.equal(effectOf(state, 'X'), null);
  t.match(screenText(state), /^ K {2}kill/m);
  const recording = resized(state, { source: { kind: 'recording', file: 'x' } });
  t.equal(effectOf(recording, 'r'), null);
  t.match(screenText(press(recording, 'r')), /a recording cannot be read again/);
  t.match(screenText(press(recording, 'p')), /a recording cannot be paused/);
  t.end();
});

t.test('i shows again what cannot be seen, and on a machine that is no node, that it is none', (t) => {
  const seen = screenWith([nodeWith(SOCKETS)], { size: LARGE });
  t.match(screenText(press(seen, 'i')), 'all sources were read, and no event is missed');
  const unknown = SOCKETS.map((socket) => ({ ...socket, owners: [], ownersUnknown: 'permission' as const }));
  const unseen = screenWith([nodeWith(unknown)], { size: LARGE });
  const notice = /The owners of 3 of 3 listeners are unknown: .* Run as root/;
  t.match(screenText(unseen), notice);
  t.notMatch(screenText(press(unseen, 'j')), notice);
  t.match(screenText(press(unseen, 'j i')), notice);
  t.notMatch(screenText(press(unseen, 'j i k')), notice);
  const document = nodeWith([]);
  const message = 'this machine is not a node of Canonical Kubernetes: nothing is here (k8s-sockwatch preflight)';
  const none = screenWith([
    {
      ...document,
      findings: document.findings.map((finding) => ({ ...finding, code: 'not-a-node', params: {}, message })),
      summary: { ...document.summary, result: 'incomplete' },
    },
  ]);
  for (const state of [none, press(none, 'j'), press(none, 'j i')])
    t.match(screenText(state), /INCOMPLETE {2}this machine is not a node of Canonical Kubernetes/);
  t.match(screenText(press(none, 'j i')), /This machine is not [\s\S]*k8s-sockwatch preflight/);
  t.end();
});
