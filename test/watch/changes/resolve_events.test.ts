import { constants } from 'node:os';
import t from 'tap';
import type { KernelEvent } from '../../../src/kernel/addon.js';
import { AF_INET, IP_PROTOCOL, SOCK_STREAM } from '../../../src/kernel/sockets/states.js';
import type { AddressOwner } from '../../../src/watch/changes/change.js';
import { ListenerTracker } from '../../../src/watch/changes/listener_tracker.js';
import { type EventLookups, resolveEvents } from '../../../src/watch/changes/resolve_events.js';
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

const OWNER: AddressOwner = { kind: 'listener', place: '127.0.0.1:10250', owners: [] };

/** Lookups that answer at once, and what was asked of them. */
function lookups(): EventLookups & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    readProcesses: async (events) => {
      asked.push(`processes ${events.map(({ pid }) => pid).join(' ')}`);
      return events.map(({ pid, fd }) => ({
        ...{ kind: 'process', pid, fd, comm: 'kubelet', exe: null, argv0: null, cgroup: null },
        ...{ unit: null, pod: null, container: null, startedAt: null },
      }));
    },
    findOwners: async ({ port }) => {
      asked.push(`owners of ${port}`);
      return [OWNER];
    },
  };
}

async function resolve(
  events: readonly KernelEvent[],
  answers = lookups(),
  tracker = new ListenerTracker([], 0, true),
) {
  const changes = [];
  for await (const change of resolveEvents(events, CAPTURE, tracker, answers)) changes.push(change);
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
  const answers = lookups();
  t.strictSame(
    await resolve([event(OPENED, { netns: NETNS + 1 }), event(99), event(OPENED, { family: 99 })], answers),
    [],
  );
  t.strictSame(await resolve([], answers), []);
  t.strictSame(answers.asked, []);
});

t.test('a failed bind has the owners of its address, looked up once for each address', async (t) => {
  const answers = lookups();
  const inUse = { error: constants.errno.EADDRINUSE };
  const changes = await resolve(
    [
      event(BIND_FAILED, inUse),
      event(BIND_FAILED, { ...inUse, pid: 11 }),
      event(BIND_FAILED, { ...inUse, port: 10251 }),
      event(BIND_FAILED, { error: constants.errno.EACCES, port: 80 }),
    ],
    answers,
  );
  t.match(changes, [
    { event: 'bind-failed', code: 'EADDRINUSE', place: '127.0.0.1:10250', process: { pid: 10 }, holders: [OWNER] },
    { process: { pid: 11 }, holders: [OWNER] },
    { place: '127.0.0.1:10251', holders: [OWNER] },
    { code: 'EACCES', place: '127.0.0.1:80', holders: [] },
  ]);
  t.strictSame(
    answers.asked,
    ['processes 10 11 10 10', 'owners of 10250', 'owners of 10251'],
    'permission has no owner',
  );
});

t.test('changes come as they are resolved: one that hangs does not delay those before it', async (t) => {
  const hanging = { ...lookups(), findOwners: () => new Promise<never>(() => {}) };
  const events = [event(OPENED), event(BIND_FAILED, { error: constants.errno.EADDRINUSE })];
  const changes = resolveEvents(events, CAPTURE, new ListenerTracker([], 0, true), hanging);
  t.match(await changes.next(), { value: { event: 'opened' } });
});
