import { readFileSync } from 'node:fs';
import t from 'tap';
import { SockwatchError } from '../../../src/base/errors.js';
import { toJson } from '../../../src/report/json.js';
import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import { readSnapshot } from '../../../src/snapshot/document/read_snapshot.js';
import { redact } from '../../../src/snapshot/redact/redact.js';
import { joined } from '../../joined.js';

const recording = (name: string): string =>
  readFileSync(new URL(`../../../../test/fixtures/snapshots/${name}`, import.meta.url), 'utf8');
const EVERY_VERDICT = recording('every_verdict.json');

type Changed = { -readonly [Key in keyof SnapshotDocument]: SnapshotDocument[Key] };

function refusal(change: (document: Changed) => void): SockwatchError | null {
  const document: Changed = JSON.parse(EVERY_VERDICT);
  change(document);
  try {
    readSnapshot(JSON.stringify(document), 'node.json');
    return null;
  } catch (error) {
    if (error instanceof SockwatchError) return error;
    throw error;
  }
}

t.test('a reference to what is not there', (t) => {
  const cases: [name: string, change: (document: Changed) => void, message: RegExp][] = [
    [
      'the socket of a finding was removed',
      (one) => {
        const [first] = one.findings.flatMap(({ sockets }) => sockets);
        one.sockets = one.sockets.filter(({ id }) => id !== first);
      },
      /^node\.json: expected the id of a socket in this snapshot at findings\[\d+\]\.sockets\[0\], found "\S+"$/,
    ],
    [
      'every socket was removed',
      (one) => {
        one.sockets = [];
      },
      /at findings\[\d+\]\.sockets\[0\]/,
    ],
    [
      'a parameter of a finding',
      ({ findings }) => Object.assign(findings[3] ?? {}, { code: 'runs-but-not-here', params: { others: ['tcp:7'] } }),
      /at findings\[3\]\.params\.others\[0\], found "tcp:7"$/,
    ],
    [
      'a cause that is not there',
      ({ findings }) => Object.assign(findings[3] ?? {}, { causedBy: findings.length }),
      /^node\.json: expected the index of another finding at findings\[3\]\.causedBy, found \d+$/,
    ],
    [
      'a cause below 0',
      ({ findings }) => Object.assign(findings[3] ?? {}, { causedBy: -1 }),
      /at findings\[3\]\.causedBy, found -1$/,
    ],
    [
      'a finding that causes itself',
      ({ findings }) => Object.assign(findings[3] ?? {}, { causedBy: 3 }),
      /at findings\[3\]\.causedBy, found 3$/,
    ],
    [
      'what the role was read from',
      ({ node }) => Object.assign(node, { roleReason: { code: 'service-listens', params: { sockets: ['tcp:8\n'] } } }),
      /at node\.roleReason\.params\.sockets\[0\], found "tcp:8"$/,
    ],
  ];
  for (const [name, change, message] of cases) {
    const error = refusal(change);
    t.match(error, { code: 'ERR_INPUT', hint: /changed after/ }, name);
    t.match(error?.message, message, name);
  }
  t.end();
});

t.test('an address that is none', (t) => {
  for (const address of ['fe80::1%eth0', 'localhost', '1.2', '']) {
    t.match(
      refusal(({ sockets }) => Object.assign(sockets.find(({ protocol }) => protocol === 'tcp') ?? {}, { address })),
      { code: 'ERR_INPUT', message: /^node\.json: expected an IP address at sockets\[\d+\]\.address, found / },
    );
  }
  t.end();
});

t.test('what the reader does not use may refer to anything', (t) => {
  const later = { code: 'of-a-later-version', params: { others: ['tcp:7'] } };
  t.equal(
    refusal(({ findings }) => Object.assign(findings[3] ?? {}, later)),
    null,
  );
  t.equal(
    refusal(({ node }) => Object.assign(node, { roleReason: later })),
    null,
  );
  t.end();
});

t.test('sockets of services that do not listen are in their own list', (t) => {
  const moved = (one: Changed): void => {
    one.bound = one.sockets;
    one.sockets = [];
  };
  t.equal(refusal(moved), null);
  t.end();
});

t.test('an event may name a socket that no reading of the tables had', (t) => {
  const [finding] = readSnapshot(EVERY_VERDICT, 'x').findings;
  const after = { ...finding, sockets: ['tcp:7'] };
  const events = [{ event: 'verdict', at: '2026-01-31T12:00:00.000Z', before: null, after }];
  t.equal(
    refusal((one) => Object.assign(one, { events })),
    null,
  );
  t.end();
});

t.test('snapshots of this program, of all versions, refer to what they have', (t) => {
  for (const name of ['every_verdict.json', 'v1-0.1.0.json']) {
    const document = readSnapshot(recording(name), name);
    t.ok(readSnapshot(joined(toJson(redact(document))), name), `${name}, redacted`);
  }
  t.end();
});

t.test('a summary that says something else than the findings', (t) => {
  const document = JSON.parse(EVERY_VERDICT);
  const { summary } = readSnapshot(EVERY_VERDICT, 'x');
  t.match(summary, document.summary, 'the same where it says the same');
  document.summary = { ...document.summary, result: 'match', verdicts: { ok: 1000 } };
  t.strictSame(readSnapshot(JSON.stringify(document), 'x').summary, summary);
  document.summary.failOn = 'never';
  t.equal(readSnapshot(JSON.stringify(document), 'x').summary.result, 'match', 'nothing counts as drift');
  t.end();
});
