import t from 'tap';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import type { Closed, Opened } from '../../../src/snapshot/document/change.js';
import { RestartTracker } from '../../../src/watch/changes/restart_tracker.js';
import { listener, processOwner } from '../../verdict/factory.js';

const START = Date.parse('2026-01-31T12:00:00Z');

function socket(pid: number, port = 10250, comm = 'kubelet'): OwnedListener {
  const owner = { ...processOwner(comm), pid, exe: `/bin/${comm}`, unit: null };
  return listener('127.0.0.1', port, { owners: [owner], ownersUnknown: null });
}

function inUnit(pid: number, unit: string, address = '127.0.0.1'): OwnedListener {
  const owner = { ...processOwner('kubelet'), pid, unit };
  return listener(address, 10250, { owners: [owner], ownersUnknown: null });
}

const at = (ms: number): string => new Date(START + ms).toISOString();
const opened = (socket: OwnedListener, ms: number): Opened => ({
  event: 'opened',
  at: at(ms),
  seenBy: 'kernel',
  socket,
});
const closed = (socket: OwnedListener, ms: number): Closed => ({
  event: 'closed',
  at: at(ms),
  seenBy: 'kernel',
  socket,
});

t.test('a program that comes back with another pid has restarted', async (t) => {
  const tracker = new RestartTracker();
  const [before, after] = [socket(10), socket(20)];
  t.equal(tracker.add(closed(before, 0)), null);
  t.strictSame(tracker.add(opened(after, 1_500)), {
    event: 'restarted',
    at: at(1_500),
    place: '127.0.0.1:10250',
    protocol: 'tcp',
    downMs: 1_500,
    before,
    after,
    message: 'kubelet restarted; 127.0.0.1:10250 was closed for 1.5 s',
  });
  t.equal(tracker.add(opened(socket(30), 1_600)), null, 'once');
  tracker.add(closed(socket(30), 2_000));
  t.match(tracker.add(opened(socket(40), 2_007)), { message: /closed for 0\.007 s$/ });
});

t.test('a service that comes back on another address, or after a minute', async (t) => {
  const tracker = new RestartTracker();
  const [first, second] = [inUnit(10, 'kubelet.service'), inUnit(10, 'kubelet.service', '192.0.2.1')];
  tracker.add(closed(first, 0));
  tracker.add(closed(second, 0));
  t.match(tracker.add(opened(inUnit(20, 'kubelet.service'), 60_000)), {
    before: { address: '127.0.0.1' },
    message: 'kubelet restarted; 127.0.0.1:10250 was closed for 60.0 s',
  });
  t.match(tracker.add(opened(inUnit(20, 'kubelet.service', '0.0.0.0'), 60_000)), {
    place: '0.0.0.0:10250',
    before: { address: '192.0.2.1' },
    message: 'kubelet restarted and moved from 192.0.2.1:10250 to 0.0.0.0:10250, after 60.0 s',
  });
  t.equal(tracker.add(opened(inUnit(20, 'kubelet.service', '::1'), 60_000)), null, 'each once');
});

t.test('what is not a restart', async (t) => {
  const cases: [string, OwnedListener, OwnedListener, number][] = [
    ['the same process', socket(10), socket(10), 10],
    ['another address', socket(10), socket(20, 10251), 10],
    ['another program', socket(10), socket(20, 10250, 'nginx'), 10],
    ['outside a service, half a minute later', socket(10), socket(20), 30_000],
    ['an interpreter in the scope of a session', inUnit(10, 'session-1.scope'), inUnit(20, 'session-1.scope'), 30_000],
    ['in the manager of a user', inUnit(10, 'user@1000.service'), inUnit(20, 'user@1000.service'), 30_000],
    ['after two minutes', inUnit(10, 'kubelet.service'), inUnit(20, 'kubelet.service'), 120_001],
    ['another unit', inUnit(10, 'kubelet.service'), inUnit(20, 'other.service'), 10],
    ['no owner before', { ...socket(10), owners: [] }, socket(20), 10],
    ['no owner after', socket(10), { ...socket(20), owners: [] }, 10],
  ];
  for (const [name, before, after, ms] of cases) {
    const tracker = new RestartTracker();
    tracker.add(closed(before, 0));
    t.equal(tracker.add(opened(after, ms)), null, name);
  }
});

t.test('an event that came late never gives a negative time', async (t) => {
  const tracker = new RestartTracker();
  tracker.add(closed(socket(10), 5));
  t.match(tracker.add(opened(socket(20), 0)), { downMs: 0 });
});

t.test('only the last 2,000 that closed are remembered', async (t) => {
  const tracker = new RestartTracker();
  for (let port = 1; port <= 2_001; port++) tracker.add(closed(socket(10, port), 0));
  t.equal(tracker.add(opened(socket(20, 1), 10)), null);
  t.match(tracker.add(opened(socket(20, 2), 10)), { event: 'restarted' });
});
