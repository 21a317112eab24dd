import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { ASCII } from '../../src/tui/glyphs.js';
import type { State } from '../../src/tui/state.js';
import { settle } from '../../src/tui/update.js';
import { bindFailure } from '../../src/watch/changes/bind_failure.js';
import type { Change } from '../../src/watch/changes/change.js';
import { verdictChanges } from '../../src/watch/changes/verdict_changes.js';
import { held, processOwner, unixListener } from '../verdict/factory.js';
import { LARGE, look, NOW, nodeWith, press, SOCKETS, screenText, screenWith, see, stranger } from './scene.js';

const AT = new Date(NOW).toISOString();
const BACKDOOR = stranger(31337, 'backdoor', { id: 'tcp:31337' });

function told(state: State, ...changes: readonly Change[]): State {
  return changes.reduce((before, change) => see(before, { kind: 'change', change }), state);
}

/** What changes between two moments, as a watcher tells it: what opens and closes, then verdicts, then what there is now. */
function became(state: State, before: SnapshotDocument, after: SnapshotDocument): State {
  const opened = missingIn(before, after).map((socket) => ({
    event: 'opened' as const,
    at: AT,
    seenBy: 'kernel' as const,
    socket,
  }));
  const closed = missingIn(after, before).map((socket) => ({
    event: 'closed' as const,
    at: AT,
    seenBy: 'kernel' as const,
    socket,
  }));
  return see(told(state, ...closed, ...opened, ...verdictChanges(before.findings, after.findings, AT)), look(after));
}

function missingIn({ sockets }: SnapshotDocument, other: SnapshotDocument): OwnedListener[] {
  return other.sockets.filter(({ id }) => sockets.every((one) => one.id !== id));
}

/** The lines of the events view, newest first, without their time. */
function events(state: State, size = { width: 120, height: 40 }): string[] {
  const lines = screenText(press({ ...state, size }, '3'))
    .split('\n')
    .slice(5);
  return lines
    .slice(
      0,
      lines.findIndex((line) => line.trim() === '' || line.startsWith('│')),
    )
    .map((line) => line.slice(11).trimEnd());
}

t.test('a verdict about a listener that no row explains says where it listens', async (t) => {
  const [without, with_] = [nodeWith(SOCKETS), nodeWith([...SOCKETS, BACKDOOR])];
  const start = screenWith([without]);
  const opened = became(start, without, with_);
  t.match(events(opened)[0], /^verdict +0\.0\.0\.0:31337 +nothing → unexpected: 812 backdoor$/);
  const closed = became(opened, with_, without);
  t.match(events(closed)[0], /^verdict +0\.0\.0\.0:31337 +unexpected → gone: 812 backdoor$/);
  t.match(
    screenText(press({ ...closed, size: LARGE }, '3 return')),
    /where +0\.0\.0\.0:31337[\s\S]*holder +backdoor +pid 812/,
  );

  const late = told(screenWith([with_]), ...verdictChanges(with_.findings, without.findings, AT));
  t.match(events(late)[0], /^verdict +0\.0\.0\.0:31337 +unexpected → gone/, 'one that was there before it was watched');
  const unseen = told(start, ...verdictChanges(without.findings, with_.findings, AT));
  t.match(events(unseen)[0], /^verdict +- +nothing → unexpected: backdoor \(pid 812/, 'one that nothing told of');
});

t.test('however many there are at once', (t) => {
  const many = Array.from({ length: 1_500 }, (_, at) => stranger(2_000 + at, `p${at}`, { id: `tcp:${at}` }));
  const [without, with_] = [nodeWith(SOCKETS), nodeWith([...SOCKETS, ...many])];
  const lines = events(became(screenWith([without]), without, with_), { width: 120, height: 200 });
  t.equal(lines.length, 191);
  t.ok(lines.every((line) => /^verdict +0\.0\.0\.0:\d+ +nothing → unexpected: 812 p\d+$/.test(line)));
  t.end();
});

t.test('one on several addresses has the first, and how many more', (t) => {
  const six = held('backdoor', '::1', 31337, { id: 'tcp:6', protocol: 'udp' });
  const two = [held('backdoor', '127.0.0.1', 31337, { id: 'tcp:4', protocol: 'udp' }), six];
  const [without, with_] = [nodeWith(SOCKETS), nodeWith([...SOCKETS, ...two])];
  t.match(
    events(became(screenWith([without]), without, with_))[0],
    /^verdict +127\.0\.0\.1:31337\/udp \+1 +nothing → /,
  );
  t.end();
});

t.test('a verdict about a row has the place as the page has it', (t) => {
  const [healthy, stopped] = [nodeWith(SOCKETS), nodeWith(SOCKETS.slice(1))];
  const state = became(screenWith([healthy]), healthy, stopped);
  t.match(
    events(state)[0],
    /^verdict +localhost:10248 +kubelet: ok → missing: nothing listens on localhost:10248\/tcp/,
  );
  const ascii = screenText(settle(press({ ...state, size: LARGE }, '3'), ASCII), ASCII);
  t.match(ascii, /kubelet: ok > missing: nothing/);
  t.match(screenText(press({ ...state, size: LARGE }, '3 return')), /kubelet: ok before, missing now: nothing/);
  t.end();
});

t.test('every kind of change says where and what', (t) => {
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
  const failed = bindFailure(event, processOwner('nc', { pid: 7 }), [
    { kind: 'listener', place: '0.0.0.0:161', owners: [processOwner('snmpd')] },
  ]);
  const verdicts = {
    ok: 0,
    missing: 0,
    exposed: 0,
    'wrong-owner': 0,
    'wrong-address': 0,
    narrowed: 0,
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
        misses: null,
        hostname: 'node-7',
        netns: '1',
        role: 'worker',
        verdicts,
      },
      /^started +node-7 +watching; the kernel tells of every/,
    ],
    [
      {
        event: 'started',
        at: AT,
        mode: 'polling',
        misses: 'much',
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
      /^opened +127\.0\.0\.1:10248 +somebody unseen \(its holder could not be seen/,
    ],
    [failed, /^bind-failed +0\.0\.0\.0:161\/udp +7 nc: EADDRINUSE; in the way: 812 snmpd$/],
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
    [{ event: 'lost', at: AT, count: 7 }, /^lost +- +7 reports of the kernel were lost/],
    [{ event: 'network', at: AT }, /^network +- +a link, an address or a route changed$/],
    [
      { event: 'coverage', at: AT, complete: false, errors: ['tcp: refused'] },
      /^coverage +- +could not be read: tcp: refused$/,
    ],
    [{ event: 'coverage', at: AT, complete: true, errors: [] }, /^coverage +- +everything can be read again$/],
  ];
  for (const [change, line] of cases)
    t.match(events(told(screenWith([nodeWith(SOCKETS)]), change))[0], line, change.event);
  t.end();
});

t.test('at 80 columns the longest IPv4 address is whole', (t) => {
  const socket = held('kubelet', '192.168.100.200', 10250);
  const state = told(screenWith([nodeWith(SOCKETS)]), { event: 'opened', at: AT, seenBy: 'kernel', socket });
  t.match(events(state, { width: 80, height: 24 })[0], /^opened +192\.168\.100\.200:10250 812 kubelet$/);
  t.end();
});

t.test('what a busy node left no room for is told', (t) => {
  let state = screenWith([nodeWith(SOCKETS)]);
  const socket = held('x', '127.0.0.1', 1);
  for (let at = 0; at < 1_003; at++) state = told(state, { event: 'opened', at: AT, seenBy: 'kernel', socket });
  t.match(screenText(press(state, '3')), /newest first {2}1000, 3 older dropped$/m);
  t.notMatch(screenText(press(state, '2')), /dropped/);
  t.end();
});
