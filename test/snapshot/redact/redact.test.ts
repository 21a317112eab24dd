import { readFileSync } from 'node:fs';
import t from 'tap';
import { toJson } from '../../../src/report/json.js';
import { toTable } from '../../../src/report/table.js';
import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import { readSnapshot } from '../../../src/snapshot/document/read_snapshot.js';
import { redact } from '../../../src/snapshot/redact/redact.js';
import { reevaluate } from '../../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../../src/spec/builtin.js';
import { evaluate } from '../../../src/verdict/evaluate.js';
import { joined } from '../../joined.js';
import {
  capture,
  device,
  held,
  listener,
  listenerNote,
  notes,
  processOwner,
  row,
  spec,
  unixListener,
  unixRow,
} from '../../verdict/factory.js';
import { documentOf } from '../document/document.js';
import { filledDocument } from '../document/filled.js';

const KEY = 'a key of thirty-two bytes, or so.';

const IPV4 = (at: number): string => `198.18.${at >> 8}.${at & 255}`;

/** Identifying texts of various forms, different for each place. */
const SECRETS: Readonly<Record<string, (at: number) => string>> = {
  'a word': (at) => `Zyxwv${at}qacme`,
  'words with spaces and quotes': (at) => `Zy xw${at} "q" acme${at}`,
  'a host name': (at) => `zq${at}.dc7.zcme.example`,
  'a name of known parts and others': (at) => `snap.zcme${at}.kubelet.service`,
  'an IPv4 address': IPV4,
  'an IPv4 address within a name': (at) => `ip-198-18-${at >> 8}-${at & 255}`,
  'an IPv6 address': (at) => `2001:4db8:77::1:${(at + 4096).toString(16)}`,
  'an endpoint': (at) => `[2001:4db8:77::1:${(at + 4096).toString(16)}%zbond${at}]:443`,
  'a home directory': (at) => `/home/zlice${at}/zproject${at}`,
  'a UUID': (at) => `5d2c1f0e-7a4b-4c3d-9e8f-${String(at).padStart(12, '0')}`,
  'a container id': (at) => String(at).padStart(4, 'f').repeat(16),
  'a MAC address': (at) =>
    `52:54:00:12:${(at >> 4).toString(16).padStart(2, '0')}:${(at & 15).toString(16).padStart(2, '0')}`,
  'a terminal sequence': (at) => `\u001b[3${at}mzqx${at}`,
  'other letters': (at) => `Ωmega-ξ${at}-пароль`,
  JSON: (at) => `{"token${at}":"zbearer${at}"}`,
  'a command line': (at) => `nginx: master process /opt/zcme${at}/nginx -c /etc/zcme${at}.conf --pass=zhunter${at}`,
};

/** A secret and its distinctive words. */
function piecesOf(secret: string): string[] {
  const words = secret.split(/[^\p{L}\p{N}-]+/u).filter((word) => /^z.*\d|Zyx|мега|Ωmega/u.test(word));
  return [secret, ...words];
}

/** The encodings in which a text may occur in JSON. */
function formsOf(piece: string): string[] {
  const bytes = Buffer.from(piece);
  // The offset within other bytes shifts base64 by up to two bytes; the ends depend on adjacent bytes.
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(shift === 0 ? 0 : 4, -1);
  });
  const escaped = Array.from(piece, (_, at) => `\\u${piece.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  const hex = bytes.toString('hex');
  return [piece, JSON.stringify(piece).slice(1, -1), escaped, hex, ...base64].filter((form) => form.length >= 5);
}

function leaks(json: string, texts: Iterable<string>): string[] {
  const lower = json.toLowerCase();
  return [...texts].flatMap((text) =>
    piecesOf(text).flatMap((piece) => formsOf(piece).filter((form) => lower.includes(form.toLowerCase()))),
  );
}

function placesIn(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one, at) => placesIn(one, `${place}[${at}]`));
  if (typeof value !== 'object' || value === null) return [place];
  return Object.entries(value).flatMap(([key, one]) => placesIn(one, `${place}.${key}`));
}

for (const [form, secret] of Object.entries(SECRETS)) {
  t.test(`${form} in every text of the schema`, (t) => {
    const { document, texts } = filledDocument((place, at) =>
      // A snapshot with anything else there is refused.
      /^\.sockets\[\d+\]\.address$/.test(place) ? IPV4(at) : secret(at),
    );
    t.ok(texts.size > 50, 'many places');
    const json = JSON.stringify(document);
    const original = readSnapshot(json, 'filled.json');
    t.ok(leaks(json, texts.values()).length >= texts.size, 'found in the original');
    const redacted = redact(original, { key: KEY });
    const text = joined(toJson(redacted));
    t.strictSame(leaks(text, texts.values()), []);
    t.strictSame(leaks(joined(toTable(redacted)), texts.values()), []);
    t.doesNotThrow(() => readSnapshot(text, 'redacted.json'), 'still a valid snapshot');
    const dropped = /(?:Raw|Length)$|verdicts|^\.processes|^\.(?:bound|events)\[.*\.explainedBy/;
    const kept = placesIn(original).filter((place) => !dropped.test(place));
    const left = new Set(placesIn(redacted));
    t.strictSame(
      kept.filter((place) => !left.has(place)),
      [],
      'no field is lost',
    );
    t.end();
  });
}

const SPEC = builtinSpec();

function evaluatedAgain(document: SnapshotDocument): ReturnType<typeof evaluate> {
  const { node, files, coverage } = document;
  const sockets = document.sockets.filter(({ netns }) => netns === node.netns);
  return evaluate(SPEC, { node: { ...node, markedRole: null }, sockets, files, coverage }, node.role);
}

/** A lab node with four faults, as version 0.1.0 wrote it. */
const LAB = readSnapshot(
  readFileSync(new URL('../../../../test/fixtures/snapshots/v1-0.1.0.json', import.meta.url), 'utf8'),
  'v1-0.1.0.json',
);

t.test('a real snapshot', (t) => {
  const redacted = redact(reevaluate(LAB, { spec: SPEC }), { key: KEY });
  const again = evaluatedAgain(redacted).findings;
  t.strictSame(
    again.map(({ verdict, severity, sockets }) => ({ verdict, severity, sockets })),
    LAB.findings.map(({ verdict, severity, sockets }) => ({ verdict, severity, sockets })),
    'evaluated as before',
  );
  t.strictSame(
    again.map(({ message, reason }) => [message, reason]),
    redacted.findings.map(({ message, reason }) => [message, reason]),
    'with the same text',
  );
  t.strictSame(redacted.summary.verdicts, LAB.summary.verdicts);
  const text = joined(toJson(redacted));
  const own = [LAB.node.hostname, ...LAB.node.interfaces.flatMap(({ addresses }) => addresses)]
    .concat(LAB.sockets.flatMap(({ owners }) => owners.flatMap((one) => (one.kind === 'kernel' ? [] : idsOf(one)))))
    .filter((one) => !one.startsWith('127.') && one !== '::1');
  t.ok(own.length > 10);
  t.strictSame(
    [...new Set(own)].filter((one) => text.includes(one)),
    [],
    'without identifying names',
  );
  t.end();
});

function idsOf({
  pod,
  container,
  exe,
}: {
  pod: string | null;
  container: string | null;
  exe: string | null;
}): string[] {
  return [pod, container, /sockwatch-lab[^/]*/.exec(exe ?? '')?.[0] ?? null].filter((one) => one !== null);
}

t.test('names that are words or numbers are replaced in messages as in their fields', (t) => {
  for (const name of ['listens', 'process', '12345678', 'unknown']) {
    const owner = processOwner(name, { exe: `/opt/${name}`, unit: `${name}.service` });
    const document = documentOf(
      spec([row('*:7000', 'kubelet')]),
      capture([listener('0.0.0.0', 7000, { owners: [owner] }), listener('0.0.0.0', 7001, { owners: [owner] })]),
    );
    const { sockets, findings } = redact(document, { key: KEY });
    const comm = sockets[0]?.owners[0]?.kind === 'process' ? sockets[0].owners[0].comm : null;
    t.match(comm, /^name-[0-9a-f]{10}$/, name);
    t.equal(findings.length, 2);
    for (const { message, code } of findings) {
      t.match(message, `${comm} (pid `, String(code));
      t.notMatch(message, new RegExp(`(?:^|; )${name} \\(|/${name}\\b|${name}\\.service`), 'nowhere in the message');
    }
  }
  t.end();
});

t.test('sentences without a code are dropped', (t) => {
  const { findings, node, coverage } = redact(LAB, { key: KEY, spec: SPEC });
  t.equal(findings.length, LAB.findings.length);
  for (const [at, { code, message, reason, advice, verdict, expected }] of findings.entries()) {
    t.strictSame([code, reason, advice], [null, null, null]);
    t.equal(verdict, LAB.findings[at]?.verdict);
    if (expected !== null) t.match(message, `${expected.service} `);
    t.ok(message.endsWith(`: ${verdict}`), message);
  }
  t.equal(node.roleSource, '(redacted)');
  t.strictSame(
    coverage.sources.map(({ name, via }) => [name, via]),
    LAB.coverage.sources.map(({ name, via }) => [name, via]),
    'the sources stay',
  );
  t.ok(coverage.sources.every(({ error, note }) => (error ?? '(redacted)') === '(redacted)' && note === null));
  t.end();
});

t.test('pseudonyms are consistent', (t) => {
  const document = documentOf(spec([]), capture([held('zcme-db', '0.0.0.0', 5432), held('zcme-db', '10.1.2.3', 1)]));
  const [one, other, foreign] = [redact(document, { key: KEY }), redact(document, { key: KEY }), redact(document)];
  t.strictSame(one, other, 'deterministic for a key');
  t.not(foreign?.sockets[0]?.owners[0]?.kind === 'process' && foreign.sockets[0].owners[0].comm, null);
  t.not(JSON.stringify(foreign), JSON.stringify(one), 'random without a key');
  t.not(foreign?.redacted?.keyId, redact(document).redacted?.keyId);
  t.match(one?.redacted?.keyId, /^[0-9a-f]{16}$/);
  t.notMatch(JSON.stringify(one), KEY);
  const comms = one?.sockets.flatMap(({ owners }) => owners.map((owner) => owner.kind === 'process' && owner.comm));
  t.equal(new Set(comms).size, 1, 'one pseudonym for one program');
  const [finding] = one?.findings ?? [];
  t.ok(finding?.message.includes(String(comms?.[0])), 'also in messages', { finding });
  const [again, likewise] = [redact(one ?? document, { key: KEY }), redact(other ?? document, { key: KEY })];
  t.strictSame(again.summary, document.summary, 'redacted twice');
  t.strictSame(again, likewise);
  t.match(again.redacted?.keyId, /^[0-9a-f]{16}$/);
  t.not(again.redacted?.keyId, one?.redacted?.keyId, 'not comparable with the first');
  t.end();
});

t.test('names and texts of the page given are kept', (t) => {
  const page = spec([row('default:6400', 'zcmed'), unixRow('/run/zcme/zcme.sock', 'zcmed')], {
    title: 'Ports of Zcme',
    notes: notes({ listeners: [listenerNote({ owners: ['zcme-agent'], reason: 'Zcme says so.' })] }),
  });
  const seen = capture([held('zcmed', '192.0.2.2', 6400), held('zcme-agent', '0.0.0.0', 7000), held('zq', '::', 1)]);
  const document = documentOf(page, seen);
  const redacted = redact(document, { key: KEY, spec: page });
  t.equal(redacted.spec.title, 'Ports of Zcme');
  t.equal(redacted.sockets[1]?.explainedBy.text, 'Zcme says so.');
  const { node, sockets, files, coverage } = redacted;
  const again = evaluate(page, { node: { ...node, markedRole: null }, sockets, files, coverage }, 'worker');
  t.strictSame(
    again.findings.map(({ verdict }) => verdict),
    document.findings.map(({ verdict }) => verdict),
  );
  t.strictSame(again.findings, redacted.findings);
  t.notMatch(joined(toJson(redact(document, { key: KEY }))), /zcme/i, 'and replaced without it');
  t.end();
});

t.test('what evaluation relies on is kept', (t) => {
  const owners = [
    processOwner('kube-controller-zcme', {
      unit: 'kubelet.service',
      exe: '/home/kubelet/kube-controller-zcme (deleted)',
    }),
    device('cilium_vxlan'),
    device('zcme0', 'geneve'),
  ];
  const document = documentOf(
    spec([]),
    capture([
      listener('::ffff:198.18.0.1', 443, { owners, uid: 1001 }),
      unixListener('/run/user/1001/zcme.sock', { pathRaw: 'enNtZQ==' }),
      listener('fe80::1234:5678', 546, { device: 'zbond0', uid: 33 }),
    ]),
  );
  const [first, second, third] = redact(document, { key: KEY }).sockets;
  t.match(first?.owners, [
    {
      comm: 'kube-controller',
      exe: /^\/home\/user-[0-9a-f]{10}\/kube-controller-name-[0-9a-f]{10} \(deleted\)$/,
      unit: 'kubelet.service',
    },
    { device: 'cilium_vxlan', deviceKind: 'vxlan' },
    { device: /^if-[0-9a-f]{12}$/, deviceKind: 'geneve' },
  ]);
  t.match(first?.address, /^::ffff:(?!198\.18\.)\d+\.\d+\.\d+\.\d+$/);
  t.match(second?.path, new RegExp(`^/run/user/${first?.uid}/name-[0-9a-f]{10}\\.sock$`), 'one pseudonym for one user');
  t.notOk(second !== undefined && 'pathRaw' in second, 'raw bytes are dropped');
  t.match(third, { address: /^fe80::/, device: /^if-/, uid: 33, port: 546 });
  t.end();
});
