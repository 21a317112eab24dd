import t from 'tap';
import { SockwatchError } from '../../src/base/errors.js';
import { FleetBuilder } from '../../src/fleet/fleet.js';
import { Workers } from '../../src/fleet/workers.js';
import { toMatrixJson } from '../../src/report/matrix_json.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { held } from '../verdict/factory.js';
import { BUILTIN, cluster, operator } from './factory.js';

const OPTIONS = { spec: BUILTIN, role: 'auto', failOn: 'warning' } as const;

/** Each has listeners that the ones before it do not have, before those that they do. */
const DOCUMENTS: readonly SnapshotDocument[] = cluster(9, {
  'w-2': { also: [held('b', '0.0.0.0', 2), held('a', '0.0.0.0', 1)] },
  'w-3': { also: [held('c', '0.0.0.0', 3), ...operator(), held('a', '0.0.0.0', 1), held('b', '10.0.0.3', 2)] },
  'w-4': { also: [held('a', '0.0.0.0', 1), held('d', '127.0.0.1', 4), held('c', '0.0.0.0', 3)], without: ['kubelet'] },
  'w-5': { also: [held('e', '::', 51820), held('d', '127.0.0.1', 4)] },
}).map((document, at) => (at % 4 === 3 ? { ...document, node: { ...document.node, release: '1.34.1' } } : document));

const FILES = filesOf(DOCUMENTS);

/** The same again on other nodes. */
const MORE_FILES = filesOf(
  DOCUMENTS.map((document) => ({ ...document, node: { ...document.node, hostname: `x-${document.node.hostname}` } })),
);

function filesOf(documents: readonly SnapshotDocument[]): { readonly source: string; readonly bytes: Buffer }[] {
  return documents.map((document, at) => ({ source: `${at}.json`, bytes: Buffer.from(JSON.stringify(document)) }));
}

async function jsonWith(threads?: ConstructorParameters<typeof Workers>[1]): Promise<string> {
  const builder = new FleetBuilder(OPTIONS);
  const workers = new Workers(OPTIONS, threads);
  const ahead = [];
  for (const { source, bytes } of [...FILES, { source: 'broken.json', bytes: Buffer.from('{') }, ...MORE_FILES]) {
    ahead.push(await workers.read(source, bytes));
  }
  for (const read of ahead) {
    const one = 'result' in read ? await read.result : read;
    if ('part' in one) builder.addPart(one.part, one.from);
    else if ('document' in one) builder.add(one.source, one.document);
    else builder.addUnreadable(one.source, one.error.message);
  }
  await workers.close();
  return [...toMatrixJson(builder.build())].join('');
}

t.test('threads change nothing', async (t) => {
  const alone = await jsonWith({ count: 0, many: 0 });
  t.match(alone, /"source":"broken\.json"/);
  t.equal(JSON.parse(alone).nodes.length, FILES.length + MORE_FILES.length);
  for (const count of [1, 2, 3]) t.equal(await jsonWith({ count, many: -1 }), alone, `${count}`);
  t.equal(await jsonWith({ count: 2, many: 20_000 }), alone, 'nor do those that start later');
});

t.test('what a thread that ended had is evaluated without it', async (t) => {
  const alone = await jsonWith({ count: 0, many: 0 });
  t.equal(await jsonWith({ count: 2, many: -1, program: 'process.exit(1)' }), alone);
  t.equal(await jsonWith({ count: 1, many: -1, program: 'throw new Error()' }), alone);
});

t.test('a bundle with text knows what listens in snapshots that threads have', async (t) => {
  const workers = new Workers(OPTIONS, { count: 1, many: -1 });
  const [first, second, third, fourth] = await Promise.all(
    [FILES[0], FILES[1], { source: 'x', bytes: Buffer.from('[]') }, FILES[2]].map(async (file) =>
      file === undefined ? undefined : workers.read(file.source, file.bytes),
    ),
  );
  for (const one of [first, second, fourth]) {
    const holders = one !== undefined && 'holders' in one ? await one.holders : null;
    t.ok((holders?.length ?? 0) > 10);
  }
  if (third !== undefined && 'result' in third) {
    t.equal(await third.holders, null);
    const result = await third.result;
    t.ok('error' in result && result.error instanceof SockwatchError);
  } else t.ok(third !== undefined && 'error' in third);
  await workers.close();
});
