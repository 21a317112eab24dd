import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { Change, Closed, Opened } from '../../src/snapshot/document/change.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { eventSeverity } from '../../src/tui/event_item.js';
import { ASCII } from '../../src/tui/glyphs.js';
import { tabAt } from '../../src/tui/render/header.js';
import type { State } from '../../src/tui/state.js';
import { bindFailure } from '../../src/watch/changes/bind_failure.js';
import { verdictChanges } from '../../src/watch/changes/verdict_changes.js';
import { addressOwner, held, processOwner, unixListener } from '../verdict/factory.js';
import {
  LARGE,
  linesOf,
  NOW,
  nodeWith,
  press,
  resized,
  SOCKETS,
  screenText,
  screenWith,
  unexpected,
  withEvents,
  withSnapshot,
} from './screen.js';

const AT = new Date(NOW).toISOString();
const BACKDOOR = unexpected(31337, 'backdoor', { id: 'tcp:31337' });

/** Applies what a watcher reports between two snapshots: sockets closed and opened, then verdicts, then the snapshot. */
function transition(state: State, before: SnapshotDocument, after: SnapshotDocument): State {
  const closed = onlyIn(before, after).map((socket) => socketEvent('closed', socket));
  const opened = onlyIn(after, before).map((socket) => socketEvent('opened', socket));
  const verdicts = verdictChanges(before.findings, after.findings, AT);
  return withSnapshot(withEvents(state, ...closed, ...opened, ...verdicts), after);
}

function onlyIn({ sockets }: SnapshotDocument, other: SnapshotDocument): OwnedListener[] {
  return sockets.filter(({ id }) => other.sockets.every((one) => one.id !== id));
}

function socketEvent(event: 'opened' | 'closed', socket: OwnedListener): Opened | Closed {
  return { event, at: AT, seenBy: 'kernel', socket };
}

/** The lines of the events view, newest first, without the mark and the time. */
function events(state: State, size = { width: 120, height: 40 }): string[] {
  const lines = screenText(press(resized(state, { size }), '3'))
    .split('\n')
    .slice(5);
  return lines
    .slice(
      0,
      lines.findIndex((line) => line.trim() === '' || line.startsWith('│')),
    )
    .map((line) => line.slice(11).trimEnd());
}

t.test('an unexpected listener is listed with its endpoint and owner', (t) => {
  const [without, with_] = [nodeWith(SOCKETS), nodeWith([...SOCKETS, BACKDOOR])];
  const start = screenWith([without]);
  const opened = transition(start, without, with_);
  t.match(events(opened)[0], /^verdict +0\.0\.0\.0:31337 +none → unexpected: 812 backdoor$/);
  const closed = transition(opened, with_, without);
  t.match(events(closed)[0], /^verdict +0\.0\.0\.0:31337 +unexpected → none: 812 backdoor$/);
  t.match(
    screenText(press(resized(closed, { size: LARGE }), '3 return')),
    /where +0\.0\.0\.0:31337[\s\S]*owner +backdoor +pid 812/,
  );

  const late = withEvents(screenWith([with_]), ...verdictChanges(with_.findings, without.findings, AT));
  t.match(events(late)[0], /^verdict +0\.0\.0\.0:31337 +unexpected → none/, 'a listener older than the watch');
  const unseen = withEvents(start, ...verdictChanges(without.findings, with_.findings, AT));
  t.match(
    events(unseen)[0],
    /^verdict +- +none → unexpected: backdoor \(pid 812/,
    'a listener that was never reported',
  );
  t.end();
});

t.test('each of 1,500 unexpected listeners is listed with its endpoint and owner', (t) => {
  const many = Array.from({ length: 1_500 }, (_, at) => unexpected(2_000 + at, `p${at}`, { id: `tcp:${at}` }));
  const [without, with_] = [nodeWith(SOCKETS), nodeWith([...SOCKETS, ...many])];
  const lines = events(transition(screenWith([without]), without, with_), { width: 120, height: 200 });
  t.equal(lines.length, 191);
  t.ok(lines.every((line) => /^verdict +0\.0\.0\.0:\d+ +none → unexpected: 812 p\d+$/.test(line)));
  t.end();
});

t.test('an unexpected listener on several addresses shows the first and a count', (t) => {
  const six = held('backdoor', '::1', 31337, { id: 'tcp:6', protocol: 'udp' });
  const two = [held('backdoor', '127.0.0.1', 31337, { id: 'tcp:4', protocol: 'udp' }), six];
  const [without, with_] = [nodeWith(SOCKETS), nodeWith([...SOCKETS, ...two])];
  t.match(
    events(transition(screenWith([without]), without, with_))[0],
    /^verdict +127\.0\.0\.1:31337\/udp \+1 +none → /,
  );
  t.end();
});

t.test('a verdict about a row shows the endpoint of the page', (t) => {
  const [healthy, stopped] = [nodeWith(SOCKETS), nodeWith(SOCKETS.slice(1))];
  const state = transition(screenWith([healthy]), healthy, stopped);
  t.match(
    events(state)[0],
    /^verdict +localhost:10248 +kubelet: ok → missing: nothing is listening on localhost:10248\/tcp/,
  );
  t.match(screenText(press(resized(state, { size: LARGE, glyphs: ASCII }), '3')), /kubelet: ok -> missing: nothing/);
  t.match(screenText(press(resized(state, { size: LARGE }), '3 return')), /kubelet: ok before, missing now: nothing/);
  t.end();
});

t.test('every kind of change has an endpoint and a summary', (t) => {
  const socket = held('kubelet', '127.0.0.1', 10248);
  const again = held('kubelet', '127.0.0.1', 10248, { id: 'tcp:2', owners: [processOwner('kubelet', { pid: 900 })] });
  const file = unixListener('/run/x.sock', { owners: [processOwner('x')] });
  const event = {
    kind: 'bind-failed' as const,
    at: NOW,
    listener: held('nc', '0.0.0.0', 161, { protocol: 'udp' }),
    errno: 98,
    pid: 7,
    fd: 3,
    sinceBootMs: 0,
    comm: Buffer.from('nc'),
  };
  const failed = bindFailure(event, processOwner('nc', { pid: 7 }), {
    holders: [addressOwner('listener', '0.0.0.0:161', [processOwner('snmpd')])],
    omitted: 0,
    unknown: null,
  });
  const verdicts = {
    ok: 0,
    missing: 0,
    exposed: 0,
    'wrong-owner': 0,
    'wrong-address': 0,
    narrowed: 0,
    configured: 0,
    unverified: 0,
    'not-applicable': 0,
    unexpected: 0,
  };
  const cases: [change: Change, line: RegExp][] = [
    [
      {
        event: 'started',
        at: AT,
        mode: 'ebpf',
        method: 'fexit',
        ...{ misses: null, refusal: null, intervalMs: null },
        hostname: 'node-7',
        netns: '1',
        role: 'worker',
        verdicts,
      },
      /^started +node-7 +watching by fexit; the kernel reports every/,
    ],
    [
      {
        event: 'started',
        at: AT,
        mode: 'polling',
        method: null,
        ...{ misses: 'much', refusal: { code: 'bpf-no-btf', params: {} }, intervalMs: 200 },
        hostname: 'node-7',
        netns: '1',
        role: 'worker',
        verdicts,
      },
      /^started +node-7 +watching; this can miss much/,
    ],
    [{ event: 'opened', at: AT, seenBy: 'kernel', socket }, /^opened +127\.0\.0\.1:10248 +812 kubelet$/],
    [{ event: 'closed', at: AT, seenBy: 'table', socket: file }, /^closed +\/run\/x\.sock +812 x$/],
    [
      { event: 'opened', at: AT, seenBy: 'table', socket: { ...socket, owners: [], ownersUnknown: 'permission' } },
      /^opened +127\.0\.0\.1:10248 +an unknown owner \(its owner is not visible/,
    ],
    [failed, /^bind-failed +0\.0\.0\.0:161\/udp +held by 812 snmpd; 7 nc got EADDRINUSE$/],
    [
      {
        event: 'restarted',
        at: AT,
        place: '127.0.0.1:10248',
        protocol: 'tcp',
        downMs: 12,
        before: socket,
        after: again,
        message: 'kubelet restarted, 127.0.0.1:10248 closed for 0.012 s',
      },
      /^restarted +127\.0\.0\.1:10248 +kubelet restarted, /,
    ],
    [{ event: 'lost', at: AT, count: 7, suppressed: 0 }, /^lost +- +7 kernel events dropped/],
    [{ event: 'network', at: AT }, /^network +- +a link, address or route changed$/],
    [
      { event: 'coverage', at: AT, complete: false, method: 'fexit', errors: ['tcp: refused'], faults: [] },
      /^coverage +- +could not be read: tcp: refused$/,
    ],
    [
      { event: 'coverage', at: AT, complete: true, method: 'fexit', errors: [], faults: [] },
      /^coverage +- +everything can be read again$/,
    ],
  ];
  for (const [change, line] of cases)
    t.match(events(withEvents(screenWith([nodeWith(SOCKETS)]), change))[0], line, change.event);
  t.end();
});

t.test('at 80 columns a failed bind names who has the address, and at 100 who tried', (t) => {
  const change: Change = {
    ...{ event: 'bind-failed', at: AT, place: '0.0.0.0:10250', protocol: 'tcp', call: 'bind', netns: '1' },
    ...{ errno: 98, code: 'EADDRINUSE', process: processOwner('metrics-agent', { pid: 7799 }), message: '' },
    holders: [addressOwner('listener', '0.0.0.0:10250', [processOwner('kubelet', { pid: 7791 })])],
    ...{ holdersOmitted: 0, holdersUnknown: null },
  };
  const line = (width: number) => events(withEvents(screenWith([nodeWith(SOCKETS)]), change), { width, height: 24 })[0];
  t.match(line(80), /:10250 +held by 7791 kubelet; /);
  t.match(line(100), /held by 7791 kubelet; 7799 metrics-agent got EADDRINUSE$/);
  t.end();
});

t.test('a row whose service has gone is an event worth a look, though it no longer applies', (t) => {
  const [finding] = nodeWith(SOCKETS).findings;
  if (finding === undefined) throw new Error('there is a finding');
  const gone = { ...finding, verdict: 'not-applicable', severity: 'none', sockets: [] } as const;
  const event = { event: 'verdict', at: AT, before: finding, after: gone } as const;
  t.equal(eventSeverity(event), 'info');
  t.equal(eventSeverity({ ...event, before: { ...gone, verdict: 'missing' } }), 'none', 'it was not there before');
  t.end();
});

t.test('details of a verdict say how owners were matched, before and after, and what to do now', (t) => {
  const finding = nodeWith(SOCKETS).findings.find(({ matchedBy }) => matchedBy !== null) ?? null;
  const change = { event: 'verdict', at: AT, before: finding, after: finding } as const;
  const state = withEvents(screenWith([nodeWith(SOCKETS)], { size: LARGE }), change);
  const names = screenText(press(state, '3 return'))
    .match(/(?:matched by|next) (?= )/g)
    ?.map((name) => name.trim());
  t.strictSame(names, ['matched by', 'next', 'matched by']);
  t.end();
});

t.test('the longest IPv4 endpoint fits at 80 columns', (t) => {
  const socket = held('kubelet', '192.168.100.200', 10250);
  const state = withEvents(screenWith([nodeWith(SOCKETS)]), { event: 'opened', at: AT, seenBy: 'kernel', socket });
  t.match(events(state, { width: 80, height: 24 })[0], /^opened +192\.168\.100\.200:10250 812 kubelet$/);
  t.end();
});

t.test('the events view counts the entries that were dropped', (t) => {
  const opened = socketEvent('opened', held('x', '127.0.0.1', 1));
  const state = withEvents(screenWith([nodeWith(SOCKETS)]), ...Array<Opened | Closed>(1_003).fill(opened));
  t.match(screenText(press(state, '3')), / 1\/1000 ↓\d+, 3 older dropped$/m);
  t.notMatch(screenText(press(state, '2')), /dropped/);
  const narrow = press(resized(state, { size: { width: 60, height: 24 } }), '3');
  t.match(linesOf(narrow)[3], /^ 1 {3}2 {3}3 Events +1\/1000 ↓\d+, 3 older dropped$/, 'the view keeps its name');
  t.equal(tabAt(narrow, 5), 'listeners');
  t.equal(tabAt(narrow, 9), 'events');
  t.end();
});

t.test('an address of a long list that was not measured is not cut', (t) => {
  const long = socketEvent('opened', held('x', '192.168.100.200', 10250));
  const short = Array<Opened | Closed>(1_000).fill(socketEvent('opened', held('x', '127.0.0.1', 1)));
  const state = press(withEvents(screenWith([nodeWith(SOCKETS)]), ...short, long, ...short.slice(0, 2)), '3');
  t.match(screenText(resized(state, { size: LARGE })), / 192\.168\.100\.200:10250 /);
  t.end();
});
