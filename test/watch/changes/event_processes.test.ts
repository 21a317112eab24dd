import t from 'tap';
import type { ProcessFacts } from '../../../src/kernel/addon.js';
import { eventProcesses } from '../../../src/watch/changes/event_processes.js';
import type { SocketEvent } from '../../../src/watch/changes/socket_event.js';
import { listener } from '../../verdict/factory.js';

const BOOT = Date.parse('2026-01-01T00:00:00Z');

function event(pid: number, sinceBootMs: number): SocketEvent {
  const comm = Buffer.from('kubelet');
  return {
    kind: 'opened',
    at: BOOT + sinceBootMs,
    sinceBootMs,
    listener: listener('127.0.0.1', 10250),
    errno: 0,
    pid,
    fd: 7,
    comm,
  };
}

function facts(pid: number, startMs: number | null, comm: string | null): ProcessFacts {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  const isThere = startMs !== null;
  return {
    pid,
    startMs,
    comm: bytes(comm),
    exe: bytes(isThere ? '/bin/kubelet' : null),
    exeDenied: false,
    argv0: bytes(isThere ? 'kubelet' : null),
    cgroup: bytes(isThere ? '0::/system.slice/kubelet.service\n' : null),
  };
}

t.test('a process as /proc still has it', async (t) => {
  const [owner] = eventProcesses([event(10, 5000)], [facts(10, 4000, 'kubelet')], BOOT);
  t.match(owner, { pid: 10, fd: 7, comm: 'kubelet', exe: '/bin/kubelet', unit: 'kubelet.service' });
  t.equal(owner?.startedAt, new Date(BOOT + 4000).toISOString());
});

t.test('of a process that has ended the name is known', async (t) => {
  const [owner] = eventProcesses([event(10, 5000)], [facts(10, null, null)], BOOT);
  t.match(owner, { pid: 10, comm: 'kubelet', exe: null, unit: null, startedAt: null });
});

t.test('a process that started after the event is another one with the same pid', async (t) => {
  const [owner] = eventProcesses([event(10, 5000)], [facts(10, 5020, 'stranger')], BOOT);
  t.match(owner, { pid: 10, comm: 'kubelet', exe: null, unit: null });
  const [own] = eventProcesses([event(10, 5000)], [facts(10, 5010, 'kubelet')], BOOT);
  t.match(own, { exe: '/bin/kubelet' }, 'start times are in ticks of 10 ms');
});
