import t from 'tap';
import { ASCII, UNICODE } from '../../src/tui/glyphs.js';
import { segment } from '../../src/tui/line.js';
import { initialState, type State } from '../../src/tui/state.js';
import { settle } from '../../src/tui/update.js';
import { joined } from '../../src/tui/views/compose.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, coverage, held, listener, processOwner, row, spec, unixListener } from '../verdict/factory.js';
import {
  faultsOf,
  LARGE,
  look,
  NOW,
  nodeWith,
  press,
  ROWS,
  SMALL,
  SOCKETS,
  screenText,
  screenWith,
  see,
  stranger,
  textsOf,
} from './scene.js';

/** Names that would move a cursor, change a colour, pass as a tag or fall apart where they are cut. */
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
    stranger(31337, 'x', { owners }),
    unixListener(`/run/${name}`, { owners }),
    unixListener(null, { abstract: name, owners }),
  ];
  return screenWith([documentOf(spec(ROWS, { title: name, source: name }), capture(sockets))]);
}

const VIEWS = ['1', '2', '3', '?', 'G return', '2 G return', '2 return', '/ :x', 's f', 'G return G', '2 G return G'];

t.test('every screen has exactly its size, and nothing in it acts', (t) => {
  for (const name of HOSTILE) {
    for (const size of [SMALL, LARGE, { width: 97, height: 31 }]) {
      for (const keys of VIEWS) {
        const state = press({ ...hostile(name), size }, keys);
        for (const glyphs of [UNICODE, ASCII]) {
          t.strictSame(faultsOf(settle(state, glyphs), glyphs), [], `${JSON.stringify(name.slice(0, 20))} ${keys}`);
        }
      }
    }
  }
  t.match(screenText(press(hostile('\x1b[31mkubelet'), '2')), /\\x1b\[31mkubelet/, 'it can still be read');
  t.match(screenText(press(hostile('{bold}x'), '2')), /\{bold\}x/, 'braces are braces');
  t.end();
});

t.test('80x24 shows what a row is about', (t) => {
  const lines = textsOf(screenWith([nodeWith(SOCKETS)]));
  t.match(lines[0], /^node {2}role worker \(flag\)/);
  t.match(lines[1], /^eth0 192\.0\.2\.2 fd00::2 .*owners a test .*✓ all read$/);
  t.match(lines[2], /^2 ok · 1 exposed · 1 missing · 1 not-applicable {3}drifts from the page/);
  t.match(lines[3], /^ 1 Spec {3}2 Listeners {3}3 Events .*by page order {2}5$/);
  t.match(lines[4], /VERDICT .*SERVICE .*PAGE .*NODE .*OWNER/);
  t.match(lines.join('\n'), /── All nodes[\s\S]*── Control plane nodes[\s\S]*── Unix sockets/);
  t.match(lines.join('\n'), /✓ ok {13}kubelet {9}localhost:10248 127\.0\.0\.1:10248 812 kube/);
  t.match(lines.join('\n'), /◎ exposed {8}cilium-agent {4}localhost:9879/);
  t.match(lines.at(-1), /^Enter open.*q quit$/);
  t.end();
});

t.test('wide screens show queue, uptime and unit', (t) => {
  const owner = processOwner('kubelet', {
    unit: 'snap.k8s.kubelet.service',
    startedAt: new Date(NOW - 7_200_000).toISOString(),
  });
  const busy = held('kubelet', '127.0.0.1', 10248, { owners: [owner], backlog: { current: 129, max: 128 } });
  const state = screenWith([nodeWith([busy])], { size: LARGE });
  t.match(screenText(state), /812 kubelet snap\.k8s\.kubelet\.service .* 129\/128 {3}2h/);
  const beside = screenText(press(state, 'return'));
  t.match(screenText(press(state, '2 return')), /│ explained by the page: kubelet/);
  t.match(beside, /✓ ok .*│ why {10}kubelet/, 'details stand beside the list');
  t.match(beside, /started .*\(2h ago\)/);
  t.end();
});

t.test('a terminal that is too small says what it needs', (t) => {
  for (const size of [
    { width: 79, height: 24 },
    { width: 80, height: 15 },
    { width: 20, height: 5 },
    { width: 1, height: 1 },
  ]) {
    const state = { ...screenWith([nodeWith(SOCKETS)]), size };
    t.strictSame(faultsOf(settle(state, UNICODE)), [], JSON.stringify(size));
    if (size.width > 10) t.match(screenText(state).replaceAll('\n', ' '), /needs a terminal of\s+80x16/);
  }
  const back = settle({ ...screenWith([nodeWith(SOCKETS)]), size: SMALL }, UNICODE);
  t.match(screenText(back), /VERDICT/);
  t.end();
});

t.test('an ASCII locale has symbols and words as well', (t) => {
  const state = screenWith([nodeWith(SOCKETS)]);
  t.match(screenText(state, ASCII), /^ {2}\+ ok .*kubelet/m);
  t.match(screenText(state, ASCII), /^ {2}! exposed/m);
  t.match(screenText(state, ASCII), /^ {2}x missing/m);
  t.end();
});

t.test('what could not be read is on the screen, and no empty list looks healthy', (t) => {
  const seen = capture([], { coverage: coverage({ tcp: 'failed', owners: 'partial' }) });
  const state = screenWith([documentOf(spec(ROWS), seen)]);
  t.match(screenText(state), /! incomplete: tcp, owners/);
  t.match(screenText(press(state, '2')), /nothing was seen, but could not be read completely: tcp, owners/);
  t.match(screenText(state), /Not everything could be read: tcp: .*; owners: /, 'why is told once');
  t.match(screenText(press(state, '?')), /^Not everything could be read: tcp: /m, 'and again in the help');
  const none = capture([], {
    coverage: coverage({ network: 'failed' }),
    node: { ...capture([]).node, defaultInterface: null },
  });
  t.match(screenText(screenWith([documentOf(spec(ROWS), none)])), /^default route unknown/m);
  t.match(screenText(settle(initialState({ kind: 'live' }, SMALL, NOW), UNICODE)), /reading the tables/);
  t.end();
});

t.test('who may not see holders is told once, with what would help', (t) => {
  const blind = screenWith([nodeWith([listener('0.0.0.0', 10250)])]);
  t.match(screenText(blind), /holders of 1 of 1 listeners cannot be seen[\s\S]*Run it as root \(sudo k8s-sockwatch\)/);
  t.notMatch(screenText(press(blind, 'j')), /Run it as root/);
  t.notMatch(screenText(see(press(blind, 'j'), look(nodeWith([listener('0.0.0.0', 10250)])))), /Run it as root/);
  t.notMatch(screenText(screenWith([nodeWith(SOCKETS)])), /Run it as root/);
  t.end();
});

t.test('a recording is marked as one, with its time and host', (t) => {
  const state = screenWith([nodeWith(SOCKETS)], { source: { kind: 'recording', file: 'x.json' } });
  t.match(textsOf(state)[0], /RECORDING of node, 2026-01-31 12:00:00 UTC/);
  t.match(screenText(press(state, '3')), /a recording has no events/);
  const started = processOwner('kubelet', { startedAt: '2026-01-31T11:59:30.000Z' });
  const old = nodeWith([held('kubelet', '127.0.0.1', 10248, { owners: [started] })]);
  const wide = screenWith([old], { source: { kind: 'recording', file: 'x.json' }, size: LARGE, now: NOW + 86_400_000 });
  t.match(screenText(wide), / 30s *$/m, 'ages are those of then');
  t.end();
});

t.test('details say everything, and what to do next', (t) => {
  const owner = processOwner('nc', {
    comm: 'kubelet',
    unit: 'session-3.scope',
    cgroup: '/user.slice/session-3.scope',
    pod: '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f',
    container: 'c'.repeat(64),
  });
  const socket = held('nc', '0.0.0.0', 10250, {
    owners: [owner],
    cookie: '77',
    inode: 4711,
    uid: 1000,
    device: 'eth0',
  });
  const state = press(
    screenWith([documentOf(spec([row('*:10250', 'kubelet')]), capture([socket]))], { size: LARGE }),
    'return',
  );
  const text = screenText(state);
  for (const part of [
    /verdict/,
    /why/,
    /next/,
    /4711/,
    /cookie 77/,
    /uid 1000/,
    /session-3\.scope/,
    /pid 812/,
    /exe/,
    /argv\[0\]/,
    /cgroup/,
  ]) {
    t.match(text, part);
  }
  t.match(text, /5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f/);
  t.match(text, /c{40}/);
  t.end();
});

t.test('help names every key, and can be scrolled where it is long', (t) => {
  const actions = Array.from('ABCDEFHI', (key) => ({ key, label: `fault ${key}` }));
  const help = press(screenWith([nodeWith(SOCKETS)], { actions }), '?');
  t.match(screenText(help), /arrows, j k[\s\S]*q, Ctrl-C/);
  t.notMatch(screenText(help), /not-applicable: not on this node/);
  t.match(screenText(press(help, 'G')), /fault I[\s\S]*not-applicable: not on this node/);
  t.notMatch(screenText(press(help, 'escape')), /Ctrl-C/);
  t.end();
});

t.test('a line that is cut between two words says so as well', (t) => {
  const line = (width: number): string =>
    joined([segment('2 ok'), segment(' | '), segment('1 exposed')], width, UNICODE)
      .map(({ text }) => text)
      .join('');
  t.strictSame([16, 15, 7, 5, 4].map(line), ['2 ok | 1 exposed', '2 ok | 1 expos…', '2 ok |…', '2 ok…', '2 o…']);
  t.end();
});

t.test('at 80x24 help is whole, and names every verdict', (t) => {
  const lines = textsOf(press(screenWith([nodeWith(SOCKETS)]), '?'));
  t.notMatch(lines.join('\n'), /…/, 'nothing is cut');
  t.match(lines.join('\n'), /arrows, j k[\s\S]*q, Ctrl-C[\s\S]*· not-applicable: not on this node/);
  t.match(lines.at(-1), /^Esc back {2}j k scroll {2}q quit$/);
  t.end();
});

t.test('where help or details go on below the screen, the footer says so', (t) => {
  const owners = Array.from({ length: 5 }, (_, at) => processOwner('kubelet', { pid: 900 + at }));
  const open = press(screenWith([nodeWith([held('kubelet', '127.0.0.1', 10248, { owners })])]), 'return');
  const footer = (state: State): string | undefined => textsOf(state).at(-1);
  const [, below] = /scroll, (\d+) more below/.exec(footer(open) ?? '') ?? [];
  t.match(footer(press(open, 'j')), `scroll, ${Number(below) - 1} more below`);
  t.equal(footer(press(open, 'G')), 'Esc back  j k scroll  q quit');
  t.end();
});

t.test('at 80 columns the views can be seen whatever else is told beside them', (t) => {
  const state = press(screenWith([nodeWith(SOCKETS)]), 'p f s / :kubelet return');
  t.match(textsOf(state)[3], /^ 1 Spec {3}2 Listeners {3}3 Events +PAUSED {2}faults only {2}\/kubelet {2}0 of 5$/);
  const long = press(screenWith([nodeWith(SOCKETS)]), `/ :${'x'.repeat(100)}`);
  t.match(textsOf(long)[3], /^ 1 Spec {3}2 Listeners {3}3 Events +\/x{30,}… {2}0 of 5$/);
  t.strictSame(faultsOf(long), []);
  t.end();
});

t.test('10,000 listeners: a key is answered at once', (t) => {
  const many = Array.from({ length: 10_000 }, (_, at) => stranger(20_000 + at, `p${at}`));
  let state = press(screenWith([nodeWith(many)], { size: LARGE }), '2');
  for (const key of ['j', 'G', 'pageup', 'g', 's', '/', '9', '9', 'escape', 'f']) {
    const start = performance.now();
    state = press(state, key);
    screenText(state);
    const took = performance.now() - start;
    // Far more than it takes, and still less than one can see: the machine may be busy.
    t.ok(took < 500, `${key}: ${took.toFixed(0)} ms`);
  }
  t.end();
});
