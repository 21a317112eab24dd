import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { bundledNode } from '../../src/evidence/facts/node_facts.js';
import { documentOfSs } from '../../src/evidence/ss_document.js';
import { readSsText } from '../../src/evidence/ss_text.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { reevaluate } from '../../src/snapshot/reevaluate.js';
import { builtinSpec } from '../../src/spec/builtin.js';
import { mangled } from './mangled.js';
import { factsBesideIt, netstatFixture, ssFixture } from './ss_fixtures.js';

/* How often a text makes the program say more than the text shows, counted. */

const OPTIONS = { spec: builtinSpec(), role: 'control-plane' } as const;

const NO_FACTS = await bundledNode([]);

const subjectOf = (document: SnapshotDocument, at: number): string => {
  const expected = document.findings[at]?.expected;
  return expected == null ? '' : `${expected.service} ${expected.path ?? `${expected.port}/${expected.protocol}`}`;
};

function verdictsOf(document: SnapshotDocument): Map<string, string> {
  return new Map(document.findings.map(({ verdict }, at) => [subjectOf(document, at), verdict]));
}

/** null: the text is refused. */
function evaluated(text: string, name: string): SnapshotDocument | null {
  try {
    const tables = readSsText(Buffer.from(text, 'latin1'), name);
    const texts = [{ source: name, tables, modifiedAt: new Date(0) }];
    return reevaluate(documentOfSs(texts, { name: 'node-1', source: null }, '1.2.3', NO_FACTS), OPTIONS);
  } catch (error) {
    if (error instanceof SockwatchError && error.code === 'ERR_INPUT') return null;
    throw error;
  }
}

/**
 * What is claimed and is not so: `missing` against the truth, `ok` against it unless the table is said to be incomplete, so that there
 * may be a stranger besides, and `match` of a text.
 */
function falseClaims(document: SnapshotDocument, truth: ReadonlyMap<string, string>): string[] {
  const isWhole = (protocol: string | undefined): boolean =>
    document.coverage.sources.some(({ name, status }) => name === protocol && status === 'ok');
  const rows = document.findings.flatMap(({ verdict, expected }, at) => {
    const isClaim = verdict === 'missing' || (verdict === 'ok' && isWhole(expected?.protocol));
    const subject = subjectOf(document, at);
    return isClaim && truth.get(subject) !== verdict ? [`${verdict} ${subject}`] : [];
  });
  return document.summary.result === 'match' ? [...rows, 'match'] : rows;
}

/** A node with faults: an exposed health check, a stranger in the place of the scheduler and one beside the API server. */
const FAULTY = ssFixture('plntu')
  .toString('latin1')
  .replace('         127.0.0.1:10248', '           0.0.0.0:10248')
  .replace('("kube-scheduler",pid=4401', '("nc",pid=4401')
  .replace(/^(tcp .*:6443 .*)"kube-apiserver",pid=4403(.*)$/m, '$&\n$1"haproxy",pid=5000$2');

const NETSTAT = netstatFixture('plntu').toString('latin1');

const HEALTHY = verdictsOf(reevaluate(factsBesideIt(), OPTIONS));

interface Base {
  readonly name: string;
  readonly text: string;
  readonly truth: ReadonlyMap<string, string>;
}

const BASES: readonly Base[] = [
  ...['plntu', 'plnt'].map((name) => ({
    name,
    text: ssFixture(name).toString('latin1'),
    truth: HEALTHY,
  })),
  { name: 'netstat', text: NETSTAT, truth: truthIn(NETSTAT) },
  { name: 'faulty', text: FAULTY, truth: truthIn(FAULTY) },
];

function truthIn(text: string): Map<string, string> {
  const document = evaluated(text, 'text.txt');
  if (document === null) throw new Error('it is read');
  return verdictsOf(document);
}

/** Of texts in which rows are silently missing. Everything that is whole as far as it shows is taken for the whole. */
const MAX_SILENT = 0.1;

t.test('mangled texts', { timeout: 300_000 }, (t) => {
  t.match(Object.fromEntries(truthIn(FAULTY)), {
    'kubelet 10248/tcp': 'exposed',
    'kube-scheduler 10259/tcp': 'wrong-owner',
    'kube-apiserver 6443/tcp': 'wrong-owner',
  });
  const counts = { texts: 0, refused: 0, false: 0, silentlyFalse: 0 };
  for (const { name, text, truth } of BASES) {
    for (const one of [{ how: 'as it is', text, isSilent: false }, ...mangled(text)]) {
      counts.texts += 1;
      const document = evaluated(one.text, 'text.txt');
      const claims = document === null ? [] : falseClaims(document, truth);
      if (document === null) counts.refused += 1;
      if (claims.length === 0) continue;
      if (one.isSilent) counts.silentlyFalse += 1;
      else counts.false += 1;
      if (!one.isSilent) t.comment(`${name}: ${one.how}: ${claims.join(', ')}`);
    }
  }
  t.comment(JSON.stringify(counts));
  t.equal(counts.false, 0, 'nothing is claimed that the text does not show');
  t.ok(counts.texts > 1000 && counts.refused < counts.texts / 5, 'most texts are read');
  t.ok(counts.silentlyFalse < counts.texts * MAX_SILENT, 'and few of those that show nothing', counts);
  t.end();
});
