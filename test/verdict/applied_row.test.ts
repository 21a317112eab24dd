import t from 'tap';
import { NO_NOTES } from '../../src/spec/notes.js';
import type { NetworkRow } from '../../src/spec/rows.js';
import { applyNotes } from '../../src/verdict/applied_row.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import {
  capture,
  coverage,
  held,
  judge,
  listener,
  notes,
  processOwner,
  row,
  rowNote,
  spec,
  unixRow,
} from './factory.js';

t.test('a note applies to the rows that it names, by every field it gives', (t) => {
  const one = row('*:8472/udp', 'cilium-agent');
  const unix = unixRow('/run/x.sock', 'containerd');
  const cases: [string, Parameters<typeof rowNote>[0], typeof one | typeof unix, boolean][] = [
    ['the service', { service: 'cilium-agent' }, one, true],
    ['all of it', { service: 'cilium-agent', port: 8472, protocol: 'udp' }, one, true],
    ['another service', { service: 'cilium' }, one, false],
    ['another port', { service: 'cilium-agent', port: 8473 }, one, false],
    ['another protocol', { port: 8472, protocol: 'tcp' }, one, false],
    ['a path, and this row has none', { service: 'cilium-agent', path: '/run/x.sock' }, one, false],
    ['the path', { path: '/run/x.sock' }, unix, true],
    ['a port, and this row has none', { service: 'containerd', port: 1 }, unix, false],
  ];
  for (const [name, match, which, applies] of cases) {
    const { condition } = applyNotes(which, notes({ rows: [rowNote(match, { condition: 'if told' })] }), 'worker');
    t.equal(condition, applies ? 'if told' : null, name);
  }
  t.end();
});

t.test('what notes make of a row', (t) => {
  const page = row('*:6443', 'kube-apiserver', { role: 'control-plane', condition: 'on a whim' });
  t.strictSame(applyNotes(page, NO_NOTES, 'worker'), {
    row: page,
    service: 'kube-apiserver',
    roles: ['control-plane'],
    condition: 'on a whim',
    decidedBy: null,
    paths: [],
    hardening: null,
    replacedBy: [],
    cluster: null,
  });
  const known = notes({
    rows: [
      rowNote({ port: 6443 }, { roles: ['worker'], serviceByRole: { worker: 'a' }, paths: ['/a'], hardening: 'first' }),
      rowNote({ port: 6443 }, { condition: 'second', serviceByRole: { worker: 'b' }, paths: ['/b'] }),
      rowNote({ port: 6443 }, {}),
    ],
  });
  const worker = applyNotes(page, known, 'worker');
  t.match(worker, { service: 'b', roles: ['worker'], condition: 'second', hardening: 'first' }, 'a later one counts');
  t.strictSame(worker.paths, ['/a', '/b'], 'and paths add up');
  t.equal(applyNotes(page, known, 'control-plane').service, 'kube-apiserver', 'of another role it says nothing');
  t.equal(applyNotes(page, known, 'unknown').service, 'kube-apiserver');
  t.end();
});

const AGENT_NOTE = notes({ rows: [rowNote({ port: 8472 }, { roles: ['control-plane', 'worker'] })] });
const PROXY_NOTE = notes({ rows: [rowNote({ port: 6443 }, { serviceByRole: { worker: 'k8s-apiserver-proxy' } })] });

t.test('role: rows of the other one do not apply, and say so', (t) => {
  const only = row('*:10259', 'kube-scheduler', { role: 'control-plane' });
  const sockets = [held('kube-scheduler', '0.0.0.0', 10259)];
  const elsewhere = judge(only, { sockets, role: 'worker' });
  t.match(elsewhere, {
    verdict: 'not-applicable',
    severity: 'none',
    code: 'row-not-for-role',
    params: { roles: ['control-plane'], role: 'worker' },
    expected: { role: 'control-plane' },
  });
  t.strictSame(elsewhere.sockets, []);
  t.equal(judge(only, { sockets, role: 'control-plane' }).verdict, 'ok');
  t.equal(judge(only, { role: 'control-plane' }).verdict, 'missing');
  const { findings } = evaluate(spec([only]), capture(sockets), 'worker');
  t.equal(findings[1]?.verdict, 'unexpected', 'so that a scheduler on a worker is reported');

  const vxlan = row('*:8472/udp', 'cilium-agent', { role: 'control-plane' });
  t.equal(judge(vxlan, { role: 'worker', notes: AGENT_NOTE }).verdict, 'missing', 'a note says that it is for all');
  t.equal(judge(vxlan, { role: 'unknown', notes: AGENT_NOTE }).verdict, 'missing', 'whatever the role of this node');
  const api = row('*:6443', 'kube-apiserver');
  const proxy = [held('k8s-apiserver-proxy', '127.0.0.1', 6443)];
  t.equal(judge(api, { sockets: proxy, role: 'worker', notes: PROXY_NOTE }).verdict, 'narrowed');
  t.equal(judge(api, { sockets: proxy, role: 'control-plane', notes: PROXY_NOTE }).verdict, 'wrong-owner');
  t.end();
});

t.test('role unknown: what is there is judged, what is absent cannot be', (t) => {
  const only = row('*:10259', 'kube-scheduler', { role: 'control-plane' });
  const role = 'unknown';
  const absent = judge(only, { role });
  t.match(absent, {
    verdict: 'unverified',
    code: 'role-unknown',
    params: { roles: ['control-plane'] },
  });
  t.equal(judge(only, { role, sockets: [held('kube-scheduler', '0.0.0.0', 10259)] }).verdict, 'ok');
  t.equal(judge(row('*:10250', 'kubelet'), { role }).verdict, 'missing', 'a row of every node');
  // On a worker this row says nothing about the port.
  const stranger = judge(only, { role, sockets: [held('nc', '0.0.0.0', 10259)] });
  t.equal(stranger.verdict, 'unverified', 'somebody else on the port is a fault only if the row applies');
  t.end();
});

t.test('a condition shows only in the service', (t) => {
  const health = row('localhost:10256', 'kube-proxy', { condition: 'when nothing replaces it' });
  const metrics = row('localhost:10249', 'kube-proxy', { condition: 'when nothing replaces it' });
  const rows: NetworkRow[] = [health, metrics];
  const verdicts = (sockets: Parameters<typeof capture>[0], changes = {}) =>
    evaluate(spec(rows), capture(sockets, changes), 'worker')
      .findings.slice(0, 2)
      .map(({ verdict }) => verdict);
  t.strictSame(verdicts([]), ['unverified', 'unverified'], 'seen nowhere: it is unknown whether it holds');
  t.strictSame(verdicts([held('kube-proxy', '127.0.0.1', 10256)]), ['ok', 'missing'], 'seen once: the rest is missed');
  t.strictSame(verdicts([held('kube-proxy', '0.0.0.0', 30001)]), ['missing', 'missing'], 'wherever it is seen');
  for (const ownersUnknown of ['permission', 'not-found', 'not-looked'] as const) {
    const unseen = listener('127.0.0.1', 10256, { ownersUnknown });
    t.strictSame(
      verdicts([unseen]),
      ['unverified', 'unverified'],
      `somebody unseen on one of its ports: ${ownersUnknown}`,
    );
  }
  t.strictSame(verdicts([listener('127.0.0.1', 9999)]), ['unverified', 'unverified'], 'on another port: no sign');
  const broken = { coverage: coverage({ tcp: 'partial' }) };
  t.strictSame(verdicts([], broken), ['unverified', 'unverified'], 'what was not read completely decides nothing');

  const [finding] = evaluate(spec([health]), capture([]), 'worker').findings;
  t.match(finding, {
    severity: 'unknown',
    code: 'condition-unknown',
    params: { condition: 'when nothing replaces it', service: 'kube-proxy' },
  });
  const noted = notes({ rows: [rowNote({ service: 'kube-proxy' }, { condition: 'as a note has it' })] });
  const plain = row('localhost:10256', 'kube-proxy');
  t.match(judge(plain, { notes: noted }), { verdict: 'unverified', params: { condition: 'as a note has it' } });
  t.equal(judge(plain, {}).verdict, 'missing');
  const once = notes({ rows: [rowNote({}, { condition: 'on one node', cluster: 'exactly-one' })] });
  t.match(
    judge(plain, { notes: once }),
    { verdict: 'not-applicable', code: 'condition-not-met' },
    'what one node cannot decide, several do',
  );
  t.end();
});

t.test('hardening that a note knows of is told where it was done', (t) => {
  const known = notes({
    rows: [rowNote({ port: 10257 }, { hardening: 'The hardening guide binds it to 127.0.0.1.' })],
  });
  const one = row('*:10257', 'kube-controller');
  const owners = [processOwner('kube-controller-manager')];
  const tight = judge(one, { sockets: [listener('127.0.0.1', 10257, { owners })], notes: known });
  t.match(tight, { verdict: 'narrowed', severity: 'info', reason: 'The hardening guide binds it to 127.0.0.1' });
  const wide = judge(one, { sockets: [listener('0.0.0.0', 10257, { owners })], notes: known });
  t.match(wide, { verdict: 'ok', reason: null });
  t.end();
});
