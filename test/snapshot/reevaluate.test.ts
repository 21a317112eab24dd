import { readFileSync } from 'node:fs';
import t from 'tap';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';
import { captureOf, reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { NO_NOTES } from '../../src/spec/notes.js';
import type { Finding } from '../../src/verdict/finding.js';
import { capture, held, row, spec, unixRow } from '../verdict/factory.js';
import { documentOf } from './document/document.js';

const LAB = readSnapshot(
  readFileSync(new URL('../../../test/fixtures/snapshots/v1-0.1.0.json', import.meta.url), 'utf8'),
  'v1-0.1.0.json',
);
const AS_BEFORE = { spec: builtinSpec(), role: 'auto', failOn: 'warning' } as const;

t.test('with the page, notes and role it was made with it stays what it was', (t) => {
  const again = reevaluate(LAB, AS_BEFORE);
  // By a pod, where version 0.1.0 knew names only.
  const facts = ({ verdict, severity, expected, sockets }: Finding) => ({ verdict, severity, expected, sockets });
  t.strictSame(again.findings.map(facts), LAB.findings.map(facts), 'a document without codes is evaluated as before');
  const summary = { ...LAB.summary, byName: 0 };
  const { remarks, sha256 } = again.spec;
  t.match(remarks, [{ code: 'release-unknown', params: { release: '1.36' } }]);
  const page = { ...LAB.spec, release: '1.36', sha256, remarks };
  t.strictSame({ ...again, findings: [] }, { ...LAB, spec: page, summary, findings: [] });
  t.strictSame(reevaluate(again, AS_BEFORE), again);
  const there = reevaluate(again, { ...AS_BEFORE, role: 'worker' });
  t.strictSame(reevaluate(there, { ...AS_BEFORE, role: 'control-plane' }), {
    ...again,
    node: { ...LAB.node, roleSource: 'flag', roleReason: { code: 'requested', params: {} } },
  });
  t.end();
});

t.test('with another page, notes, role or threshold', (t) => {
  const other = spec([row('*:31337', 'backdoor'), unixRow('/run/other.sock', 'other')], { title: 'Ours' });
  const judged = reevaluate(LAB, { ...AS_BEFORE, spec: other });
  t.match(judged.spec, { title: 'Ours', source: 'page.md', notes: [] });
  t.match(judged.findings.slice(0, 2), [
    { verdict: 'ok' },
    { verdict: 'unverified', code: 'no-listener-file-unchecked' },
  ]);
  t.match(judged.sockets.find(({ port }) => port === 31337)?.explainedBy, { by: 'page', text: 'backdoor' });
  t.match(judged.sockets.find(({ port }) => port === 22)?.explainedBy, { by: null, text: null }, 'and sshd no more');
  for (const key of ['capturedAt', 'coverage', 'files', 'generator'] as const) t.strictSame(judged[key], LAB[key], key);

  const worker = reevaluate(LAB, { ...AS_BEFORE, role: 'worker' });
  t.match(worker.node, { role: 'worker', roleSource: 'flag' });
  t.ok(worker.summary.verdicts['not-applicable'] > 0);
  const strict = reevaluate(LAB, { ...AS_BEFORE, spec: { ...builtinSpec(), notes: NO_NOTES } });
  t.ok(strict.summary.verdicts.unexpected > LAB.summary.verdicts.unexpected);
  t.match(reevaluate(LAB, { ...AS_BEFORE, failOn: 'never' }).summary, { result: 'match', failOn: 'never' });
  t.end();
});

t.test('a role that the document does not give is sought in its sockets', (t) => {
  const unknown = { ...LAB, node: { ...LAB.node, role: 'unknown', roleSource: 'nobody looked' } } as const;
  t.match(reevaluate(unknown, AS_BEFORE).node, {
    role: 'control-plane',
    roleSource: /^kube-apiserver .* is listening$/,
  });
  const none = { ...documentOf(), node: unknown.node };
  t.match(reevaluate(none, AS_BEFORE).node, { role: 'unknown', roleReason: { code: 'no-service-seen' } });
  t.end();
});

t.test('sockets of other namespaces are kept and not judged', (t) => {
  const page = spec([row('localhost:10248', 'kubelet')]);
  const own = documentOf(page, capture([held('kubelet', '127.0.0.1', 10248)]));
  const [mine] = own.sockets;
  if (mine === undefined) throw new Error('no socket');
  const other = { ...mine, id: 'tcp:1@77', netns: '77', address: '0.0.0.0' };
  const both = { ...own, sockets: [mine, other] };
  t.strictSame(captureOf(both).sockets, [mine]);
  const judged = reevaluate(both, { ...AS_BEFORE, spec: page });
  t.strictSame(judged.findings, own.findings);
  t.match(judged.sockets, [{ explainedBy: { by: 'page' } }, { id: 'tcp:1@77', explainedBy: { by: null } }]);
  t.end();
});

t.test('what the coverage comes to is not taken on trust', (t) => {
  const [first, ...rest] = LAB.coverage.sources;
  if (first === undefined) throw new Error('no source');
  const failed = { ...first, status: 'failed' as const, error: 'x' };
  const judged = reevaluate({ ...LAB, coverage: { complete: true, sources: [failed, ...rest] } }, AS_BEFORE);
  t.equal(judged.coverage.complete, false);
  t.equal(reevaluate(judged, { ...AS_BEFORE, failOn: 'never' }).summary.result, 'incomplete');
  t.end();
});
