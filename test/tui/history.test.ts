import t from 'tap';
import type { Change } from '../../src/snapshot/document/change.js';
import { copyEntries } from '../../src/tui/copy_menu.js';
import { listOf } from '../../src/tui/list.js';
import { selectedItem } from '../../src/tui/selection.js';
import { clockText, dateText } from '../../src/tui/text.js';
import { bindFailure } from '../../src/watch/changes/bind_failure.js';
import { addressOwner, held, processOwner } from '../verdict/factory.js';
import {
  at,
  CILIUM,
  closed,
  KUBELET,
  KUBELET_API,
  LARGE,
  NOW,
  nodeWith,
  press,
  SOCKETS,
  screenText,
  screenWith,
  withEvents,
  withSnapshot,
} from './screen.js';

const STARTED: Change = {
  ...{ event: 'started', at: at(0), mode: 'ebpf', method: 'fexit', misses: null },
  ...{ refusal: null, intervalMs: null, hostname: 'node-1', netns: '1', role: 'worker' },
  verdicts: nodeWith([]).summary.verdicts,
};
const LIVE = withEvents(screenWith([nodeWith(SOCKETS)], { size: LARGE }), STARTED);

/** Details of kubelet's health check. */
function details(state: typeof LIVE): string {
  return screenText(press(state, '/ :10248 return return')).replaceAll(/ *\n.*│ {15,}/g, ' ');
}

t.test('a row that is missing says who had it last, until when and why it may have gone', (t) => {
  const left = [CILIUM];
  const gone = withSnapshot(withEvents(LIVE, closed(KUBELET, 5), closed(KUBELET_API, 6)), nodeWith(left));
  const text = details(gone);
  t.match(text, new RegExp(`last held +kubelet \\(pid 812.*\\), until ${dateText(at(5))}`));
  t.match(text, 'its process still runs', 'cilium-agent has the same pid here');
  t.match(text, 'it closed 1 other listener within 5 s');
  const other = { ...CILIUM, owners: [processOwner('cilium-agent', { pid: 5 })] };
  const ended = withSnapshot(withEvents(LIVE, closed(KUBELET, 5)), nodeWith([other]));
  t.match(details(ended), /its process has probably ended: it has no listeners left/);
  t.end();
});

t.test('OWNER of a row that is missing is who had it last, if that was seen', (t) => {
  const rows = (state: typeof LIVE) => screenText(press(state, '/ :10248 return'));
  t.match(rows(withSnapshot(LIVE, nodeWith([CILIUM]))), /missing +kubelet +localhost:10248 +- +- /);
  const gone = withSnapshot(withEvents(LIVE, closed(KUBELET, 5)), nodeWith([CILIUM]));
  t.match(rows(gone), /missing +kubelet +localhost:10248 +- +was 812 kubelet /);
  t.end();
});

t.test('a row that no longer applies says who had it last; where that was another program, so does it', (t) => {
  const left = nodeWith([CILIUM]);
  const away = { ...left, findings: left.findings.map((one) => ({ ...one, verdict: 'not-applicable' as const })) };
  t.match(
    details(withSnapshot(withEvents(LIVE, closed(KUBELET, 5)), away)),
    /last held +kubelet \(pid 812[^)]*\), until/,
  );
  t.notMatch(details(withSnapshot(LIVE, away)), 'last held', 'nobody had it');

  const thief = held('python3', '127.0.0.1', 10248);
  const before = nodeWith([thief]).findings.find(({ verdict }) => verdict === 'wrong-owner');
  if (before === undefined) throw new Error('a wrong owner');
  const after = left.findings.find(({ expected }) => expected?.port === 10248) ?? null;
  const verdict = { event: 'verdict', at: at(5), before, after } as const;
  const stolen = withSnapshot(withEvents(LIVE, closed(thief, 5), verdict), left);
  t.match(details(stolen), /last held +python3 \(pid [^)]*\) \(not kubelet\), until/);
  t.end();
});

t.test('a row that was never seen says since when', (t) => {
  const never = withEvents(screenWith([nodeWith([KUBELET_API])], { size: LARGE }), STARTED);
  t.match(details(never), `not seen since watching began at ${clockText(NOW)}`);
  const recorded = screenWith([nodeWith([KUBELET_API])], { size: LARGE });
  t.notMatch(details(recorded), 'last held', 'nothing was watched');
  t.match(details(recorded), /role +worker: /, 'but what the role was read from');
  t.notMatch(details(LIVE), 'last held');
  t.end();
});

t.test('a failed bind says what to do, and c copies it', (t) => {
  const kubelet = processOwner('kubelet', { unit: 'snap.k8s.kubelet.service' });
  const holders = [1, 2].map(() => addressOwner('listener', '0.0.0.0:10250', [kubelet]));
  const listener = held('nc', '0.0.0.0', 10250);
  const cause = { kind: 'bind-failed', at: NOW, sinceBootMs: 0, errno: 98, pid: 99, fd: 3, listener } as const;
  const process = processOwner('nc', { pid: 99 });
  const failed = bindFailure({ ...cause, comm: Buffer.from('nc') }, process, { holders, omitted: 0, unknown: null });
  const state = press(withEvents(LIVE, failed), '3');
  t.equal(listOf(press(state, '/ :severity:error return')).shown, 1, 'it is an error');
  const text = screenText(press(state, 'return'));
  t.match(text, /next +Give the program another address, or change the setting of kubelet that opens it/);
  t.match(text, 'Tried by');
  t.match(text, 'In use by 2 sockets, which share it (SO_REUSEPORT)');
  const item = selectedItem(state);
  const copied = item === null ? [] : copyEntries(item).map(({ text }) => text);
  t.ok(copied.includes('sudo snap restart k8s.kubelet'), copied.join('\n'));
  t.end();
});

t.test('an address that was free again has no holders', (t) => {
  const listener = held('nc', '0.0.0.0', 10250);
  const cause = { kind: 'bind-failed', at: NOW, sinceBootMs: 0, errno: 98, pid: 99, fd: 3, listener } as const;
  const unknown = { code: 'address-released', params: {} } as const;
  const found = { holders: [], omitted: 0, unknown };
  const failed = bindFailure({ ...cause, comm: Buffer.from('nc') }, processOwner('nc', { pid: 99 }), found);
  const text = screenText(press(withEvents(LIVE, failed), '3 return'));
  t.match(text, /not known: it was free again when it was looked for/);
  t.notMatch(text, 'In use');
  t.end();
});

t.test('listeners on one address name each other', (t) => {
  const [one, other] = ['a', 'b'].map((name, at) =>
    held(name, '0.0.0.0', 10248, { owners: [processOwner(name, { pid: at + 1 })] }),
  );
  if (one === undefined || other === undefined) throw new Error('two listeners');
  const text = details(screenWith([nodeWith([one, other])], { size: LARGE }));
  t.match(text, /shared with +b \(pid 2/);
  t.match(text, /shared with +a \(pid 1/);
  t.end();
});
