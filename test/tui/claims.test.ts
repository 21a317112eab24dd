import t from 'tap';
import { toJson } from '../../src/report/json.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
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

t.test('a asks what the page claims; the details have the answers', (t) => {
  t.strictSame(effectOf(START, 'a'), { kind: 'ask' });
  const recording = { ...START, source: { kind: 'recording', file: 'x' } } as const;
  t.equal(effectOf(recording, 'a'), null);
  t.match(message(press(recording, 'a')), 'a recording cannot be probed');
  const broken = ask(HOLDS, BROKEN);
  t.match(
    detailsOf(broken),
    /Claims of the page, probed 2026-01-31 12:00:00 UTC\nholds +tls: it speaks TLS\nbroken +tls: it speaks no/,
  );
  t.notMatch(detailsOf(broken, 10248), /Claims of the page/);
  t.end();
});

t.test('the message says which rows have broken claims', (t) => {
  const rest = 'Enter on a row shows its own';
  const other = claimOf(9879, 'x', 'broken', 'error');
  const unverified = claimOf(10248, 'x', 'unverified', 'unknown');
  t.match(message(ask(HOLDS, HOLDS)), `all 2 claims of the page hold; ${rest}`);
  t.match(message(ask()), 'nothing to probe');
  t.match(message(ask(HOLDS, unverified)), `1 of 2 claims of the page is unverified: kubelet 127.0.0.1:10248; ${rest}`);
  t.match(
    message(ask(HOLDS, BROKEN, unverified)),
    `1 of 3 claims of the page is broken: kubelet 127.0.0.1:10250; ${rest}`,
  );
  t.match(
    message(ask(BROKEN, other, BROKEN)),
    `3 of 3 claims of the page are broken: kubelet 127.0.0.1:10250, cilium-agent 127.0.0.1:9879; ${rest}`,
  );
  const nowhere = { ...other, endpoint: null, row: { ...other.row, service: 'x\x1b' } };
  t.match(message(ask(nowhere)), 'is broken: x\\x1b localhost:9879/tcp;');
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
