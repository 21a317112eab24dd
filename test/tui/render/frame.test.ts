import t from 'tap';
import type { Change } from '../../../src/snapshot/document/change.js';
import { columnsOf } from '../../../src/tui/columns.js';
import { ASCII, UNICODE } from '../../../src/tui/glyphs.js';
import { handleMouse } from '../../../src/tui/handle_mouse.js';
import { layoutOf } from '../../../src/tui/layout.js';
import { frameOf } from '../../../src/tui/render/frame.js';
import type { State } from '../../../src/tui/state.js';
import { clockText, widthOf } from '../../../src/tui/text.js';
import { documentOf } from '../../snapshot/document/document.js';
import {
  capture,
  coverage,
  held,
  listener,
  NO_ROUTE,
  processOwner,
  spec,
  unixListener,
} from '../../verdict/factory.js';
import {
  emptyScreen,
  frameErrors,
  LARGE,
  linesOf,
  NOW,
  nodeWith,
  press,
  ROWS,
  resized,
  SMALL,
  SOCKETS,
  screenText,
  screenWith,
  textOf,
  unexpected,
  withEvents,
  withSnapshot,
} from '../screen.js';

/** Names that could move the cursor, change colours, pass as a blessed tag or break when cut. */
const HOSTILE = [
  '\x1b[31mkubelet\x1b[2J',
  '\x9b1;1H\x90q\x9c',
  'a\nb\rc\td\x07\x00',
  '{bold}{red-fg}kubelet{/}{/bold}',
  '{|}{center}',
  '\u202ekubelet\u202c\u2066x',
  '日本語の長い長い名前の長い長いプログラム',
  'e\u0301\u0302\u0303'.repeat(40),
  '👨‍👩‍👧‍👦🇩🇪',
  '\ud800x\udfff',
  'x'.repeat(5_000),
  '',
];

function hostile(name: string): State {
  const owners = [
    processOwner('x', {
      comm: name,
      exe: `/${name}`,
      argv0: name,
      unit: name,
      cgroup: name,
      pod: name,
      container: name,
    }),
  ];
  const sockets = [
    held('x', '0.0.0.0', 10250, { owners, device: name }),
    unexpected(31337, 'x', { owners }),
    unixListener(`/run/${name}`, { owners }),
    unixListener(null, { abstract: name, owners }),
  ];
  return screenWith([documentOf(spec(ROWS, { title: name, source: name }), capture(sockets))]);
}

const VIEWS = ['1', '2', '3', '?', 'G return', '2 G return', '2 return', '/ :x', 's f', 'G return G', '2 G return G'];

t.test('with hostile names, every screen has its size and nothing acts on the terminal', (t) => {
  for (const name of HOSTILE) {
    for (const size of [SMALL, LARGE, { width: 97, height: 31 }]) {
      for (const keys of VIEWS) {
        const state = press(resized(hostile(name), { size }), keys);
        for (const glyphs of [UNICODE, ASCII]) {
          t.strictSame(frameErrors(resized(state, { glyphs })), [], `${JSON.stringify(name.slice(0, 20))} ${keys}`);
        }
      }
    }
  }
  t.match(screenText(press(hostile('\x1b[31mkubelet'), '2')), /\\x1b\[31mkubelet/, 'the name stays readable');
  t.match(screenText(press(hostile('{bold}x'), '2')), /\{bold\}x/, 'tags are text');
  t.end();
});

t.test('80x24 has room for the main columns', (t) => {
  const lines = linesOf(screenWith([nodeWith(SOCKETS)]));
  t.match(lines[0], /^node {2}worker {2}release unknown {2}A page +read 10s ago {2}12:00:10 UTC$/);
  t.match(lines[1], /^eth0 192\.0\.2\.2 fd00::2 .*owners a test .*all read$/);
  t.match(lines[2], /^✗ DRIFT {2}2 errors {2}1 exposed · 1 missing · 2 ok · 1 not-applicable$/);
  t.match(lines[3], /^ 1 Page {3}2 Listeners {3}3 Events .*worst first {2}1\/5$/);
  t.match(lines[4], /VERDICT▾ .*SERVICE .*EXPECTED .*ACTUAL .*OWNER/);
  t.match(
    screenText(press(screenWith([nodeWith(SOCKETS)]), 's s s s s')),
    /── All nodes[\s\S]*── Control plane nodes[\s\S]*── Unix sockets/,
  );
  t.match(lines.join('\n'), /✓ ok {13}kubelet {6}localhost:10248 +127\.0\.0\.1:10248 812 kubelet/);
  t.match(lines.join('\n'), /◎ exposed {8}cilium-agent localhost:9879/);
  t.match(lines.at(-1), /^Enter open.*q quit$/);
  t.end();
});

t.test('wide screens also show queue, uptime and unit', (t) => {
  const owner = processOwner('kubelet', {
    unit: 'snap.k8s.kubelet.service',
    startedAt: new Date(NOW - 7_200_000).toISOString(),
  });
  const busy = held('kubelet', '127.0.0.1', 10248, { owners: [owner], backlog: { current: 129, max: 128 } });
  const state = screenWith([nodeWith([busy])], { size: LARGE });
  t.match(screenText(state), /812 kubelet snap\.k8s\.kubelet\.service .* 129\/128 {3}2h/);
  const beside = screenText(press(state, ': :10248 return return'));
  t.match(screenText(press(state, '2 return')), /│ explained by the page: kubelet/);
  t.match(beside, /│ why {10}kubelet/, 'details are beside the list');
  t.match(beside, /started .*\(2h ago\)/);
  t.end();
});

t.test('a terminal that is too small shows the size needed', (t) => {
  for (const size of [
    { width: 59, height: 24 },
    { width: 80, height: 15 },
    { width: 20, height: 5 },
    { width: 1, height: 1 },
  ]) {
    const state = resized(screenWith([nodeWith(SOCKETS)]), { size });
    t.strictSame(frameErrors(state), [], JSON.stringify(size));
    if (size.width > 10) t.match(screenText(state).replaceAll('\n', ' '), /needs a terminal of at least\s+60x16/);
  }
  t.end();
});

t.test('an ASCII locale shows symbols and words too', (t) => {
  const state = screenWith([nodeWith(SOCKETS)], { glyphs: ASCII });
  t.match(screenText(state), /^ {2}= ok .*kubelet/m);
  t.match(screenText(state), /^ {2}> exposed/m);
  t.match(screenText(state), /^ {2}o missing/m);
  t.end();
});

t.test('unread tables are shown, and an empty list does not look healthy', (t) => {
  const seen = capture([], { coverage: coverage({ tcp: 'failed', owners: 'partial' }) });
  const state = screenWith([documentOf(spec(ROWS), seen)]);
  t.match(screenText(state), /incomplete: tcp, owners/);
  t.match(screenText(press(state, '2')), /nothing found, but could not be read completely: tcp, owners/);
  t.match(screenText(state), /Not everything could be read: tcp: .*; owners: /, 'the notice has the reason');
  t.match(screenText(press(state, '?')), /^Not everything could be read: tcp: /m, 'so does the help');
  const none = capture([], {
    coverage: coverage({ network: 'failed' }),
    node: NO_ROUTE,
  });
  t.match(screenText(screenWith([documentOf(spec(ROWS), none)])), /^default route unknown/m);
  t.match(screenText(emptyScreen()), /reading the tables/);
  t.end();
});

t.test('a notice at the start says that owners cannot be seen and what helps', (t) => {
  const start = screenWith([nodeWith([listener('0.0.0.0', 10250)])]);
  t.match(screenText(start), /owners of 1 of 1 listeners are unknown[\s\S]*Run as root \(sudo k8s-sockwatch\)/);
  t.notMatch(screenText(press(start, 'j')), /Run as root/);
  t.notMatch(screenText(withSnapshot(press(start, 'j'), nodeWith([listener('0.0.0.0', 10250)]))), /Run as root/);
  t.notMatch(screenText(screenWith([nodeWith(SOCKETS)])), /Run as root/);
  t.end();
});

t.test('a recording is marked as such, with its time and host', (t) => {
  const state = screenWith([nodeWith(SOCKETS)], { source: { kind: 'recording', file: 'x.json' } });
  t.match(linesOf(state)[0], /^node .* RECORDING of 2026-01-31 12:00:00 UTC/);
  t.match(screenText(press(state, '3')), /this snapshot was saved without events; those that w saves have them/);
  const started = processOwner('kubelet', { startedAt: '2026-01-31T11:59:30.000Z' });
  const old = nodeWith([held('kubelet', '127.0.0.1', 10248, { owners: [started] })]);
  const wide = screenWith([old], { source: { kind: 'recording', file: 'x.json' }, size: LARGE, now: NOW + 86_400_000 });
  t.match(screenText(wide), / 30s *$/m, 'ages are relative to the time of the snapshot');
  t.end();
});

t.test('the header leaves out what does not fit, instead of cutting it', (t) => {
  const document = nodeWith([...SOCKETS, unexpected(31337)]);
  for (let width = 60; width <= 140; width += 1) {
    const [node = '', network = '', verdicts = ''] = linesOf(screenWith([document], { size: { width, height: 24 } }));
    t.match(node, /^node( {2}worker( {2}release unknown( {2}A page)?)?)? +read 10s ago {2}12:00:10 UTC$/, `${width}`);
    t.match(network, /^eth0( 192\.0\.2\.2( fd00::2)?)? +owners a test {2}events {3}all read$/);
    const counts = width < 69 ? '◎1 ∅1 ✚1 ✓2 ○1' : '1 exposed · 1 missing · 1 unexpected';
    const quiet = width < 69 ? '' : '( …| · 2 ok …| · 2 ok · 1 not-applicable)';
    t.match(verdicts, new RegExp(`^✗ DRIFT {2}2 errors · 1 warning {2}${counts}${quiet}$`), `${width}`);
    t.ok(widthOf(verdicts) <= width);
  }
  const click = (column: number) =>
    handleMouse(screenWith([document], { size: { width: 60, height: 24 } }), { kind: 'press', line: 2, column }).state;
  t.equal(click(59).filter, '', 'what is left out cannot be clicked');
  t.end();
});

t.test('a name is cut only where there is no room for it', (t) => {
  const owner = processOwner('kube-controller-manager', { unit: 'snap.k8s.kube-controller-manager.service' });
  const sockets = [...SOCKETS, unexpected(31337, 'x', { owners: [owner] })];
  for (let width = 60; width <= 300; width += 3) {
    for (const view of ['1', '2']) {
      const state = press(screenWith([nodeWith(sockets)], { size: { width, height: 30 } }), view);
      const last = columnsOf(state).at(-1) ?? { left: 0, width: 0 };
      const isCut = linesOf(state)
        .slice(4, 14)
        .some((line) => line.includes('…'));
      t.ok(!isCut || width - last.left - last.width < 8, `${width}, view ${view}`);
      t.strictSame(frameErrors(state), []);
    }
  }
  const wide = screenText(press(screenWith([nodeWith(sockets)], { size: { width: 220, height: 30 } }), '2'));
  t.notMatch(wide, /…/);
  t.end();
});

t.test(
  'where there is not room for all, owners have more of it than paths, and short texts leave theirs to others',
  (t) => {
    const owner = processOwner('kube-controller-manager', { unit: 'snap.k8s.kube-controller-manager.service' });
    const state = screenWith([nodeWith([...SOCKETS, unexpected(31337, 'x', { owners: [owner] })])], {
      size: { width: 100, height: 30 },
    });
    t.match(screenText(state), /\/run\/\S*…\S* [\s\S]* 812 kube-controller-manager /);
    const events = withEvents(press(resized(state, { size: { width: 60, height: 20 } }), '3'), {
      ...{ event: 'lost', at: new Date(NOW).toISOString(), count: 1, suppressed: 0 },
    });
    t.match(screenText(events), /TIME +EVENT +WHERE +WHAT/);
    t.end();
  },
);

t.test('the footer counts the lines of details below the screen', (t) => {
  const owners = Array.from({ length: 5 }, (_, at) => processOwner('kubelet', { pid: 900 + at }));
  const open = press(
    screenWith([nodeWith([held('kubelet', '127.0.0.1', 10248, { owners })])]),
    ': :10248 return return',
  );
  const footer = (state: State): string | undefined => linesOf(state).at(-1);
  const [, below] = /scroll, (\d+) more below/.exec(footer(open) ?? '') ?? [];
  t.match(footer(press(open, 'j')), `scroll, ${Number(below) - 1} more below`);
  t.equal(footer(press(open, 'G')), 'Esc q back  j k scroll  c copy  e events  Ctrl-C quit');
  t.end();
});

t.test('at 80 columns the tabs stay whole', (t) => {
  const state = press(screenWith([nodeWith(SOCKETS)]), 'p f s / :kubelet return');
  t.match(linesOf(state)[3], /^ 1 Page {3}2 Listeners {3}3 Events +faults only {2}\/kubelet .*0\/0 of 5$/);
  const long = press(screenWith([nodeWith(SOCKETS)]), `/ :${'x'.repeat(100)}`);
  t.match(linesOf(long)[3], /^ 1 Page {3}2 Listeners {3}3 Events +\/x{30,}… {2}0\/0 of 5$/);
  t.strictSame(frameErrors(long), []);
  t.end();
});

t.test('the selected line is highlighted over the whole width of the list', (t) => {
  for (const width of [80, 97, 120, 149, 150, 151, 200]) {
    for (const keys of ['1', '2', '1 return', '2 G return']) {
      const state = press(screenWith([nodeWith(SOCKETS)], { size: { width, height: 40 } }), keys);
      const selected = frameOf(state).find((line) => line.some((one) => one.selected));
      if (selected === undefined) t.ok(width < 150 && keys.includes('return'), 'only details hide the list');
      else
        t.equal(
          widthOf(textOf(selected.filter((one) => one.selected))),
          layoutOf(state).list.width,
          `${keys} ${width}`,
        );
    }
  }
  t.end();
});

t.test('a quiet list of events says since when', (t) => {
  const started: Change = {
    ...{ event: 'started', at: new Date(NOW).toISOString(), mode: 'ebpf', method: 'fexit', misses: null },
    ...{ refusal: null, intervalMs: null, hostname: 'node-1', netns: '1', role: 'worker' },
    verdicts: nodeWith([]).summary.verdicts,
  };
  const since = `since ${clockText(NOW)}`;
  const quiet = press(withEvents(screenWith([nodeWith(SOCKETS)]), started), '3');
  t.match(screenText(quiet), `nothing has changed ${since}`);
  t.match(screenText(press(quiet, 'f')), `no faults here ${since}; f shows everything`);
  t.match(screenText(press(quiet, 'f p')), `no faults here from ${clockText(NOW)} to the pause; f shows everything`);
  t.match(screenText(press(quiet, '/ :zzz return')), `nothing ${since} matches "zzz"`);
  t.notMatch(screenText(withEvents(quiet, { event: 'network', at: started.at })), 'nothing has changed');
  t.end();
});
