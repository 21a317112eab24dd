import { readFileSync } from 'node:fs';
import t from 'tap';
import { COVERAGE_CODES } from '../../../src/base/coverage_codes.js';
import { SockwatchError } from '../../../src/base/errors.js';
import { toJson } from '../../../src/report/json.js';
import { toTable } from '../../../src/report/table.js';
import { diff } from '../../../src/snapshot/diff/diff.js';
import { MAX_VALUES } from '../../../src/snapshot/document/json_bounds.js';
import { readSnapshot } from '../../../src/snapshot/document/read_snapshot.js';
import { redact } from '../../../src/snapshot/redact/redact.js';
import { reevaluate } from '../../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../../src/spec/builtin.js';
import { CLAIM_CODES } from '../../../src/verdict/claim_codes.js';
import { FINDING_CODES } from '../../../src/verdict/codes.js';
import { PAGE_CODES } from '../../../src/verdict/page_remarks.js';
import { ROLE_CODES } from '../../../src/verdict/role_codes.js';
import { joined } from '../../joined.js';
import { capture, device, held, listener, row, spec, unixListener } from '../../verdict/factory.js';
import { documentOf } from './document.js';

const SCHEMA = '../../../../src/snapshot/document/snapshot.schema.json';

/** A lab node with four faults, as version 0.1.0 wrote it. */
const OLD = readFileSync(new URL('../../../../test/fixtures/snapshots/v1-0.1.0.json', import.meta.url), 'utf8');

const FULL = documentOf(
  spec([row('localhost:10248', 'kubelet'), row('*:8472/udp', 'cilium-agent')]),
  capture([
    held('kubelet', '127.0.0.1', 10248),
    listener('::', 8472, { protocol: 'udp', owners: [device('cilium_vxlan')] }),
    listener('0.0.0.0', 22),
    unixListener('/run/x.sock'),
  ]),
);

const CUT = joined(toJson(FULL));

function refusal(text: string): string {
  try {
    readSnapshot(text, 'node.json');
  } catch (error) {
    if (!(error instanceof SockwatchError)) throw error;
    if (error.code !== 'ERR_INPUT') throw new Error(`code ${error.code}`);
    return error.message;
  }
  throw new Error('it was read');
}

/** The text of a snapshot with the value at a path replaced; undefined removes it. */
function changed(path: readonly (string | number)[], value: unknown, text: string = joined(toJson(FULL))): string {
  const document = JSON.parse(text);
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce((at, key) => at[key], document);
  parent[last] = value;
  return JSON.stringify(document);
}

t.test('what was written is read as it was', (t) => {
  t.strictSame(readSnapshot(joined(toJson(FULL)), 'x'), FULL);
  t.end();
});

t.test('a snapshot of version 0.1.0 is still read', (t) => {
  const document = readSnapshot(OLD, 'old.json');
  const findings = document.findings.map(({ code, params, advice, configuration, causedBy, ...rest }) => {
    const added = { code, params, advice, configuration, causedBy };
    t.strictSame(added, { code: null, params: {}, advice: null, configuration: null, causedBy: null });
    return rest;
  });
  const sources = document.coverage.sources.map(({ errors, notes, ...rest }) => {
    t.strictSame({ errors, notes }, { errors: [], notes: [] });
    return rest;
  });
  const { roleReason, defaultAddresses, defaultSource, ...facts } = document.node;
  const { isInstalled, isBootstrapped, release, configuration, services, networkFeature, ...node } = facts;
  t.strictSame([isInstalled, isBootstrapped, release, configuration, services, networkFeature], Array(6).fill(null));
  const { byName, verdicts, ...rest } = document.summary;
  const { configured, ...counts } = verdicts;
  t.equal(configured, 0);
  const summary = { ...rest, verdicts: counts };
  t.equal(byName, 7, 'counted');
  const files = document.files.map(({ mountDevice, isProtected, ...rest }) => {
    t.strictSame({ mountDevice, isProtected }, { mountDevice: null, isProtected: null });
    return rest;
  });
  t.equal(roleReason, null);
  t.strictSame(defaultAddresses, node.defaultInterface?.addresses, 'those of the default interface');
  t.equal(defaultSource, 'default-route');
  const { release: page, remarks, ...spec } = document.spec;
  t.strictSame([page, remarks], [null, []]);
  const old = { ...document, node, spec, summary, findings, files, coverage: { ...document.coverage, sources } };
  t.strictSame(old, JSON.parse(OLD), 'nothing else is lost or added');
  t.match(document.summary, { result: 'drift', verdicts: { exposed: 1, missing: 1, 'wrong-owner': 1, unexpected: 1 } });
  t.equal(document.sockets.length, 36);
  t.end();
});

t.test('fields that later versions add are kept; those that came later are filled in', (t) => {
  const later = readSnapshot(changed(['sockets', 0, 'later'], { a: [1] }, changed(['new'], 'x')), 'x');
  t.match(later, { new: 'x', sockets: [{ later: { a: [1] } }] });
  const old = JSON.parse(joined(toJson(FULL)));
  for (const key of ['namespaces', 'files']) delete old[key];
  for (const key of ['interfaces', 'ephemeralPorts']) delete old.node[key];
  delete old.summary.failOn;
  old.summary.verdicts = { ok: 1 };
  for (const source of old.coverage.sources) for (const key of ['note', 'errors', 'notes']) delete source[key];
  delete old.node.roleReason;
  for (const finding of old.findings) for (const key of ['code', 'params', 'advice']) delete finding[key];
  for (const socket of old.sockets) {
    for (const key of ['type', 'file', 'cgroupId', 'origin', 'explainedBy']) delete socket[key];
    for (const owner of socket.owners) delete owner.startedAt;
  }
  const document = readSnapshot(JSON.stringify(old), 'x');
  t.match(document, { namespaces: null, files: [], node: { interfaces: [], ephemeralPorts: null } });
  t.match(document.summary, { failOn: 'warning', verdicts: { ok: 2, missing: 0 } });
  t.match(document.findings[0], { code: null, params: {}, advice: null });
  t.match(document.sockets[0], { type: null, file: null, cgroupId: null, origin: null, explainedBy: { by: null } });
  t.match(document.sockets[0]?.owners[0], { startedAt: null });
  t.match(document.coverage.sources[0], { note: null, errors: [], notes: [] });
  t.equal(document.node.roleReason, null);
  t.end();
});

t.test('words that later versions add are read as those that say the least', (t) => {
  const later = JSON.parse(joined(toJson(FULL)));
  const [socket, other] = later.sockets;
  Object.assign(socket, { protocol: 'sctp', family: 'vsock', state: 'BOUND', type: 'x', ownersUnknown: null });
  socket.owners = [{ kind: 'enclave', name: 'x' }];
  socket.explainedBy = { by: 'configuration', text: 'x' };
  Object.assign(other, { owners: [], ownersUnknown: 'seccomp' });
  const [finding] = later.findings;
  Object.assign(finding, {
    verdict: 'planned',
    severity: 'notice',
    matchedBy: 'seal',
    code: 'planned',
    params: {},
  });
  finding.expected = { ...finding.expected, role: 'etcd', protocol: 'sctp' };
  later.findings = [finding];
  later.summary = { result: 'partial', failOn: 'notice', verdicts: { planned: 1 } };
  later.node.role = 'etcd';
  Object.assign(later.coverage.sources[0], { status: 'stale', error: 'x' });
  later.coverage.sources[0].errors = [{ code: 'later', params: {} }];
  const document = readSnapshot(JSON.stringify(later), 'later.json');
  t.match(document.sockets, [
    { protocol: 'sctp', owners: [], ownersUnknown: 'not-found', explainedBy: { by: null, text: null } },
    { owners: [], ownersUnknown: 'not-found' },
  ]);
  t.match(document.findings[0], {
    ...{ verdict: 'unverified', severity: 'unknown', matchedBy: null, code: null, params: {} },
    message: finding.message,
  });
  t.match(document.summary, { result: 'incomplete', failOn: 'warning', verdicts: { unverified: 1, ok: 0 } });
  t.equal(document.node.role, 'unknown');
  t.match(document.coverage.sources[0], { status: 'partial', errors: [] });
  for (const use of [reevaluate(document, { spec: builtinSpec() }), redact(document)]) t.ok(joined(toTable(use)));
  t.ok(diff(FULL, document));
  t.end();
});

t.test('remarks on the page are rendered from their codes', (t) => {
  const params = { release: '1.36', installed: '1.40.1' };
  const remarks = [
    { code: 'release-without-page', params, message: 'x' },
    { code: 'of-later-version', params, message: 'y' },
  ];
  const { spec } = readSnapshot(
    JSON.stringify({ ...JSON.parse(OLD), spec: { ...JSON.parse(OLD).spec, remarks } }),
    'x',
  );
  const message = 'there is no page of 1.40.1, which is installed; this is the page of 1.36, the newest';
  t.strictSame(spec.remarks, [{ code: 'release-without-page', params, message }]);
  t.end();
});

t.test('the schema lists the codes of this version', (t) => {
  const schema = JSON.parse(readFileSync(new URL(SCHEMA, import.meta.url), 'utf8'));
  const codes = (coded: { properties: { code: { anyOf: [{ enum: string[] }] } } }) =>
    coded.properties.code.anyOf[0].enum;
  t.strictSame(codes(schema.$defs.finding), Object.keys(FINDING_CODES));
  t.strictSame(codes(schema.$defs.fault), Object.keys(COVERAGE_CODES));
  t.strictSame(codes(schema.$defs.claimEvidence), Object.keys(CLAIM_CODES));
  t.strictSame(codes(schema.properties.node.properties.roleReason.anyOf[0]), Object.keys(ROLE_CODES));
  t.strictSame(codes(schema.properties.spec.properties.remarks.items), Object.keys(PAGE_CODES));
  t.end();
});

t.test('what is no snapshot', (t) => {
  const cases: [name: string, text: string, message: RegExp][] = [
    ['nothing', ' \n', /^node\.json: expected a snapshot of k8s-sockwatch, found an empty file$/],
    [
      'cut off in a text',
      CUT.slice(0, 500),
      /^node\.json: expected a snapshot of k8s-sockwatch, found JSON that ends too early$/,
    ],
    ['cut off in a number', CUT.slice(0, CUT.indexOf('10248') + 3), /found JSON that ends too early$/],
    ['cut off after a comma', CUT.slice(0, CUT.indexOf(',') + 1), /found JSON that ends too early$/],
    ['a number that is none', CUT.replace('10248', 'NaN'), /expected valid JSON, found unexpected token .*NaN/],
    ['a comma too many', CUT.replace('"node":', ',"node":'), /expected valid JSON, found expected .* at position \d+/],
    ['a matrix', '{"schemaVersion":1,"kind":"matrix"}', /expected a snapshot .*, found a matrix, the output of check$/],
    ['text with brackets', '[a', /found text that is not JSON$/],
    ['text', 'Netid State Recv-Q', /expected a snapshot of k8s-sockwatch, found text that is not JSON$/],
    ['control characters', '{"a": \x1b[31m}', /^[^\p{Cc}]+$/u],
    ['a list', '[]', /: expected a snapshot of k8s-sockwatch, found a list$/],
    ['null', 'null', /found null$/],
    ['a string', '"x"', /found text$/],
    ['other JSON', '{"kind": "PodList"}', /found JSON without the key schemaVersion$/],
    [
      'a later schema',
      '{"schemaVersion": 2}',
      /: expected schemaVersion 1, found 2: written by a later k8s-sockwatch$/,
    ],
    ['a schema of its own', '{"schemaVersion": "1"}', /: expected the key generator, found none$/],
    ['version 0', changed(['schemaVersion'], 0), /: expected 1 at schemaVersion, found 0$/],
    ['no sockets', changed(['sockets'], undefined), /: expected the key sockets, found none$/],
    ['sockets of another form', changed(['sockets'], {}), /: expected a list at sockets, found an object$/],
    ['a port that is none', changed(['sockets', 2, 'port'], 65536), /at sockets\[2\]\.port, found 65536$/],
    [
      'a port as text',
      changed(['sockets', 2, 'port'], '22'),
      /: expected a whole number at sockets\[2\]\.port, found "22"$/,
    ],
    [
      'a kind of owner that is no text',
      changed(['sockets', 0, 'owners', 0, 'kind'], 7),
      /: expected .* at sockets\[0\]/,
    ],
    [
      'a kernel device without name',
      changed(['sockets', 1, 'owners', 0, 'device'], undefined),
      /the key device in sockets\[1\]/,
    ],
    ['a process without pid', changed(['sockets', 0, 'owners', 0, 'pid'], undefined), /the key pid in sockets\[0\]/],
    [
      'owners and unknown',
      changed(['sockets', 0, 'ownersUnknown'], 'permission'),
      /null at sockets\[0\]\.ownersUnknown/,
    ],
    [
      'owners that are text',
      changed(['sockets', 0, 'owners'], 'x'),
      /expected a list at sockets\[0\]\.owners, found "x"$/,
    ],
    ['a verdict', changed(['findings', 0, 'verdict'], 7), /at findings\[0\]\.verdict, found 7$/],
    [
      'a date',
      changed(['capturedAt'], 'yesterday\n'),
      /a time such as [-0-9]+T03:00:00.000Z at capturedAt, found "yesterday"$/,
    ],
    [
      'deep nesting',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /: expected at most 64 levels of nesting, found deeper nesting$/,
    ],
  ];
  for (const [name, text, message] of cases) {
    const found = refusal(text);
    t.match(found, message, name);
    t.notMatch(found, /[\p{Cc}]/u, `${name}: one line`);
    t.ok(found.length < 400, `${name}: and not a long one`);
  }
  t.end();
});

t.test('brackets in strings nest nothing', (t) => {
  const text = changed(['title'], `\\"${'['.repeat(1000)}\\\\`);
  t.match(readSnapshot(text, 'x'), { title: String });
  t.end();
});

t.test('more values than any node has are refused before they take memory', (t) => {
  t.match(refusal(`[${'0,'.repeat(MAX_VALUES)}0]`), /: expected at most 4000000 values, found more$/);
  t.match(refusal(`[${'0,'.repeat(MAX_VALUES - 3)}0]`), /found a list$/, 'and no earlier');
  t.end();
});
