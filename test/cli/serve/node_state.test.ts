import t from 'tap';
import { NodeState } from '../../../src/cli/serve/node_state.js';
import type { Change } from '../../../src/snapshot/document/change.js';
import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import { documentOf } from '../../snapshot/document/document.js';

/** A state whose clock is `at.ms`, and captures that last until `end` is called. */
function watched(): {
  readonly state: NodeState;
  readonly at: { ms: number };
  capture(document?: SnapshotDocument): Promise<void>;
  hang(): void;
} {
  const at = { ms: 1_000 };
  const state = new NodeState('1.2.3', () => at.ms);
  let isHanging = false;
  const timed = state.timed(() => {
    at.ms += 250;
    return isHanging ? new Promise<void>(() => {}) : Promise.resolve();
  });
  return {
    state,
    at,
    async capture(document = documentOf()) {
      await timed();
      state.add({ kind: 'snapshot', document });
    },
    hang() {
      isHanging = true;
      void timed();
    },
  };
}

async function sampleOf(state: NodeState, series: string): Promise<string | undefined> {
  const lines = (await state.metrics()).toString().split('\n');
  return lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1);
}

t.test('the last capture, its age and how long it took', async (t) => {
  const { state, at, capture } = watched();
  t.strictSame(state.health, { isHealthy: false, text: 'no capture yet\n' });
  t.equal(await sampleOf(state, 'k8s_sockwatch_coverage_complete'), '0');
  await capture();
  await state.first;
  at.ms += 1_750;
  t.equal(state.ageSeconds, 2, 'since it started');
  t.strictSame(state.health, { isHealthy: true, text: 'ok; the last is 2.0 s old\n' });
  t.equal(await sampleOf(state, 'k8s_sockwatch_coverage_complete'), '1');
  t.equal(await sampleOf(state, 'k8s_sockwatch_capture_duration_seconds'), '0.25');
  t.equal(await state.metrics(), await state.metrics(), 'rendered once');
});

t.test('a capture that hangs: the answer is incomplete, and gets older', async (t) => {
  const { state, at, capture, hang } = watched();
  await capture();
  hang();
  at.ms += 15_000;
  t.equal(await sampleOf(state, 'k8s_sockwatch_coverage_complete'), '1', 'it may still end');
  at.ms += 15_000;
  t.equal(await sampleOf(state, 'k8s_sockwatch_coverage_complete'), '0');
  t.match(state.health, { isHealthy: false, text: 'a capture hangs since 30 s; the last is 30.5 s old\n' });
  t.equal(state.ageSeconds, 30.5);
});

t.test('captures that fail: the last one gets older, and why is said until one succeeds', async (t) => {
  const { state, at, capture } = watched();
  await capture();
  const refused = state.timed(() => Promise.reject(new Error('open /proc: too many open files')));
  at.ms += 1_750;
  await t.rejects(refused(), { message: 'open /proc: too many open files' });
  t.strictSame(state.health, {
    isHealthy: false,
    text: 'captures fail: open /proc: too many open files; the last is 2.0 s old\n',
  });
  at.ms += 60_000;
  t.match(state.health.text, /^captures fail/, 'and none hangs');
  await capture();
  t.ok(state.health.isHealthy);
});

t.test('lost events are counted where events are observed', async (t) => {
  const { state, capture } = watched();
  const add = (change: object): void => state.add({ kind: 'change', change: change as Change });
  await capture();
  add({ event: 'started', mode: 'polling' });
  t.equal(await sampleOf(state, 'k8s_sockwatch_events_lost_total'), undefined);
  add({ event: 'started', mode: 'ebpf' });
  t.equal(await sampleOf(state, 'k8s_sockwatch_events_lost_total'), '0');
  add({ event: 'lost', count: 5, suppressed: 2 });
  add({ event: 'lost', count: 1, suppressed: 0 });
  t.equal(await sampleOf(state, 'k8s_sockwatch_events_lost_total'), '6');
});

t.test('claims that were asked are in each later document, until they are not known any more', async (t) => {
  const { state, capture } = watched();
  const row = { service: 'kubelet', host: '*', port: 10250, protocol: 'tcp', path: null, role: null } as const;
  const evidence = { code: 'not-tls', params: {} } as const;
  const claim = { row, claim: 'tls', endpoint: '127.0.0.1:10250', certificate: null, evidence, message: '' } as const;
  const series = 'k8s_sockwatch_claim{service="kubelet",port="10250",claim="tls",result="broken"}';
  await capture();
  t.equal(await sampleOf(state, series), undefined);
  const { result } = state.document?.summary ?? {};
  state.setClaims({ ...documentOf(), claims: [{ ...claim, result: 'broken', severity: 'error' }] });
  t.equal(await sampleOf(state, series), '1');
  t.equal(state.document?.summary.result, 'drift');
  await capture();
  t.equal(await sampleOf(state, series), '1', 'captures go on without asking');
  state.setClaims(null);
  t.equal(await sampleOf(state, series), undefined);
  t.equal(state.document?.summary.result, result);
});
