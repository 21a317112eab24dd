import t from 'tap';
import type { Change } from '../../../src/snapshot/document/change.js';
import { ASCII } from '../../../src/tui/glyphs.js';
import { handleMouse } from '../../../src/tui/handle_mouse.js';
import { linesOf, NOW, nodeWith, resized, SOCKETS, screenWith, unexpected, withEvents } from '../screen.js';

t.test('at 60 columns every faulty verdict is counted, and a click on its mark filters by it', (t) => {
  const document = nodeWith([...SOCKETS, unexpected(31337)]);
  const verdicts = { ...document.summary.verdicts, 'wrong-owner': 1, missing: 13, 'wrong-address': 2, narrowed: 1 };
  const all = { ...document, summary: { ...document.summary, verdicts: { ...verdicts, unverified: 4 } } };
  const narrow = screenWith([all], { size: { width: 60, height: 24 } });
  const line = linesOf(narrow)[2] ?? '';
  t.match(line, / {2}≠1 ◎1 ∅13 ≈2 ✚1 ⊂1 \?4 ✓2 ○1$/);
  const { state } = handleMouse(narrow, { kind: 'press', line: 2, column: line.indexOf('∅') });
  t.equal(state.filter, 'verdict:missing');
  const ascii = linesOf(resized(narrow, { glyphs: ASCII }))[2];
  t.match(ascii, / {2}#1 >1 o13 @2 %1 <1 \?4 =2 \.1$/);
  t.end();
});

t.test('changes arrive live where the kernel reports them; only what was read has an age', (t) => {
  const at = new Date(NOW).toISOString();
  const base = { event: 'started', at, hostname: 'node', mode: 'events', refusal: null } as const;
  const header = (method: string | null, width: number) => {
    const started = { ...base, method, misses: null } as unknown as Change;
    return linesOf(withEvents(screenWith([nodeWith(SOCKETS)], { size: { width, height: 24 } }), started))[0];
  };
  t.match(header('fexit', 100), / {2}live · read 10s ago {2}12:00:10 UTC$/);
  t.match(header('fexit', 60), / {2}read 10s ago {2}12:00:10 UTC$/, 'where there is room');
  t.match(header(null, 100), / {2}read 10s ago {2}12:00:10 UTC$/, 'polling is not live');
  t.end();
});

t.test('the header does not move as what was read ages, and names a role that is unknown', (t) => {
  const document = nodeWith(SOCKETS);
  const node = { ...document.node, role: 'unknown' as const, release: '1.36.3' };
  const lines = [6, 21].map((age) =>
    linesOf(
      screenWith([{ ...document, node }], { size: { width: 60, height: 24 }, now: NOW + (age - 10) * 1000 }),
    )[0]?.slice(0, 32),
  );
  t.match(lines[0], /^node {2}role unknown {2}/);
  t.equal(lines[0]?.trimEnd(), lines[1]?.trimEnd());
  for (let width = 60; width <= 80; width += 1) {
    const [young, old] = [6, 21].map(
      (age) =>
        linesOf(screenWith([document], { size: { width, height: 24 }, now: NOW + (age - 10) * 1000 }))[0]?.split(
          ' read',
        )[0],
    );
    t.equal(young?.trimEnd(), old?.trimEnd(), `${width}`);
  }
  t.end();
});
