import t from 'tap';
import { columnsOf } from '../../src/tui/columns.js';
import { ASCII, UNICODE } from '../../src/tui/glyphs.js';
import type { State } from '../../src/tui/state.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, held, processOwner, row, spec } from '../verdict/factory.js';
import { nodeWith, opened, press, resized, SOCKETS, screenText, screenWith, withEvents } from './screen.js';

const OWNER = processOwner('kube-controller-manager', { pid: 4711, unit: 'snap.k8s.kube-controller-manager.service' });
const START = screenWith([nodeWith([...SOCKETS, held('x', '0.0.0.0', 10257, { owners: [OWNER] })])]);

const at = (state: State, width: number): State => resized(state, { size: { width, height: 24 } });
const titles = (state: State): string[] => columnsOf(state).map(({ title }) => title);

t.test(
  'at any width there is what an operator needs: verdict, service, port, where it listens, and whose it is',
  (t) => {
    for (const width of [60, 80, 100]) {
      const state = at(START, width);
      t.strictSame(titles(state).slice(0, 5), ['VERDICT', 'SERVICE', 'EXPECTED', 'ACTUAL', 'OWNER'], `${width}`);
      t.match(screenText(state), /exposed +cilium\S+ +\S*:9879 +0\S*:9879 +812 cilium/, `${width}`);
      t.match(screenText(state), /:10257 +4711 kube-/, `${width}`);
      t.strictSame(titles(at(press(START, '2'), width)).slice(0, 4), ['PROT', 'ADDRESS', 'OWNER', 'EXPLAINED BY']);
      const events = withEvents(press(START, '3'), opened(held('x', '192.168.100.200', 10257, { owners: [OWNER] })));
      t.strictSame(titles(at(events, width)), ['TIME', 'EVENT', 'WHERE', 'WHAT']);
      t.match(screenText(at(events, width)), /opened +192\S*:10257 +4711 kube-contro/, `${width}`);
    }
    t.end();
  },
);

t.test('no port is cut, and OWNER stays', (t) => {
  const rows = [row('*:51820/udp', 'cilium-agent'), row('localhost:12379', 'k8sd')];
  const sockets = ['127.0.0.1', '192.168.100.200'].map((address) => held('k8sd', address, 12379));
  const tunnel = held('cilium-agent', '0.0.0.0', 51820, { protocol: 'udp' });
  const document = documentOf(spec(rows), capture([...sockets, tunnel]));
  for (const glyphs of [UNICODE, ASCII]) {
    for (let width = 60; width <= 100; width += 1) {
      const state = screenWith([document], { size: { width, height: 24 }, glyphs });
      t.equal(titles(state)[4], 'OWNER');
      t.match(screenText(state), /\S:51820\/udp +\S+:51820 +812 /, `${width}`);
      t.match(screenText(state), /\S:12379 +\S+:12379 \+1 +812 /, `${width}`);
    }
  }
  t.end();
});

t.test('what does not tell lines apart gives way first: the unit of an owner, in the listeners its column', (t) => {
  const rows = screenText(at(START, 80));
  t.match(rows, /exposed +cilium-agent +localhost:9879 +0\.0\.0\.0:9879 +812 cilium-agent *\n/);
  t.match(rows, /kubelet +localhost:10248 127\.0\.0\.1:10248 /);
  t.notMatch(rows, /4711.*snap/, 'no part of a unit');
  t.match(screenText(at(START, 200)), '4711 kube-controller-manager snap.k8s.kube-controller-manager.service');
  const listeners = at(press(START, '2'), 100);
  t.notOk(titles(listeners).includes('UNIT'));
  t.match(screenText(listeners), /:10257 +4711 kube-controller-manager /);
  t.ok(titles(at(press(START, '2'), 140)).includes('UNIT'));
  t.end();
});

t.test('a single long path takes no room from the owners', (t) => {
  const state = at(START, 100);
  const [, , expected, , owner] = columnsOf(state);
  t.ok((expected?.width ?? 0) < 20, 'the path of containerd is cut');
  t.ok((owner?.width ?? 0) >= 27, `${owner?.width}`);
  t.match(screenText(state), '4711 kube-controller-manager');
  t.end();
});

t.test('a filter that matches nothing moves no column', (t) => {
  const events = withEvents(START, opened(held('x', '192.168.100.200', 10257, { owners: [OWNER] })));
  for (const keys of ['1', '2', '3']) {
    const state = press(events, keys);
    const none = press(state, '/ :zzz');
    t.match(screenText(none), 'nothing');
    t.strictSame(columnsOf(none), columnsOf(state), keys);
  }
  t.end();
});

t.test('an IPv4 address of a listener is whole at any width', (t) => {
  const far = held('kube-controller-manager', '192.168.100.200', 10257, { owners: [OWNER] });
  for (let width = 60; width <= 100; width += 1) {
    const state = screenWith([nodeWith([...SOCKETS, far])], { size: { width, height: 24 } });
    t.match(screenText(press(state, '2')), /192\.168\.100\.200:10257 +4711 /, `${width}`);
  }
  t.end();
});
