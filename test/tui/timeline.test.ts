import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { Change, Restarted } from '../../src/snapshot/document/change.js';
import { eventEndpoint, eventText } from '../../src/tui/event_text.js';
import { EMPTY_TIMELINE, type Timeline, withChange, withListeners } from '../../src/tui/timeline.js';
import type { Finding } from '../../src/verdict/finding.js';
import { listenerText } from '../../src/verdict/text/format.js';
import { bindFailure } from '../../src/watch/changes/bind_failure.js';
import { documentOf } from '../snapshot/document/document.js';
import { addressOwner, held, processOwner, row, spec } from '../verdict/factory.js';
import { at, closed, NOW, opened } from './screen.js';

function timelineOf(changes: readonly Change[]): Timeline {
  return changes.reduce((timeline, change) => withChange(timeline, change, NOW, () => undefined), EMPTY_TIMELINE);
}

function socketOf(port: number, pid: number): OwnedListener {
  return held('kubelet', '127.0.0.1', port, { owners: [processOwner('kubelet', { pid })] });
}

function restartOf(before: OwnedListener, after: OwnedListener, second: number): Change[] {
  const place = listenerText(before);
  const restarted: Restarted = {
    event: 'restarted',
    at: at(second),
    place,
    protocol: 'tcp',
    downMs: 412,
    before,
    after,
    message: `kubelet restarted, ${place} closed for 0.412 s`,
  };
  return [closed(before, second - 1), opened(after, second), restarted];
}

function failure(pid: number, second: number): Change {
  const process = processOwner('python3', { pid });
  const holder = addressOwner('listener', '[::]:10250', [processOwner('kubelet')]);
  const event = {
    kind: 'bind-failed' as const,
    at: NOW + second * 1000,
    listener: socketOf(10250, pid),
    errno: 98,
    pid,
    fd: 3,
    sinceBootMs: 0,
    comm: Buffer.from('python3'),
  };
  return bindFailure(event, process, { holders: [holder], omitted: 0, unknown: null });
}

t.test('the newest entry comes first', (t) => {
  const { entries } = timelineOf([opened(socketOf(1, 1), 1), { event: 'lost', at: at(2), count: 7, suppressed: 0 }]);
  t.strictSame(
    entries.map(({ id, change }) => [id, change.event]),
    [
      [2, 'lost'],
      [1, 'opened'],
    ],
  );
  t.end();
});

t.test('a restart of a service with several listeners is one entry', (t) => {
  const [a, b] = [restartOf(socketOf(1, 10), socketOf(1, 20), 5), restartOf(socketOf(2, 10), socketOf(2, 20), 6)];
  const timeline = timelineOf([{ event: 'network', at: at(0) }, ...a, ...b]);
  t.equal(timeline.entries.length, 2);
  const [restart] = timeline.entries;
  t.equal(restart?.change.event, 'restarted');
  t.equal(restart?.restarts.length, 1);
  t.match(restart === undefined ? '' : eventText(restart), /127\.0\.0\.1:1 closed for 0\.412 s; also 127\.0\.0\.1:2$/);
  t.end();
});

t.test('a restart with very many listeners names the first and counts the others', (t) => {
  const ports = Array.from({ length: 60 }, (_, at) => 1000 + at);
  const timeline = timelineOf(ports.flatMap((port) => restartOf(socketOf(port, 10), socketOf(port, 20), 5)));
  const [restart] = timeline.entries;
  t.equal(timeline.entries.length, 1);
  const text = restart === undefined ? '' : eventText(restart);
  t.match(text, /127\.0\.0\.1:1000 closed for 0\.412 s; also 127\.0\.0\.1:1001, .*127\.0\.0\.1:1050 and 9 more$/);
  t.equal(text.match(/127\.0\.0\.1:/g)?.length, 51);
  t.end();
});

t.test('the next restart of the same service is another entry', (t) => {
  const changes = [
    ...restartOf(socketOf(1, 10), socketOf(1, 20), 5),
    ...restartOf(socketOf(1, 20), socketOf(1, 30), 9),
  ];
  t.strictSame(
    timelineOf(changes).entries.map(({ change }) => change.event),
    ['restarted', 'restarted'],
  );
  t.end();
});

t.test('a bind that is retried is counted', (t) => {
  const { entries } = timelineOf([failure(1, 1), failure(2, 2), failure(3, 3)]);
  t.equal(entries.length, 1);
  t.match(entries[0], { count: 3, at: at(3) });
  t.match(entries[0]?.change, { process: { pid: 3 } }, 'the last attempt is shown');
  const apart = timelineOf([failure(1, 1), { event: 'lost', at: at(2), count: 1, suppressed: 0 }, failure(2, 3)]);
  t.equal(apart.entries.length, 3, 'attempts are not merged across other events');
  t.end();
});

t.test('the number of entries is limited', (t) => {
  let timeline = EMPTY_TIMELINE;
  const one = socketOf(1, 1);
  for (let n = 0; n < 1_050; n++) {
    timeline = withChange(timeline, opened(one, n), NOW, () => undefined);
  }
  t.equal(timeline.entries.length, 1_000);
  t.equal(timeline.dropped, 50);
  t.end();
});

t.test('a verdict about thousands of listeners keeps the first and counts the others', (t) => {
  const sockets = Array.from({ length: 3000 }, (_, at) => socketOf(at + 1, 1));
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const find = (id: string): OwnedListener | undefined => byId.get(id);
  const finding: Finding = {
    verdict: 'unexpected',
    severity: 'warning',
    expected: null,
    configuration: null,
    causedBy: null,
    sockets: sockets.map(({ id }) => id),
    matchedBy: null,
    code: 'not-in-spec',
    params: {},
    message: 'not in the page or notes',
    reason: null,
    advice: null,
  };
  const added = { event: 'verdict' as const, at: at(1), before: null, after: finding };
  const removed = { event: 'verdict' as const, at: at(2), before: finding, after: null };
  const timeline = [added, removed].reduce((before, change) => withChange(before, change, NOW, find), EMPTY_TIMELINE);
  for (const entry of withListeners(timeline, find).entries) {
    t.equal(entry.listeners.length, 50);
    t.equal(entry.moreListeners, 2950);
    t.equal(eventEndpoint(entry), '127.0.0.1:1 +2999');
    t.ok(JSON.stringify(entry).length < 50_000, 'no other field keeps them');
  }
  t.end();
});

t.test('openings and closings push out each other, not failed binds and verdicts', (t) => {
  const opened = (port: number): Change => ({
    event: 'opened',
    at: at(port),
    seenBy: 'kernel',
    socket: socketOf(port, 1),
  });
  const lost = (count: number): Change => ({ event: 'lost', at: at(count), count, suppressed: 0 });
  const churn = Array.from({ length: 5_000 }, (_, port) => opened(port));
  const timeline = timelineOf([lost(1), ...churn, lost(2), ...churn]);
  const kept = timeline.entries.flatMap(({ change }) => (change.event === 'lost' ? [change.count] : []));
  t.strictSame(kept, [2, 1]);
  t.equal(timeline.entries.length, 1_000);
  t.equal(timeline.dropped, 9_002);
  const many = timelineOf([opened(1), ...Array.from({ length: 2_000 }, (_, count) => lost(count))]);
  t.equal(many.entries.length, 1_000);
  const after = timelineOf([...Array.from({ length: 2_000 }, (_, count) => lost(count)), ...churn]);
  t.equal(after.entries.filter(({ change }) => change.event === 'lost').length, 450, 'and they leave room');
  t.end();
});

t.test('what any user can cause by the thousand pushes out nothing of services and rows', (t) => {
  const { expected } = documentOf(spec([row('localhost:10248', 'kubelet')])).findings[0] ?? {};
  const verdict = (second: number, row: typeof expected | null): Change => {
    const after = { verdict: 'exposed', expected: row, sockets: [], message: `${second}` } as unknown as Finding;
    return { event: 'verdict', at: at(second), before: null, after };
  };
  const kubelet = processOwner('kubelet', { unit: 'snap.k8s.kubelet.service' });
  const ofService = (change: Change): Change =>
    change.event === 'bind-failed' ? { ...change, process: kubelet } : change;
  const restart = restartOf(
    held('kubelet', '127.0.0.1', 1, { owners: [kubelet] }),
    held('kubelet', '127.0.0.1', 1, { owners: [{ ...kubelet, pid: 9 }] }),
    3,
  );
  const wanted = [verdict(1, expected), ofService(failure(1, 2)), ...restart];
  // Each user's program on another address, so that they are not counted as one.
  const users = Array.from({ length: 10_000 }, (_, count): Change[] => {
    const failed = { ...failure(1, 10 + count), place: `127.0.0.1:${count}` } as Change;
    return [failed, verdict(10 + count, null)];
  }).flat();
  const restarts = Array.from({ length: 1_000 }, (_, count) =>
    restartOf(socketOf(count, 10 + count), socketOf(count, 11_000 + count), 10),
  ).flat();
  const { entries, dropped } = timelineOf([...wanted, ...users, ...restarts]);
  t.strictSame(
    entries.slice(-3).map(({ change }) => [change.event, change.at]),
    [
      ['restarted', at(3)],
      ['bind-failed', at(2)],
      ['verdict', at(1)],
    ],
  );
  t.ok(entries.length <= 1_000 && dropped > 19_000);
  t.end();
});

t.test('a failed bind comes where it happened, not where its holders were known', (t) => {
  const { entries } = timelineOf([
    { event: 'network', at: at(0) },
    closed(socketOf(1, 1), 2),
    failure(1, 1),
    failure(2, 1),
  ]);
  t.strictSame(
    entries.map(({ change, count }) => [change.event, count]),
    [
      ['closed', 1],
      ['bind-failed', 2],
      ['network', 1],
    ],
  );
  t.end();
});

t.test('a verdict stays above the restart that caused it, while further listeners come back', (t) => {
  const verdict: Change = { event: 'verdict', at: at(6), before: null, after: null };
  const a = restartOf(socketOf(1, 10), socketOf(1, 20), 5);
  const b = restartOf(socketOf(2, 10), socketOf(2, 20), 7);
  const { entries } = timelineOf([...a, verdict, ...b]);
  t.strictSame(
    entries.map((entry) => [entry.change.event, entry.at]),
    [
      ['verdict', at(6)],
      ['restarted', at(5)],
    ],
  );
  t.end();
});
