import t from 'tap';
import { frameOf } from '../../src/tui/render/frame.js';
import type { State } from '../../src/tui/state.js';
import { held, unixListener } from '../verdict/factory.js';
import { LARGE, linesOf, nodeWith, press, SOCKETS, screenText, screenWith, unexpected } from './screen.js';

t.test('a fault has the same colour in both views', (t) => {
  const styleOf = (state: State, word: string) =>
    frameOf(state)
      .flat()
      .find(({ text }) => text.includes(word))?.style;
  const state = screenWith([nodeWith([...SOCKETS, unexpected(31337), held('nc', '127.0.0.1', 31338)])], {
    size: LARGE,
  });
  for (const [word, style] of [
    ['◎ exposed', 'error'],
    ['✚ unexpected', 'warning'],
  ] as const) {
    t.equal(styleOf(press(state, '1 G'), word), style);
    t.equal(styleOf(press(state, '2 G'), word), style);
  }
  t.end();
});

t.test('below the list stands what explains the listener, or what is wrong with it; c copies what to do', (t) => {
  const state = press(screenWith([nodeWith([...SOCKETS, unexpected(31337)])]), '2');
  const below = (port: number): string =>
    linesOf(press(state, `: :${port} return`))
      .slice(-3)
      .join('\n');
  t.match(below(10250), /0\.0\.0\.0:10250\/tcp: kubelet .*; page: kubelet/);
  t.match(below(31337), /nc \(pid 812.*is listening on 0\.0\.0\.0:31337[\s\S]*not in the page or notes/);
  t.match(below(9879), /cilium-agent .*[\s\S]*wider than localhost:9879/);
  t.match(screenText(press(state, ': :31337 return c')), /sudo kill 812/);
  t.notMatch(screenText(press(state, ': :10250 return c')), /what to do/);
  t.end();
});

t.test('listeners are sorted by protocol, port and address', (t) => {
  const shuffled = [
    unixListener('/run/b.sock'),
    held('x', '::', 53, { protocol: 'udp' }),
    held('x', '0.0.0.0', 10250),
    held('x', '127.0.0.1', 22),
    held('x', '0.0.0.0', 22),
    unixListener('/run/a.sock'),
    held('x', '0.0.0.0', 2379),
  ];
  const lines = linesOf(press(screenWith([nodeWith(shuffled)]), '2'));
  t.match(lines[3], /by protocol and port {2}1\/7$/);
  t.strictSame(
    lines.slice(5, 12).map((text) => text.trim().split(/ +/).slice(0, 2).join(' ')),
    [
      'tcp 0.0.0.0:22',
      'tcp 127.0.0.1:22',
      'tcp 0.0.0.0:2379',
      'tcp 0.0.0.0:10250',
      'udp [::]:53',
      'unix /run/a.sock',
      'unix /run/b.sock',
    ],
  );
  t.end();
});

t.test('listeners of other network namespaces are grouped under headings', (t) => {
  const document = nodeWith(SOCKETS);
  const pod = { ...unexpected(8080, 'nginx'), netns: '4026532999', explainedBy: { by: null, text: null } };
  const pods = { pods: ['5d2c1f0e'], containers: [] };
  const namespace = { netns: '4026532999', name: null, processes: 2, ...pods, error: null, errors: [] };
  const state = press(screenWith([{ ...document, sockets: [...document.sockets, pod], namespaces: [namespace] }]), '2');
  t.match(
    screenText(state),
    /── Network namespace 4026532999: pod 5d2c1f0e, not evaluated\n.*0\.0\.0\.0:8080 .* not evaluated/,
  );
  t.match(
    screenText(press(state, 'G')),
    /│ 0\.0\.0\.0:8080\/tcp: nginx \([\s\S]*; Network namespace\s/,
    'the summary of the selected line repeats the heading',
  );
  t.end();
});
