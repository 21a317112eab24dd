import t from 'tap';
import { UNICODE } from '../../src/tui/glyphs.js';
import type { State } from '../../src/tui/state.js';
import { frameOf } from '../../src/tui/views/frame.js';
import { held, unixListener } from '../verdict/factory.js';
import { LARGE, nodeWith, press, SOCKETS, screenText, screenWith, stranger, textsOf } from './scene.js';

t.test('what is wrong with a listener has the same colour in both views', (t) => {
  const styleOf = (state: State, word: string) =>
    frameOf(state, UNICODE)
      .flat()
      .find(({ text }) => text.includes(word))?.style;
  const state = screenWith([nodeWith([...SOCKETS, stranger(31337), held('nc', '127.0.0.1', 31338)])], { size: LARGE });
  for (const [word, style] of [
    ['◎ exposed', 'error'],
    ['✚ unexpected', 'warning'],
  ] as const) {
    t.equal(styleOf(press(state, '1 G'), word), style);
    t.equal(styleOf(press(state, '2 G'), word), style);
  }
  t.end();
});

t.test('listeners come by protocol, port and address', (t) => {
  const shuffled = [
    unixListener('/run/b.sock'),
    held('x', '::', 53, { protocol: 'udp' }),
    held('x', '0.0.0.0', 10250),
    held('x', '127.0.0.1', 22),
    held('x', '0.0.0.0', 22),
    unixListener('/run/a.sock'),
    held('x', '0.0.0.0', 2379),
  ];
  const lines = textsOf(press(screenWith([nodeWith(shuffled)]), '2'));
  t.match(lines[3], /by protocol and port {2}7$/);
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

t.test('other network namespaces stand under headings of their own', (t) => {
  const document = nodeWith(SOCKETS);
  const pod = { ...stranger(8080, 'nginx'), netns: '4026532999', explainedBy: { by: null, text: null } };
  const namespace = { netns: '4026532999', name: null, processes: 2, pods: ['5d2c1f0e'], containers: [], error: null };
  const state = press(screenWith([{ ...document, sockets: [...document.sockets, pod], namespaces: [namespace] }]), '2');
  t.match(
    screenText(state),
    /── Network namespace 4026532999: pod 5d2c1f0e, not judged\n.*0\.0\.0\.0:8080 .* not judged/,
  );
  t.match(
    screenText(press(state, 'G')),
    /│ 0\.0\.0\.0:8080\/tcp: nginx \([\s\S]*; Network namespace\s/,
    'and of the one selected it is told again',
  );
  t.end();
});
