import { constants } from 'node:os';
import t from 'tap';
import type { KernelEvent } from '../../../src/kernel/addon.js';
import { AF_INET, IP_PROTOCOL, SOCK_STREAM } from '../../../src/kernel/sockets/states.js';
import { ListenerTracker } from '../../../src/watch/changes/listener_tracker.js';
import { type ReadProcesses, resolveEvents } from '../../../src/watch/changes/resolve_events.js';
import { evaluated } from '../evaluated.js';

const CAPTURE = evaluated();
const NETNS = Number(CAPTURE.node.netns);
const OPENED = 1;
const CLOSED = 2;
const BIND_FAILED = 3;
const AT = Date.parse('2026-01-31T12:00:00Z');

function event(kind: number, fields: Partial<KernelEvent> = {}): KernelEvent {
  return {
    at: AT,
    sinceBootMs: 5_000,
    cookie: 7n,
    cgroup: 0n,
    kind,
    pid: 10,
    fd: 3,
    netns: NETNS,
    inode: 70,
    device: 0,
    error: 0,
    family: AF_INET,
    type: SOCK_STREAM,
    protocol: IP_PROTOCOL.tcp,
    port: 10250,
    v6only: 0,
    address: Uint8Array.of(127, 0, 0, 1),
    name: new Uint8Array(),
    comm: Buffer.from('kubelet'),
    ...fields,
  };
}

/** Names processes at once, and keeps what was asked. */
function processes() {
  const asked: string[] = [];
  const read: ReadProcesses = async (events) => {
    asked.push(events.map(({ pid }) => pid).join(' '));
    return events.map(({ pid, fd }) => ({
      ...{ kind: 'process', pid, fd, comm: 'kubelet', exe: null, argv0: null, cgroup: null },
      ...{ unit: null, pod: null, container: null, startedAt: null },
    }));
  };
  return { asked, read };
}

async function resolve(events: readonly KernelEvent[], { read } = processes()) {
  const changes = [];
  for await (const change of resolveEvents(events, CAPTURE, new ListenerTracker([], 0, true), read))
    changes.push(change);
  return changes;
}

t.test('openings and closings with their process, each once', async (t) => {
  const changes = await resolve([
    event(OPENED),
    event(OPENED),
    event(CLOSED, { inode: 0 }),
    event(CLOSED, { inode: 0 }),
  ]);
  const socket = { id: 'tcp:7', address: '127.0.0.1', port: 10250, owners: [{ pid: 10, fd: 3 }], ownersUnknown: null };
  t.match(changes, [
    { event: 'opened', at: '2026-01-31T12:00:00.000Z', seenBy: 'kernel', socket },
    { event: 'closed', seenBy: 'kernel', socket },
  ]);
  t.equal(changes.length, 2);
});

t.test('events of other namespaces and unknown kinds are skipped, and nothing is looked up for them', async (t) => {
  const answers = processes();
  t.strictSame(
    await resolve([event(OPENED, { netns: NETNS + 1 }), event(99), event(OPENED, { family: 99 })], answers),
    [],
  );
  t.strictSame(await resolve([], answers), []);
  t.strictSame(answers.asked, []);
});

t.test('a failed call, with its process', async (t) => {
  const answers = processes();
  const changes = await resolve(
    [event(BIND_FAILED, { error: constants.errno.EADDRINUSE }), event(BIND_FAILED, { pid: 11, port: 80 })],
    answers,
  );
  t.match(changes, [
    { event: 'failed', cause: { errno: constants.errno.EADDRINUSE, listener: { port: 10250 } }, process: { pid: 10 } },
    { event: 'failed', cause: { listener: { port: 80 } }, process: { pid: 11 } },
  ]);
  t.strictSame(answers.asked, ['10 11'], 'one look-up for all');
});
