import t from 'tap';
import { toJson } from '../../src/report/json.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { handleMouse } from '../../src/tui/handle_mouse.js';
import { listOf } from '../../src/tui/list.js';
import { savedDocument } from '../../src/tui/saved_document.js';
import type { State } from '../../src/tui/state.js';
import { withAnswers } from '../../src/tui/update.js';
import type { Claim } from '../../src/verdict/claim.js';
import { joined } from '../joined.js';
import { held, processOwner } from '../verdict/factory.js';
import {
  CILIUM,
  effectOf,
  KUBELET,
  KUBELET_API,
  linesOf,
  nodeWith,
  press,
  resized,
  SOCKETS,
  screenText,
  screenWith,
  withSnapshot,
} from './screen.js';

const NODE = nodeWith(SOCKETS);
const START = screenWith([NODE]);
/** The end of what is above the footer. */
const message = (state: State): string => linesOf(state).slice(-2).join(' ').replaceAll(/ +/g, ' ');

function claimOf(port: number, text: string, result: Claim['result'], severity: Claim['severity']): Claim {
  const row = NODE.findings.find(({ expected }) => expected?.port === port)?.expected;
  if (row == null) throw new Error('there is the row');
  return {
    ...{ row, claim: 'tls', endpoint: `127.0.0.1:${port}`, certificate: null, message: text },
    ...{ result, severity, evidence: { code: 'not-tls', params: {} } },
  };
}

const HOLDS = claimOf(10250, 'it speaks TLS', 'holds', 'none');
const BROKEN = claimOf(10250, 'it speaks no TLS', 'broken', 'error');

function ask(...claims: Claim[]): State {
  return withAnswers(START, { ...NODE, claims, unasked: [] });
}

function detailsOf(state: State, port = 10250): string {
  return screenText(press(state, `: :${port} return return`));
}

function saved(state: State): SnapshotDocument {
  const document = savedDocument(state);
  if (document === null) throw new Error('there is a snapshot');
  return readSnapshot(joined(toJson(document)), 'w');
}

t.test('a probes what the page claims; the details have the answers', (t) => {
  t.strictSame(effectOf(START, 'a'), { kind: 'probe' });
  const recording = { ...START, source: { kind: 'recording', file: 'x' } } as const;
  t.equal(effectOf(recording, 'a'), null);
  t.match(message(press(recording, 'a')), 'a recording cannot be probed');
  const broken = ask(HOLDS, BROKEN);
  t.match(
    detailsOf(broken),
    /Claims of the page, probed 2026-01-31 12:00:00 UTC\nholds +tls: it speaks TLS\nbroken +tls: it speaks no/,
  );
  t.notMatch(detailsOf(broken, 10248), /Claims of the page/);
  t.match(detailsOf(broken), /next +See which claim is broken, below\./);
  t.match(detailsOf(broken, 10248), /next +Nothing to do\./);
  const listener = screenText(press(broken, '2 : :10250 return return'));
  t.match(
    listener,
    /explained by +the page: kubelet\n[\s\S]*next +See which claim is broken[\s\S]*broken +tls: it speaks no/,
  );
  t.end();
});

t.test('the message says which rows have broken claims', (t) => {
  const rest = 'Enter on a row shows its own';
  const other = claimOf(9879, 'x', 'broken', 'error');
  const unverified = claimOf(10248, 'x', 'unverified', 'unknown');
  t.match(message(ask(HOLDS, HOLDS)), `all 2 claims of the page hold; ${rest}`);
  t.match(message(ask()), 'nothing to probe: no service of the page listens here');
  const unseen = nodeWith([{ ...KUBELET_API, owners: [], ownersUnknown: 'permission' }]);
  t.match(message(withAnswers(START, { ...unseen, claims: [] })), 'which listeners are those of the page is unknown');
  t.match(message(ask(HOLDS, unverified)), `1 of 2 claims of the page is unverified: kubelet 127.0.0.1:10248; ${rest}`);
  t.match(
    message(ask(HOLDS, BROKEN, unverified)),
    `1 of 3 claims of the page is broken: kubelet 127.0.0.1:10250; ! marks the rows; ${rest}`,
  );
  t.match(
    message(ask(BROKEN, other, BROKEN)),
    `3 of 3 claims of the page are broken: kubelet 127.0.0.1:10250, cilium-agent 127.0.0.1:9879; ! marks the rows; ${rest}`,
  );
  const nowhere = { ...other, endpoint: null, row: { ...other.row, service: 'x\x1b' } };
  t.match(message(ask(nowhere)), 'is broken: x\\x1b localhost:9879/tcp;');
  t.end();
});

t.test('broken claims mark their row, count in the summary, and can be filtered and found', (t) => {
  const warning = claimOf(10248, 'it expires in 3 days', 'broken', 'warning');
  const state = ask(HOLDS, BROKEN, BROKEN, warning);
  const marked = (one: State) => linesOf(one).filter((line) => line.startsWith('!'));
  t.match(marked(state), [/^! +✓ ok +kubelet +\*:10250/, /^! +✓ ok +kubelet +localhost:10248/]);
  const line = linesOf(state)[2] ?? '';
  t.match(line, /^✗ DRIFT .* · 3 claims broken /);
  const narrow = linesOf(press(resized(state, { size: { width: 60, height: 24 } }), 'g'));
  t.match(narrow[2], / · 3 claims broken {2}1 exposed /);
  const clicked = handleMouse(state, { kind: 'press', line: 2, column: line.indexOf('claims') }).state;
  t.equal(clicked.filter, 'claim:broken');
  t.match(screenText(clicked), / 1\/2 of 5$/m);
  t.match(screenText(press(state, '/ :claim:hold')), / 1\/1 of 5$/m);
  t.match(screenText(press(state, '/ :claim:x')), 'no result of a claim begins with "x": broken, unverified, holds');
  // Errors first, and a fault for f and n.
  const keys = (one: State) => listOf(one).lines.flatMap((item) => (typeof item === 'string' ? [] : item.severity));
  t.strictSame(keys(press(state, 'f')), ['error', 'error', 'none', 'none']);
  t.match(screenText(press(state, 'g n n')), /│ .* tls is broken: it speaks no TLS/);
  t.end();
});

t.test('a filter of claims says that nothing was probed', (t) => {
  t.match(screenText(press(START, '/ :claim:broken')), 'nothing was probed yet: a does; Esc clears the filter');
  const recording = screenWith([NODE], { source: { kind: 'recording', file: 'x' } });
  t.match(screenText(press(recording, '/ :claim:broken')), 'the snapshot was taken without --probe');
  t.end();
});

t.test('answers are shown during a pause, and stay when it ends', (t) => {
  const paused = press(START, 'p');
  const answered = withAnswers(paused, { ...NODE, claims: [BROKEN], unasked: [] });
  for (const state of [answered, press(answered, 'p')]) t.match(linesOf(state)[2], / · 1 claim broken /);
  t.end();
});

t.test('answers go with the socket or the process that gave them', (t) => {
  const answered = ask(HOLDS, claimOf(10248, 'it speaks TLS', 'holds', 'none'));
  const withApi = (...api: (typeof KUBELET_API)[]) => withSnapshot(answered, nodeWith([KUBELET, CILIUM, ...api]));
  const api = (pids: readonly number[], id = KUBELET_API.id) =>
    held('kubelet', '0.0.0.0', 10250, { id, owners: pids.map((pid) => processOwner('kubelet', { pid })) });
  const owner = KUBELET_API.owners[0];
  const pid = owner?.kind === 'process' ? owner.pid : 0;
  t.match(detailsOf(withApi(api([pid, 77]))), 'it speaks TLS', 'a child has it too');
  for (const gone of [withApi(), withApi(api([77])), withApi(api([pid], 'tcp:77'))]) {
    t.notMatch(detailsOf(gone), 'Claims of the page');
    t.match(detailsOf(gone, 10248), 'it speaks TLS', 'the other row is as it was');
    t.strictSame(
      saved(gone).claims?.map(({ row }) => row.port),
      [10248],
    );
  }
  t.notOk('claims' in saved(withSnapshot(answered, nodeWith([]))), 'nothing is left');
  t.end();
});

t.test('w saves the answers, and a replay shows them', (t) => {
  t.notOk('claims' in saved(START));
  const document = saved(ask(HOLDS, BROKEN));
  t.equal(document.summary.result, 'drift');
  t.strictSame(document.unasked, []);
  const replayed = screenWith([document], { source: { kind: 'recording', file: 'x' } });
  t.match(detailsOf(replayed), /Claims of the page\nholds +tls: it speaks TLS\nbroken +tls: it speaks no/);
  t.strictSame(saved(replayed).claims, document.claims);
  t.end();
});
