import t from 'tap';
import { handleMouse } from '../../src/tui/handle_mouse.js';
import { frameOf } from '../../src/tui/render/frame.js';
import { clampSelection } from '../../src/tui/selection.js';
import type { State } from '../../src/tui/state.js';
import { held } from '../verdict/factory.js';
import {
  effectOf,
  footerOf,
  frameErrors,
  linesOf,
  nodeWith,
  press,
  resized,
  SOCKETS,
  screenText,
  screenWith,
  selectedLine,
  unexpected,
} from './screen.js';

const START = screenWith([nodeWith([...SOCKETS, unexpected(31337)])]);

/** The lines of the menu of c, without the rule above them. */
function menuOf(state: State): string[] {
  const lines = linesOf(state).slice(0, -1);
  return lines.slice(lines.findIndex((line) => line.startsWith('copy ')) + 1);
}

t.test('c copies the address, the pid, a command of the advice, or the whole', (t) => {
  const menu = press(START, 'c');
  const [address, pid, command = '', whole] = menuOf(menu);
  t.strictSame([address, pid], ['1  0.0.0.0:9879', '2  pid 812 cilium-agent']);
  t.equal(whole, '4  the text of the line, and what to do');
  t.match(command, /^3 {2}sudo k8s/);
  t.match(footerOf(menu), /^1-4 copy {2}Enter copy the marked line {2}Esc back$/);
  t.match(effectOf(menu, '1'), { kind: 'copy', entry: { text: '0.0.0.0:9879' } });
  t.match(effectOf(menu, 'return'), { kind: 'copy', entry: { text: '0.0.0.0:9879' } }, 'the first');
  t.match(effectOf(press(menu, 'j'), 'return'), { entry: { text: '812' } });
  t.match(effectOf(press(menu, 'down down k'), 'return'), { entry: { text: '812' } });
  t.match(effectOf(press(menu, 'up'), 'return'), { entry: { text: /is listening/ } }, 'the last');
  const marked = frameOf(press(menu, 'j')).map((line) => line.find(({ selected }) => selected)?.text);
  t.match(marked.at(linesOf(menu).findIndex((line) => line.startsWith('2  '))), 'pid 812 cilium-agent');
  t.match(effectOf(menu, '2'), { kind: 'copy', entry: { text: '812' } });
  t.match(effectOf(menu, '4'), { kind: 'copy', entry: { text: /is listening on 0\.0\.0\.0:9879[\s\S]*\nsudo k8s/ } });
  for (const key of ['escape', 'c', 'q']) {
    t.equal(effectOf(menu, key), null);
    t.equal(press(menu, key).copying, null, `${key} closes it`);
  }
  for (const key of ['9', 'x', ' ']) t.strictSame(press(menu, key), menu, `${key} means nothing here`);
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
    for (const { label } of menu.copying?.entries ?? []) t.match(text, label, `${width}: ${label}`);
    t.strictSame(frameErrors(state), []);
  }
  const entries = Array.from({ length: 9 }, (_, at) => ({ label: `${at} ${'long '.repeat(20)}`, text: '' }));
  const long = resized({ ...START, copying: { entries, at: 0 } }, { size: { width: 60, height: 16 } });
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
