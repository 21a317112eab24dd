import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { CountersByInode } from '../../src/kernel/sockets/table_poller.js';
import type { Change } from '../../src/snapshot/document/change.js';
import type { EvaluatedCapture } from '../../src/snapshot/evaluate_node.js';
import type { AddressOwners } from '../../src/snapshot/who/address_owners.js';
import type { FailedCall } from '../../src/watch/changes/bind_failure.js';
import { Watcher } from '../../src/watch/watcher.js';
import { held, processOwner } from '../verdict/factory.js';
import { evaluated } from './evaluated.js';
import { FakeClock } from './fake_clock.js';

import { BACKDOOR, FakeNode, HEALTHY, inShort, KUBELET, PAGE, watch } from './fake_node.js';

t.test('first what was found, then a reading every 30 s', async (t) => {
  const node = new FakeNode();
  const { seen } = watch(t, node);
  t.strictSame(await seen(), ['started ebpf', 'snapshot']);
  t.strictSame(await seen(29_000), []);
  t.strictSame(await seen(60_000), ['snapshot']);
  t.equal(node.captures, 2);
});

t.test('an event is reported at once, its verdict after a reading', async (t) => {
  const node = new FakeNode();
  const { seen } = watch(t, node);
  await seen();
  node.opened.push(BACKDOOR);
  node.next = evaluated([KUBELET, BACKDOOR], PAGE);
  node.report.events();
  t.strictSame(await seen(), ['opened 31337 by kernel']);
  t.strictSame(await seen(40), ['verdict none unexpected', 'snapshot']);
});

t.test('while a reading hangs, events and changes of the network are still reported', async (t) => {
  const node = new FakeNode();
  const { seen, watcher } = watch(t, node);
  await seen();
  let answer: (capture: EvaluatedCapture) => void = () => {};
  node.next = new Promise((resolve) => {
    answer = resolve;
  });
  watcher.readAgain();
  await seen();
  for (const port of [31337, 31338]) {
    node.opened.push(held('nc', '0.0.0.0', port));
    node.report.events();
    t.strictSame(await seen(1_000), [`opened ${port} by kernel`]);
  }
  node.report.network();
  t.strictSame(await seen(1_000), ['network']);
  t.equal(node.captures, 2, 'no second reading is started beside it');
  node.next = HEALTHY;
  answer(HEALTHY);
  t.strictSame((await seen()).at(-1), 'snapshot');
});

t.test('lost events, a changed file and closed sockets cause a reading', async (t) => {
  const node = new FakeNode();
  const { seen } = watch(t, node);
  await seen();
  node.lost = 1;
  node.report.events();
  t.strictSame(await seen(), ['lost 1']);
  t.strictSame(await seen(40), ['snapshot']);
  node.report.files();
  t.strictSame(await seen(40), ['snapshot']);
  node.report.network();
  t.strictSame(await seen(), ['network']);
  t.strictSame(await seen(40), ['snapshot']);
});

t.test('closed UDP and unix sockets are noticed within a second', async (t) => {
  const node = new FakeNode();
  const { seen } = watch(t, node);
  await seen();
  node.hasClosedSockets = true;
  await seen(1_000);
  node.hasClosedSockets = false;
  t.strictSame(await seen(40), ['snapshot']);
});

function failedBind(port: number): FailedCall {
  const listener = held('nc', '127.0.0.1', port);
  const cause = {
    kind: 'bind-failed',
    at: 0,
    sinceBootMs: 0,
    listener,
    errno: 98,
    pid: 7,
    fd: 3,
    comm: Buffer.from('nc'),
  } as const;
  return { event: 'failed', cause, process: processOwner('nc', { pid: 7 }) };
}

t.test('failed binds are looked up in one pass, which nothing else waits for', async (t) => {
  const node = new FakeNode();
  const { seen } = watch(t, node);
  await seen();
  let answer: (owners: AddressOwners) => void = () => {};
  node.owners = new Promise((resolve) => {
    answer = resolve;
  });
  node.failed.push(failedBind(1), failedBind(2), failedBind(1));
  node.lost = 1;
  node.report.events();
  t.strictSame(await seen(), ['lost 1']);
  t.strictSame(node.lookups, [2]);
  node.failed.push(failedBind(3));
  node.opened.push(BACKDOOR);
  node.next = evaluated([KUBELET, BACKDOOR], PAGE);
  node.report.events();
  const expected = ['opened 31337 by kernel', 'verdict none unexpected', 'snapshot'];
  t.strictSame((await seen(100)).slice(0, 3), expected, 'the tables are read as well');
  await seen();
  t.strictSame(node.lookups, [2], 'one look-up at a time');
  answer({ holders: [], omitted: 0, unknown: null });
  const released = [1, 2, 1, 3].map((port) => `bind-failed 127.0.0.1:${port} address-released`);
  t.strictSame(await seen(), released, 'an address that was released says so');
  t.strictSame(node.lookups, [2, 1]);
});

t.test('a verdict does not come before the opening that caused it', async (t) => {
  const node = new FakeNode();
  const { seen, watcher } = watch(t, node);
  await seen();
  node.next = evaluated([KUBELET, BACKDOOR], PAGE);
  watcher.readAgain();
  t.strictSame(await seen(), ['snapshot'], 'its event may still come');
  t.strictSame(await seen(1_000), ['opened 31337 by table', 'verdict none unexpected', 'snapshot']);
});

t.test('of a restarted service, each verdict comes after the closing or opening that caused it', async (t) => {
  const node = new FakeNode();
  const { seen, watcher } = watch(t, node);
  await seen();
  await seen(1_000);
  node.next = evaluated([], PAGE);
  watcher.readAgain();
  t.strictSame(await seen(), ['closed 10248 by table', 'verdict ok missing', 'snapshot']);
  const again = { ...KUBELET, id: 'tcp:813', inode: 813, owners: [processOwner('kubelet', { pid: 813 })] };
  node.opened.push(again);
  node.next = evaluated([again], PAGE);
  node.report.events();
  t.strictSame(await seen(), ['opened 10248 by kernel', 'restarted']);
  t.strictSame(await seen(1_000), ['verdict missing ok', 'snapshot']);
});

t.test('another source of a table is no change', async (t) => {
  const node = new FakeNode();
  const [viaProc, viaDiag] = [
    { ...BACKDOOR, id: 'tcp:i31337', cookie: null },
    { ...BACKDOOR, id: 'tcp:2', cookie: '2' },
  ];
  node.next = evaluated([KUBELET, viaProc], PAGE);
  const { seen, watcher } = watch(t, node);
  await seen();
  node.next = evaluated([KUBELET, viaDiag], PAGE);
  watcher.readAgain();
  t.strictSame(await seen(), ['snapshot']);
});

t.test('without kernel events the tables are polled, and what they show is reported at once', async (t) => {
  const node = new FakeNode();
  node.refusal = { code: 'bpf-no-btf', params: {} };
  const { seen } = watch(t, node, { intervalMs: 200 });
  t.strictSame(await seen(), ['started polling', 'snapshot']);
  node.next = evaluated([KUBELET, BACKDOOR], PAGE, { owners: 'partial' });
  t.strictSame(await seen(200), [
    'opened 31337 by table',
    'verdict none unexpected',
    'coverage false owners: owners is broken',
    'snapshot incomplete',
  ]);
  node.next = HEALTHY;
  t.strictSame(await seen(200), ['closed 31337 by table', 'verdict unexpected none', 'coverage true ', 'snapshot']);
});

t.test('changes() leaves the snapshots out, and names a restart', async (t) => {
  const node = new FakeNode();
  node.refusal = { code: 'bpf-no-btf', params: {} };
  const clock = new FakeClock();
  const watcher = new Watcher({ spec: PAGE, intervalMs: 200 }, node, clock);
  const changes: Change[] = [];
  const running = (async () => {
    for await (const change of watcher.changes()) changes.push(change);
  })();
  const turn = async (next: EvaluatedCapture): Promise<void> => {
    node.next = next;
    clock.advance(200);
    for (let count = 0; count < 20; count++) await setImmediate();
  };
  await turn(HEALTHY);
  await turn(evaluated([], PAGE));
  const restarted = held('kubelet', '127.0.0.1', 10248);
  const [owner] = restarted.owners;
  await turn(evaluated([{ ...restarted, owners: owner?.kind === 'process' ? [{ ...owner, pid: 813 }] : [] }], PAGE));
  watcher.close();
  await running;
  t.strictSame(changes.map(inShort), [
    'started polling',
    'closed 10248 by table',
    'verdict ok missing',
    'opened 10248 by table',
    'restarted',
    'verdict missing ok',
  ]);
});

t.test('a reading that the kernel refuses leaves an incomplete answer, and is tried again', async (t) => {
  const node = new FakeNode();
  const { seen, watcher, state } = watch(t, node);
  await seen();
  const refuse = (): void => {
    node.next = Promise.reject(Object.assign(new Error('open /proc'), { syscall: 'open', code: 'ENFILE' }));
    node.next.catch(() => {});
  };
  refuse();
  watcher.readAgain();
  t.strictSame(await seen(), ['coverage false capture: open: file table overflow (ENFILE)', 'snapshot incomplete']);
  refuse();
  t.strictSame(await seen(2_000), ['snapshot incomplete'], 'once');
  node.opened.push(BACKDOOR);
  node.report.events();
  t.strictSame((await seen())[0], 'opened 31337 by kernel', 'events are still reported');
  node.next = evaluated([KUBELET, BACKDOOR], PAGE);
  t.strictSame(await seen(2_000), ['verdict none unexpected', 'coverage true ', 'snapshot']);
  t.equal(state(), 'running');
});

t.test('however it ends, nothing stays open', async (t) => {
  const abort = new AbortController();
  const node = new FakeNode();
  const { clock, seen, running } = watch(t, node, { signal: abort.signal });
  await seen();
  t.strictSame([...node.open].sort(), ['events', 'files', 'network']);
  abort.abort();
  await running;
  t.strictSame([...node.open], []);
  t.equal(clock.timers, 0);

  const failing = new FakeNode();
  const other = watch(t, failing);
  await other.seen();
  failing.next = Promise.reject(new Error('cannot enter'));
  other.watcher.readAgain();
  await other.running;
  t.equal(other.state(), 'Error: cannot enter');
  t.strictSame([...failing.open], []);
});

t.test('an aborted signal and invalid options', async (t) => {
  const node = new FakeNode();
  const { running, state } = watch(t, node, { signal: AbortSignal.abort() });
  await running;
  t.strictSame([state(), node.captures], ['ended', 0]);
  t.throws(() => new Watcher({ spec: PAGE, intervalMs: -1 }), { code: 'ERR_USAGE' });
});

t.test('an opening after a table without it is not reported again', async (t) => {
  const node = new FakeNode();
  const { seen } = watch(t, node);
  await seen();
  node.opened.push(BACKDOOR);
  node.next = evaluated([KUBELET, BACKDOOR], PAGE);
  node.report.events();
  const all = [...(await seen()), ...(await seen(40)), ...(await seen(60_000))];
  t.equal(all.filter((one) => one.startsWith('opened')).length, 1);
});

t.test('queues are followed while they are wanted, also without kernel events', async (t) => {
  for (const refusal of [null, { code: 'bpf-no-btf', params: {} } as const]) {
    const node = new FakeNode();
    node.refusal = refusal;
    const counted: CountersByInode[] = [];
    const { seen, watcher } = watch(t, node, { intervalMs: 3_600_000 });
    watcher.followCounters((counters) => counted.push(counters));
    await seen();
    t.strictSame(counted, []);
    node.counters = new Map([[1, { backlog: { current: 4, max: 3 }, drops: 0 }]]);
    t.strictSame(await seen(1_000), [], 'nothing is read for them');
    t.strictSame(counted, [node.counters]);
    await seen(1_000);
    t.equal(counted.length, 2);
    watcher.followCounters(null);
    await seen(5_000);
    t.equal(counted.length, 2);
    t.equal(node.captures, 1);
  }
});
