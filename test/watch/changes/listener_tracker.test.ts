import t from 'tap';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import { ListenerTracker } from '../../../src/watch/changes/listener_tracker.js';
import { listener, processOwner } from '../../verdict/factory.js';

const AT = '2026-01-31T12:00:00.000Z';
const loud = (): boolean => false;

function socket(inode: number, cookie: string | null): OwnedListener {
  const id = cookie === null ? `tcp:i${inode}` : `tcp:${cookie}`;
  return listener('127.0.0.1', inode, { inode, cookie, id });
}

const told = (changes: readonly { event: string; seenBy: string }[]): string[] =>
  changes.map(({ event, seenBy }) => `${event} by ${seenBy}`);

t.test('an opening seen in an event is not reported again from the table, nor its closing twice', (t) => {
  const tracker = new ListenerTracker([], 0, true);
  t.match(tracker.opened(socket(7, null), AT, 10), { event: 'opened', seenBy: 'kernel' });
  t.equal(tracker.opened(socket(7, '99'), AT, 11), null);
  t.strictSame(tracker.reconcile([socket(7, '99')], 12, AT, 13, loud), [], 'the inode joins event and table');
  t.match(tracker.closed(socket(0, '99'), AT, 20), { event: 'closed', seenBy: 'kernel' }, 'by its cookie alone');
  t.equal(tracker.closed(socket(0, '99'), AT, 21), null);
  t.strictSame(
    tracker.reconcile([socket(7, '99')], 15, AT, 22, loud),
    [],
    'a table read before does not bring it back',
  );
  t.strictSame(tracker.reconcile([], 30, AT, 31, loud), []);
  t.end();
});

t.test('a socket whose inode is not certain for a while', (t) => {
  const doubtful = { ...socket(7, null), inode: 0 };
  const tracker = new ListenerTracker([socket(7, null)], 0, false);
  t.strictSame(tracker.reconcile([doubtful], 10, AT, 11, loud), []);
  t.strictSame(tracker.reconcile([socket(7, '99')], 20, AT, 21, loud), []);
  t.end();
});

t.test('a table whose reading began before an opening does not close the socket', (t) => {
  const tracker = new ListenerTracker([], 0, true);
  tracker.opened(socket(7, null), AT, 10);
  t.strictSame(tracker.reconcile([], 5, AT, 11, loud), []);
  t.ok(tracker.needsTable(5), 'another table has to tell');
  t.strictSame(told(tracker.reconcile([], 20, AT, 21, loud)), ['closed by table']);
  t.notOk(tracker.needsTable(20));
  t.end();
});

t.test('what only a table shows is reported once a second one shows it too, or at once without events', (t) => {
  const tracker = new ListenerTracker([], 0, true);
  t.strictSame(tracker.reconcile([socket(7, '99')], 10, AT, 11, loud), []);
  t.ok(tracker.needsTable(10));
  t.match(tracker.opened(socket(7, '99'), AT, 12), { seenBy: 'kernel' }, 'its event was on the way');
  t.strictSame(tracker.reconcile([socket(7, '99'), socket(8, '98')], 20, AT, 21, loud), []);
  t.strictSame(told(tracker.reconcile([socket(7, '99'), socket(8, '98')], 30, AT, 31, loud)), ['opened by table']);
  const polling = new ListenerTracker([], 0, false);
  t.strictSame(told(polling.reconcile([socket(7, '99')], 10, AT, 11, loud)), ['opened by table']);
  t.end();
});

t.test('quiet sockets are not reported, unless their opening was', (t) => {
  const quiet = (): boolean => true;
  const tracker = new ListenerTracker([socket(5, '95')], 0, false);
  t.strictSame(tracker.reconcile([socket(5, '95'), socket(6, '96')], 10, AT, 11, quiet), []);
  tracker.opened(socket(7, '97'), AT, 12);
  t.strictSame(tracker.reconcile([socket(5, '95'), socket(6, '96'), socket(7, '97')], 20, AT, 21, quiet), []);
  const changes = tracker.reconcile([], 30, AT, 31, quiet);
  t.strictSame(
    changes.map(({ event, socket: { inode } }) => [event, inode]),
    [['closed', 7]],
  );
  t.end();
});

t.test('a known owner is kept if it had gone when the table was read', (t) => {
  const owners = [processOwner('python3')];
  const tracker = new ListenerTracker([], 0, true);
  tracker.opened({ ...socket(7, null), owners, ownersUnknown: null }, AT, 10);
  tracker.reconcile([socket(7, '99')], 20, AT, 21, loud);
  t.match(tracker.reconcile([], 30, AT, 31, loud), [{ event: 'closed', socket: { cookie: '99', owners } }]);
  t.end();
});
