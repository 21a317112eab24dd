import t from 'tap';
import { toJson } from '../../src/report/json.js';
import type { Change, Restarted } from '../../src/snapshot/document/change.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { redact } from '../../src/snapshot/redact/redact.js';
import { savedEvents, timelineOf } from '../../src/tui/saved_events.js';
import type { Timeline } from '../../src/tui/timeline.js';
import { bindFailure } from '../../src/watch/changes/bind_failure.js';
import { joined } from '../joined.js';
import { addressOwner, held, processOwner } from '../verdict/factory.js';
import {
  at,
  LARGE,
  NOW,
  nodeWith,
  opened,
  press,
  SOCKETS,
  screenText,
  screenWith,
  unexpected,
  withEvents,
  withSnapshot,
} from './screen.js';

const BACKDOOR = unexpected(31337, 'zbackdoor', { id: 'tcp:31337' });
const INTRUDER = processOwner('zintruder', { pid: 99 });

function failure(second: number): Change {
  const listener = held('zintruder', '0.0.0.0', 10250);
  const holders = [addressOwner('listener', '0.0.0.0:10250', [processOwner('kubelet')])];
  const cause = { kind: 'bind-failed', at: NOW + second * 1000, sinceBootMs: 0, errno: 98, pid: 99, fd: 3 } as const;
  const event = { ...cause, listener, comm: Buffer.from('zintruder') };
  return bindFailure(event, INTRUDER, { holders, omitted: 2, unknown: null });
}

function restart(port: number, second: number): Restarted {
  const [before, after] = [1, 2].map((pid) =>
    held('kubelet', '127.0.0.1', port, { owners: [processOwner('kubelet', { pid })] }),
  );
  if (before === undefined || after === undefined) throw new Error('two listeners');
  const place = `127.0.0.1:${port}`;
  const fields = { event: 'restarted', at: at(second), place, protocol: 'tcp', downMs: 412, before, after } as const;
  return { ...fields, message: `kubelet restarted; ${place} was closed for 0.412 s` };
}

const WITH_BACKDOOR = nodeWith([...SOCKETS, BACKDOOR]);
const [finding = null] = WITH_BACKDOOR.findings.filter(({ expected }) => expected === null);

/** A node on which a good deal has happened, and of which a listener with a verdict has gone. */
function busyScreen() {
  const started = { event: 'started', at: at(0), mode: 'ebpf', method: 'fexit', misses: null, refusal: null } as const;
  const node = { intervalMs: null, hostname: 'node', netns: '1', role: 'worker' } as const;
  const first = withEvents(
    screenWith([nodeWith(SOCKETS)], { size: LARGE }),
    { ...started, ...node, verdicts: WITH_BACKDOOR.summary.verdicts },
    opened(BACKDOOR, 1),
    { event: 'verdict', at: at(2), before: null, after: finding },
  );
  return withSnapshot(
    withEvents(
      withSnapshot(first, WITH_BACKDOOR),
      failure(3),
      failure(4),
      restart(10248, 5),
      restart(10249, 6),
      { event: 'lost', at: at(7), count: 7, suppressed: 3 },
      { event: 'coverage', at: at(8), complete: false, method: 'fexit', errors: ['tcp: gone'], faults: [] },
    ),
    nodeWith(SOCKETS),
  );
}

function inShort({ entries, dropped }: Timeline): unknown {
  return [
    dropped,
    entries.map(({ id: _, reportedAt: __, change, listeners, ...rest }) => ({
      ...rest,
      event: JSON.parse(JSON.stringify(change)),
      listeners: listeners.map(({ id }) => id),
    })),
  ];
}

t.test('saved events are the same when they are read again', (t) => {
  const { data } = busyScreen();
  const timeline = { ...data.timeline, dropped: 12 };
  const saved = { ...nodeWith(SOCKETS), ...savedEvents(timeline, nodeWith(SOCKETS)) };
  t.strictSame(
    saved.events.map(({ event, times }) => [event, times]),
    [
      ...[['started'], ['opened'], ['verdict'], ['bind-failed', 2]],
      ...[['restarted'], ['restarted'], ['lost'], ['coverage']],
    ].map(([event, times]) => [event, times]),
    'oldest first',
  );
  const read = readSnapshot(joined(toJson(saved)), 'saved.json');
  t.strictSame(inShort(timelineOf(read)), inShort(timeline));
  t.strictSame(JSON.parse(JSON.stringify(savedEvents(timelineOf(read), read))).events.length, saved.events.length);
  const replayed = screenWith([read], { size: LARGE, source: { kind: 'recording', file: 'saved.json' } });
  const text = screenText(press(replayed, '3'));
  t.match(text, /lost +\S* +7 kernel events dropped/);
  t.match(text, /bind-failed ×2 +0\.0\.0\.0:10250 +held by .*; 99 zintruder got/);
  t.match(text, /verdict +0\.0\.0\.0:31337 +none → unexpected/, 'with the listener that has gone');
  t.end();
});

t.test('events of later versions are ignored, and what they lack is completed', (t) => {
  const owner = { kind: 'another', pid: 1 };
  const events = [
    { event: 'teleported', at: at(0), where: 'there' },
    { event: 'lost', at: at(1), count: 1 },
    { ...failure(3), holders: [{ kind: 'listener', place: '0.0.0.0:1', owners: [owner] }], holdersOmitted: undefined },
  ];
  const read = readSnapshot(JSON.stringify({ ...nodeWith([]), events }), 'later.json');
  t.strictSame(
    read.events?.map(({ event }) => event),
    ['lost', 'bind-failed'],
  );
  t.match(read.events?.[0], { suppressed: 0 });
  t.match(read.events?.[1], { holdersOmitted: 0, holders: [{ owners: [], ownersUnknown: null, uid: null }] });
  t.throws(() => readSnapshot(JSON.stringify({ ...nodeWith([]), events: [{ event: 'opened', at: at(0) }] }), 'bad'), {
    code: 'ERR_INPUT',
  });
  t.end();
});

t.test('a redacted snapshot has the events, without names', (t) => {
  const document = nodeWith(SOCKETS);
  const saved = { ...document, ...savedEvents(busyScreen().data.timeline, document) };
  t.match(JSON.stringify(saved), 'zbackdoor');
  const redacted = redact(saved);
  t.notMatch(JSON.stringify(redacted), /zbackdoor|zintruder/);
  t.doesNotThrow(() => readSnapshot(JSON.stringify(redacted), 'redacted.json'), 'still valid');
  t.strictSame(
    redacted.events?.map(({ event }) => event),
    saved.events.map(({ event }) => event),
  );
  const verdict = redacted.events?.find(({ event }) => event === 'verdict');
  t.match(verdict, { after: { message: /name-[0-9a-f]{10} \(.* is listening on 0\.0\.0\.0:31337/ } });
  t.match(
    redacted.events?.find(({ event }) => event === 'bind-failed'),
    { message: /name-\w+ \(.*EADDRINUSE/ },
  );
  t.end();
});
