import t from 'tap';
import { UNICODE } from '../../src/tui/glyphs.js';
import { layoutOf } from '../../src/tui/layout.js';
import { clicked } from '../../src/tui/mouse.js';
import { settle } from '../../src/tui/update.js';
import type { Change } from '../../src/watch/changes/change.js';
import { processOwner } from '../verdict/factory.js';
import {
  CILIUM,
  cursorLine,
  effectOf,
  KUBELET,
  KUBELET_API,
  LARGE,
  look,
  NOW,
  nodeWith,
  press,
  SOCKETS,
  screenText,
  screenWith,
  see,
  selectedKey,
  stranger,
} from './scene.js';

const strangers = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => stranger(from + at, `nc${at}`));
const MANY = [...SOCKETS, ...strangers(30_000, 60)];

t.test('the cursor starts on the first row, passes headings over and stops at the ends', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  t.match(cursorLine(start)?.text, /kubelet .*localhost:10248/);
  t.match(cursorLine(press(start, 'j'))?.text, /kubelet .*\*:10250/);
  t.match(cursorLine(press(start, 'down down down'))?.text, /k8sd/, 'over the heading of the next group');
  t.match(cursorLine(press(start, 'G'))?.text, /containerd/);
  t.match(cursorLine(press(start, 'G j down'))?.text, /containerd/);
  t.match(cursorLine(press(start, 'G g k up'))?.text, /localhost:10248/);
  t.match(cursorLine(press(start, 'pagedown'))?.text, /containerd/);
  t.end();
});

t.test('the selection stays with the thing and on its line of the screen', (t) => {
  const before = press(screenWith([nodeWith(MANY)]), '2 G k k k k k k');
  const key = selectedKey(before);
  const line = cursorLine(before);
  const more = [...strangers(20_000, 10), ...MANY];
  const after = see(before, look(nodeWith(more)));
  t.equal(selectedKey(after), key, 'ten lines came before it');
  t.strictSame(cursorLine(after)?.at, line?.at);
  const fewer = see(after, look(nodeWith(MANY)));
  t.equal(selectedKey(fewer), key);
  t.end();
});

t.test('where the thing is gone, the cursor goes to what came in its place, else to its neighbour', (t) => {
  const start = press(screenWith([nodeWith(SOCKETS)]), '2 j');
  const again = { ...KUBELET, id: 'tcp:another', inode: 1, owners: [processOwner('kubelet', { pid: 900 })] };
  const restarted = see(start, look(nodeWith([CILIUM, KUBELET_API, again])));
  t.match(cursorLine(restarted)?.text, /127\.0\.0\.1:10248.*900/);

  const last = press(screenWith([nodeWith(SOCKETS)]), '2 G');
  const gone = see(last, look(nodeWith([KUBELET])));
  const forgotten = settle({ ...gone, data: { ...gone.data, marks: new Map() } }, UNICODE);
  t.match(cursorLine(forgotten)?.text, /127\.0\.0\.1:10248/);
  const nothing = settle(
    { ...see(forgotten, look(nodeWith([]))), data: { ...gone.data, document: nodeWith([]), marks: new Map() } },
    UNICODE,
  );
  t.equal(cursorLine(nothing), null);
  t.equal(selectedKey(press(nothing, 'j k G g return')), null, 'and keys do no harm where there is nothing');
  t.end();
});

t.test('details stay with what they are about, and say when it is gone', (t) => {
  const intruder = stranger(31337, 'backdoor');
  const open = press(screenWith([nodeWith([...SOCKETS, intruder])]), 'G return');
  t.match(screenText(open), /backdoor/);
  t.notMatch(screenText(open), /It is gone/);
  const gone = see(open, look(nodeWith(SOCKETS)));
  t.match(screenText(gone), /It is gone/);
  t.match(screenText(gone), /backdoor/, 'as it was last seen');
  t.notMatch(screenText(press(gone, 'escape')), /It is gone/);
  t.end();
});

t.test('filters narrow as they are typed, and are dropped', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  const typing = press(start, '/ :cil');
  t.match(screenText(typing), /^\/cil▏/m);
  t.match(screenText(typing), /1 of 5/);
  t.equal(effectOf(typing, 'q'), null, 'letters are letters meanwhile');
  const kept = press(typing, 'return j');
  t.match(screenText(kept), /\/cil .*1 of 5/);
  t.match(screenText(press(kept, 'escape')), / 5$/m);
  t.match(screenText(press(typing, 'backspace backspace backspace')), / 5$/m);
  t.match(screenText(press(start, '/ :EXPOSED return')), /1 of 5/, 'by verdict, in any case');
  t.match(screenText(press(start, '/ :10250 return')), /1 of 5/, 'by port');
  t.match(screenText(press(start, '/ :kubelet return')), /2 of 5/);
  t.match(screenText(press(start, '/ :zzz return')), /nothing has "zzz" in it/);
  const two = press(start, '/ :kubelet');
  t.match(screenText(press({ ...two, filter: 'kubelet 10250' }, 'return')), /1 of 5/, 'all words must fit');
  t.end();
});

t.test('faults only, and why a list is empty', (t) => {
  const start = screenWith([nodeWith(SOCKETS)]);
  const faults = press(start, 'f');
  t.match(screenText(faults), /faults only.* 2 of 5/);
  t.notMatch(screenText(faults), /✓ ok/);
  t.match(screenText(press(faults, 'f')), /✓ ok/);
  t.match(screenText(press(start, '3 f')), /no faults here/);
  t.match(screenText(press(start, '3')), /nothing has happened yet/);
  t.end();
});

t.test('whoever is at the beginning sees the worst when the worst come first', (t) => {
  const many = [...SOCKETS, ...Array.from({ length: 40 }, (_, at) => stranger(2000 + at, `p${at}`))];
  const start = screenWith([nodeWith(many)]);
  t.match(cursorLine(start)?.text, / ok .* kubelet /);
  t.match(cursorLine(press(start, 's')), { at: 5, text: / exposed / });
  t.match(cursorLine(press(start, 's o')), { at: 5, text: / not-applicable | ok / });
  t.end();
});

t.test('worst first is one key away, the thing selected stays selected', (t) => {
  const start = press(screenWith([nodeWith([...SOCKETS, stranger(31337)])]), 'j');
  const key = selectedKey(start);
  const worst = press(start, 's');
  t.match(screenText(worst), /by worst first/);
  const verdicts = screenText(worst).match(/(?<=^ {2}. )(exposed|missing|unexpected|ok)/gm);
  t.strictSame(verdicts, ['exposed', 'missing', 'unexpected', 'ok', 'ok']);
  t.equal(selectedKey(worst), key);
  t.notMatch(screenText(worst), /── /, 'without headings');
  const turned = screenText(press(worst, 'o')).match(/(?<=^ {2}. )(exposed|missing|unexpected|ok)/gm);
  t.strictSame(turned, ['ok', 'ok', 'unexpected', 'missing', 'exposed']);
  t.end();
});

t.test('every order of every view can be reached, and comes round', (t) => {
  for (const [view, count] of [
    ['1', 8],
    ['2', 11],
    ['3', 3],
  ] as const) {
    let state = press(screenWith([nodeWith(MANY)]), view);
    const first = screenText(state);
    const seen = new Set<string>();
    for (let n = 0; n < count; n++) {
      seen.add(/ by (.*?) {2}\d+$/m.exec(screenText(state))?.[1] ?? '');
      state = press(state, 's');
    }
    t.equal(seen.size, count, view);
    t.equal(screenText(press(state, 'g')), first);
  }
  t.end();
});

t.test('paused, the screen stands still and goes on where the node is', (t) => {
  const paused = press(screenWith([nodeWith(SOCKETS)]), 'p');
  const missed = see(paused, look(nodeWith([...SOCKETS, stranger(31337)])));
  t.match(screenText(missed), /PAUSED/);
  t.notMatch(screenText(missed), /31337/);
  const resumed = press(missed, 'p');
  t.notMatch(screenText(resumed), /PAUSED/);
  t.match(screenText(resumed), /^\+ ✚ unexpected/m, 'what changed meanwhile is marked');
  t.end();
});

t.test('what keys ask for', (t) => {
  const state = screenWith([nodeWith(SOCKETS)], { actions: [{ key: 'K', label: 'kill' }] });
  t.strictSame(effectOf(state, 'q'), { kind: 'quit' });
  t.strictSame(effectOf(state, 'C-c'), { kind: 'quit' });
  t.strictSame(effectOf(press(state, '/ :x'), 'C-c'), { kind: 'quit' }, 'while a filter is typed, too');
  t.strictSame(effectOf(state, 'r'), { kind: 'read-again' });
  t.strictSame(effectOf(state, 'w'), { kind: 'write' });
  t.strictSame(effectOf(state, 'K'), { kind: 'action', key: 'K' });
  t.equal(effectOf(state, 'X'), null);
  t.match(screenText(state), /^ K {2}kill/m);
  const recording = { ...state, source: { kind: 'recording' as const, file: 'x' } };
  t.equal(effectOf(recording, 'r'), null);
  t.match(screenText(press(recording, 'r')), /a recording cannot be read again/);
  t.end();
});

const lost = (count: number): Change => ({ event: 'lost', at: new Date(NOW).toISOString(), count });

t.test('events: the newest is followed until somebody moves away from it', (t) => {
  let state = press(screenWith([nodeWith(SOCKETS)]), '3');
  for (const count of [1, 2, 3]) state = see(state, { kind: 'change', change: lost(count) });
  t.match(cursorLine(state)?.text, /lost .* 3 reports/);
  const moved = see(press(state, 'j'), { kind: 'change', change: lost(4) });
  t.match(cursorLine(moved)?.text, / 2 reports/);
  t.match(cursorLine(see(press(moved, 'g'), { kind: 'change', change: lost(5) }))?.text, / 5 reports/);
  t.end();
});

t.test('the mouse selects, opens, scrolls, sorts and changes views', (t) => {
  const start = press(screenWith([nodeWith(MANY)], { size: LARGE }), '2');
  const { list, tabs } = layoutOf(start, UNICODE);
  const click = (state: typeof start, line: number, column = 5) =>
    clicked(state, { kind: 'press', line, column }, UNICODE);
  const third = click(start, list.top + 2);
  t.equal(cursorLine(third)?.at, list.top + 2);
  t.not(click(third, list.top + 2).detail, null, 'a second click opens');
  const wheel = clicked(start, { kind: 'wheel-down', line: 10, column: 5 }, UNICODE);
  t.equal(cursorLine(wheel)?.at, list.top + 3);
  t.equal(cursorLine(clicked(wheel, { kind: 'wheel-up', line: 10, column: 5 }, UNICODE))?.at, list.top);
  t.match(screenText(click(start, list.top - 1, 10)), /by address/);
  t.match(screenText(click(click(start, list.top - 1, 10), list.top - 1, 10)), /by address ▴/);
  t.equal(click(start, tabs, 1).view, 'spec');
  t.equal(click(start, tabs, 26).view, 'events');
  t.equal(click(start, tabs, 150), start);
  t.equal(click(start, 0), start);
  t.end();
});
