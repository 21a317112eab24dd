import t from 'tap';
import { BINDING_GROUPS } from '../../../src/tui/bindings.js';
import { FIELD_NAMES } from '../../../src/tui/filter.js';
import { frameErrors, linesOf, nodeWith, press, SOCKETS, screenText, screenWith } from '../screen.js';

t.test('help lists every key and scrolls if it is long', (t) => {
  const actions = Array.from('ABCDEFHI', (key) => ({ key, label: `fault ${key}` }));
  const help = press(screenWith([nodeWith(SOCKETS)], { actions }), '?');
  t.match(screenText(help), /arrows, j k[\s\S]*\^L \^Z \^C/);
  t.notMatch(screenText(help), /not-applicable: not on this node/);
  t.match(screenText(press(help, 'G')), /fault I[\s\S]*not-applicable: not on this node/);
  t.notMatch(screenText(press(help, 'escape')), /repaint/);
  t.end();
});

t.test('help fits at 80x24', (t) => {
  const lines = linesOf(press(screenWith([nodeWith(SOCKETS)]), '?'));
  t.notMatch(lines.join('\n'), /…/, 'no line is cut');
  t.match(lines.join('\n'), /arrows, j k[\s\S]*\^L \^Z \^C[\s\S]*○ not-applicable: not on this node/);
  t.match(lines.at(-1), /^Esc q back {2}j k scroll {2}Ctrl-C quit$/);
  t.end();
});

t.test('help is cut at no width: below 80 columns it has one, and scrolls', (t) => {
  for (let width = 60; width <= 100; width += 1) {
    const open = press(screenWith([nodeWith(SOCKETS)], { size: { width, height: 24 } }), '?');
    const all = [open, press(open, 'pagedown'), press(open, 'G')]
      .flatMap((state) => linesOf(state).slice(4))
      .join('\n');
    t.notMatch(all, /…/, `${width}`);
    for (const { label, help } of BINDING_GROUPS.flatMap(({ bindings }) => bindings)) {
      if (!all.includes(label) || !all.includes(help)) t.fail(`${width}: ${label}`);
    }
    for (const line of [`fields: ${FIELD_NAMES}`, 'mouse: click, wheel']) t.ok(all.includes(line), `${width}: ${line}`);
    t.match(all, /^marks: .* pinned/m);
    t.match(all, /○ not-applicable: not on this node/);
    t.strictSame(frameErrors(open), []);
  }
  t.end();
});
