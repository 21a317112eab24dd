import stringWidth from 'string-width';
import t from 'tap';
import { MAX_LINE_LENGTH, toLine } from '../../src/report/line.js';
import type { Result, SnapshotDocument } from '../../src/snapshot/document/document.js';
import type { Claim } from '../../src/verdict/claim.js';
import { documentOf } from '../snapshot/document/document.js';
import { capture, coverage, held, listener, processOwner, row, spec } from '../verdict/factory.js';

const PAGE = spec([
  row('localhost:10248', 'kubelet'),
  row('*:10250', 'kubelet'),
  row('default:6400', 'k8sd'),
  row('*:10259', 'kube-scheduler'),
]);
const GOOD = [
  held('kubelet', '127.0.0.1', 10248),
  held('kubelet', '0.0.0.0', 10250),
  held('k8sd', '192.0.2.2', 6400),
  held('kube-scheduler', '0.0.0.0', 10259),
];

function line(sockets: Parameters<typeof capture>[0], seen: Parameters<typeof capture>[1] = {}): string {
  return toLine(documentOf(PAGE, capture(sockets, seen)));
}

t.test('the conclusion, worst first', (t) => {
  t.equal(line(GOOD), 'the node matches the page: 4 ok\n');
  const open = held('kubelet', '0.0.0.0', 10248);
  t.equal(line([open, ...GOOD.slice(1)]), '1 exposed: kubelet localhost:10248/tcp\n');
  t.equal(
    line([open, ...GOOD.slice(1, 2)]),
    '1 exposed, 2 missing: kubelet localhost:10248/tcp exposed; +2 more\n',
    'verdicts are named where there are several',
  );
  t.equal(
    line([...GOOD.slice(0, 2), listener('192.0.2.2', 6400), ...GOOD.slice(3)]),
    'incomplete, no drift found: 1 unverified: k8sd default:6400/tcp\n',
  );
  t.equal(
    line(GOOD, { coverage: coverage({ udp: 'failed' }) }),
    'incomplete, no drift found: udp failed (udp is broken)\n',
  );
  t.equal(line([...GOOD, held('nc', '0.0.0.0', 7000)]), '1 unexpected: nc 0.0.0.0:7000/tcp\n');
  t.equal(
    toLine(documentOf(PAGE, capture([open, ...GOOD.slice(1)]), 'never')),
    'allowed by --fail-on: 1 exposed, 3 ok\n',
  );
  const unheld = listener('192.0.2.2', 6400);
  t.equal(
    toLine(documentOf(PAGE, capture([open, ...GOOD.slice(1, 2), unheld, ...GOOD.slice(3)]), 'never')),
    'incomplete, 1 allowed by --fail-on: 1 unverified: k8sd default:6400/tcp\n',
    'what is let pass was seen all the same',
  );
  t.equal(
    line([open, ...GOOD.slice(1, 2), unheld, ...GOOD.slice(3)]),
    '1 exposed, 1 unverified: kubelet localhost:10248/tcp exposed\n',
    'beside drift, what could not be verified is counted',
  );
  t.end();
});

/** The line for a listener of a program with this name. */
function named(name: string, ...more: string[]): string {
  const sockets = [name, ...more].map((comm, at) => {
    const owner = processOwner(comm, { comm, exe: null, argv0: null });
    return held(comm, '0.0.0.0', 7000 + at, { owners: [owner] });
  });
  return line([...GOOD, ...sockets]).slice(0, -1);
}

t.test('never more than 80 columns, nor bytes', (t) => {
  const around = named('').length;
  const exact = named('x'.repeat(MAX_LINE_LENGTH - around));
  t.equal(exact.length, MAX_LINE_LENGTH);
  t.notMatch(exact, '…', 'exactly 80 fit');
  const longer = named('x'.repeat(MAX_LINE_LENGTH - around + 1));
  t.match(longer, /^1 unexpected: x+ …$/, 'one more is cut between words');
  t.match(named('y'.repeat(200)), /^1 unexpected: y+…$/, 'and a word that is too long within');
  t.match(named('z'.repeat(200), 'other'), /^2 unexpected: z+…; \+1 more$/, 'what is left out is counted all the same');
  const names = ['漢字'.repeat(40), '🦀'.repeat(40), 'e\u0301'.repeat(60), 'ä'.repeat(90), `${'a b '.repeat(60)}`];
  for (const name of [...names, '\u001b[31m'.repeat(20), 'a\nb\u2028c\u202ed', '\ud800'.repeat(50), ' '.repeat(100)]) {
    const text = named(name, 'other');
    t.ok(stringWidth(text) <= MAX_LINE_LENGTH, `${stringWidth(text)} columns`);
    t.ok(Buffer.byteLength(text) <= MAX_LINE_LENGTH, `${Buffer.byteLength(text)} bytes`);
    t.notMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u, 'printable');
    t.match(text, /^2 unexpected: .*; (\+1 more|other .*)$/u);
  }
  t.end();
});

t.test('as many as there is room for', (t) => {
  t.equal(named('a', 'b', 'c'), '3 unexpected: a 0.0.0.0:7000/tcp; b 0.0.0.0:7001/tcp; c 0.0.0.0:7002/tcp');
  t.equal(named('a', 'b', 'cc', 'd'), '4 unexpected: a 0.0.0.0:7000/tcp; b 0.0.0.0:7001/tcp; +2 more');
  const nothing: SnapshotDocument = { ...documentOf(), findings: [] };
  t.equal(toLine(nothing), 'the node matches the page\n');
  t.end();
});

t.test('why it is incomplete, where no row is unverified', (t) => {
  const document = documentOf(PAGE, capture(GOOD));
  const [finding] = document.findings;
  if (finding === undefined) throw new Error('no finding');
  const message = 'this machine is not a node of Canonical Kubernetes: no file, unit or listener of it is here';
  const noNode = { ...finding, code: 'not-a-node', verdict: 'not-applicable', message } as const;
  const summary = { ...document.summary, result: 'incomplete', byName: 4 } as const;
  t.equal(
    toLine({ ...document, summary, findings: [noNode, noNode] }),
    'incomplete: this machine is not a node of Canonical Kubernetes: no file, …\n',
  );
  const owners = document.coverage.sources.map((source) =>
    source.name === 'owners' ? { ...source, notes: [{ code: 'ss-comm-only', params: {} } as const] } : source,
  );
  t.equal(
    toLine({ ...document, summary, coverage: { ...document.coverage, sources: owners } }),
    'incomplete, no drift found: 4 rows are known by name only\n',
  );
  t.end();
});

t.test('claims', (t) => {
  const document = documentOf(PAGE, capture(GOOD));
  const withClaims = (result: Result, ...claims: Partial<Claim>[]): string =>
    toLine({ ...document, summary: { ...document.summary, result }, claims: claims as Claim[] });
  const broken = { severity: 'error', result: 'broken' } as const;
  const unverified = { severity: 'unknown', result: 'unverified' } as const;
  t.equal(withClaims('drift', broken), '1 broken claim\n');
  t.equal(withClaims('drift', broken, broken, unverified), '2 broken claims, 1 unverified claim\n');
  t.equal(withClaims('incomplete', unverified, unverified), 'incomplete, no drift found: 2 unverified claims\n');
  t.end();
});
