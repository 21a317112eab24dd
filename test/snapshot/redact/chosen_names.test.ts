import t from 'tap';
import { COVERAGE_CODES } from '../../../src/base/coverage_codes.js';
import { toJson } from '../../../src/report/json.js';
import { toLine } from '../../../src/report/line.js';
import { toTable } from '../../../src/report/table.js';
import { redact } from '../../../src/snapshot/redact/redact.js';
import { FINDING_CODES } from '../../../src/verdict/codes.js';
import { ROLE_CODES } from '../../../src/verdict/role_codes.js';
import { joined } from '../../joined.js';
import { capture, device, listener, processOwner, row, spec, unixListener } from '../../verdict/factory.js';
import { documentOf } from '../document/document.js';

const KEY = 'a key of thirty-two bytes, or so.';

/** Everything that a document says by itself: names that are part of it cannot be told from it. */
const VOCABULARY = [
  ...Object.keys(FINDING_CODES),
  ...Object.keys(ROLE_CODES),
  ...Object.keys(COVERAGE_CODES),
  ...[
    'listening',
    'is',
    'unknown',
    'pid',
    'an',
    'owner',
    'holds',
    'wildcard',
    'LISTEN',
    'null',
    'false',
    'schemaVersion',
  ],
];

/** Names that somebody chose, and what of them identifies. */
const NAMES: readonly string[] = [
  ...['12345678', '123456789012', '1234-5678-9012-3456', '1234567.7654321', '030_1234567_89'],
  ...['alice', 'Alice Smith', 'user-1000.alice', 'user@1000.zcme', 'session-3.zcme', 'zcme', 'zcme-zcme', 'zcmezcme'],
  ...[
    '198.18.7.9',
    '198.018.007.009',
    '198_18_7_9',
    '198-18-7-9',
    '198:18:7:9',
    '::ffff:198.18.7.9',
    '::FFFF:198.18.7.9',
  ],
  ...['::ffff:c612:709', '2001:DB8:77::AB', '2001:0db8:0077:0000:0000:0000:0000:00ab', '2001:db8:77::ab%zbond0'],
  ...[
    '[2001:db8:77::ab]:443',
    '64:ff9b::198.18.7.9',
    '52:54:00:12:34:56',
    '52-54-00-ab-cd-ef',
    '9.7.18.198.in-addr.arpa',
  ],
  ...['decaf', 'c0ffe', '0badcafe', '0xc6120709', '3323070217', '!!!!!!!!!', '-----zcme-----', 'пароль', '\u202ezcme'],
];

/** What must not be found of a name: it itself, and its address in other forms. */
function traces(name: string): string[] {
  const isOwnAddress = /198[.:_-]0?18[.:_-]|c612|DB8:77|db8:0077/i.test(name);
  return isOwnAddress ? [name, '198.18.7.9', '18.7.9', '2001:db8:77::ab'] : [name];
}

function documentWith(name: string) {
  const owner = processOwner(name.slice(0, 15), { exe: `/opt/${name}/${name}`, argv0: name, unit: `${name}.service` });
  const foreign = processOwner('zq', { cgroup: `/user.slice/${name}.slice/${name}` });
  const document = documentOf(
    spec([row('*:7000', 'kubelet'), row('localhost:7002', 'etcd'), row('default:7003', 'k8sd')]),
    capture([
      listener('0.0.0.0', 7000, { owners: [owner] }),
      listener('0.0.0.0', 7001, { owners: [owner, foreign], device: name.slice(0, 15) }),
      listener('::', 7002, { owners: [device(name.slice(0, 15))] }),
      unixListener(`/run/${name}/${name}.sock`, { owners: [owner] }),
      unixListener('', { path: null, abstract: name, owners: [foreign] }),
    ]),
  );
  return { ...document, node: { ...document.node, hostname: name } };
}

t.test('no chosen name is left anywhere in a redacted document', (t) => {
  for (const name of NAMES) {
    const redacted = redact(documentWith(name), { key: KEY });
    const text = joined(toJson(redacted)) + joined(toTable(redacted)) + toLine(redacted);
    const escaped = JSON.stringify(name).slice(1, -1);
    const left = [...traces(name), escaped].filter((one) => text.toLowerCase().includes(one.toLowerCase()));
    t.strictSame(left, [], name);
  }
  t.end();
});

t.test('a name that is a word of the document is replaced wherever it is a name', (t) => {
  const textWith = (name: string): string => joined(toJson(redact(documentWith(name), { key: KEY })));
  const count = (text: string, name: string): number => text.split(name).length;
  const other = textWith('zcmeq');
  for (const name of VOCABULARY) {
    t.ok(count(textWith(name), name) <= count(other, name), `${name} occurs no more often than without it`);
  }
  t.end();
});

t.test('the same address has one pseudonym in all its spellings', (t) => {
  const addressOf = (name: string): string =>
    /\d+[.:_-]\d+[.:_-]\d+[.:_-]\d+/.exec(redact(documentWith(name), { key: KEY }).sockets[3]?.path ?? '')?.[0] ?? name;
  const [plain = '', ...others] = [
    '198.18.7.9',
    '198.018.007.009',
    '198_18_7_9',
    '198-18-7-9',
    '::ffff:198.18.7.9',
  ].map((name) => addressOf(name).replace(/[:_-]/g, '.'));
  for (const other of others) t.equal(other, plain);
  t.end();
});
