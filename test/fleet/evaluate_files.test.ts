import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { evaluateFiles, type Threads } from '../../src/fleet/evaluate_files.js';
import { FleetBuilder } from '../../src/fleet/fleet.js';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { toMatrixJson } from '../../src/report/matrix_json.js';
import type { ReevaluateOptions } from '../../src/snapshot/reevaluate.js';
import { tarGzOf } from '../evidence/archive.js';
import { held, processOwner } from '../verdict/factory.js';
import { BUILTIN, cluster, type NodeChanges } from './factory.js';

const OPTIONS: ReevaluateOptions = { spec: BUILTIN, role: 'auto', failOn: 'warning' };
const NONE: Threads = { count: 0 };
/** Ten of the snapshots here are many. */
const TWO: Threads = { count: 2, many: 300_000 };

const SS = 'udp UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*\ntcp LISTEN 0 5 127.0.0.1:10248 0.0.0.0:*\n';

/** How it came, and all that is made of it. */
async function judged(files: readonly string[], threads: Threads, options: ReevaluateOptions = OPTIONS) {
  const fleet = new FleetBuilder();
  const reasons: string[] = [];
  const kinds = { document: 0, share: 0, reason: 0 };
  const done: number[] = [];
  for await (const one of evaluateFiles(files, options, threads)) {
    done.push(one.done);
    if ('document' in one) {
      kinds.document += 1;
      fleet.add(one.source, one.document);
    } else if ('share' in one) {
      kinds.share += 1;
      fleet.addShare(one.share, one.renumbering);
    } else {
      kinds.reason += 1;
      reasons.push(one.reason);
      fleet.addUnreadable(one.source, one.reason);
    }
  }
  const built = fleet.build(options.spec, options.failOn ?? 'warning');
  return { kinds, told: { reasons, done, json: [...toMatrixJson(built)].join(''), html: toMatrixHtml(built) } };
}

/** Documents of so many workers and three control planes, by file name; some of them are unlike the others. */
function snapshots(workers: number): Record<string, string> {
  const changes: Record<string, NodeChanges> = {
    'w-2': { without: ['kubelet'], also: [held('\x1b[31m\0</script>', '0.0.0.0', 6)] },
    'w-7': { also: [held('nc', '0.0.0.0', 7), held('nc', '0.0.0.0', 8, { owners: [processOwner('nc', { pid: 7 })] })] },
    'w-20': { also: [held(`10.0.0.1 ${'x'.repeat(5000)}`, '0.0.0.0', 9), held('nc', '0.0.0.0', 7)] },
  };
  return Object.fromEntries(cluster(workers, changes).map((one) => [`${one.node.hostname}.json`, JSON.stringify(one)]));
}

const BROKEN = {
  'a-broken.json': '{"schemaVersion": 1, "generator": "k8s-sockwatch"',
  'cp-2-later.json': '{"schemaVersion": 9, "generator": "k8s-sockwatch"}',
  'w-15-deep.json': `{"schemaVersion": 1, "k8s-sockwatch": ${'['.repeat(100)}`,
  'w-16-latin.json': Buffer.from('{"schemaVersion": 1, "generator": "k8s-sockwatch", "\xff": 1}', 'latin1'),
  'w-17-hostile.json':
    '{"schemaVersion": 1, "generator": {"name": "k8s-sockwatch", "version": "\\u001b[2J"}, "node": 7}',
};

/** The same with and without threads, and threads were used. */
async function compare(t: Test, files: readonly string[], options = OPTIONS, threads = TWO): Promise<number> {
  const [with2, without] = [await judged(files, threads, options), await judged(files, NONE, options)];
  t.strictSame(with2.told, without.told);
  t.equal(without.kinds.share, 0);
  t.ok(with2.kinds.share > 0, 'threads did it');
  return with2.kinds.share;
}

t.test('many snapshots are judged in threads, with the same outcome to the letter', async (t) => {
  const member = snapshots(1)['w-1.json'] ?? '';
  const members = [
    { path: 'z/w-1.json', content: member.replaceAll('w-1', 'z-1') },
    { path: 'z/cut.json', content: member.slice(0, 300) },
    { path: 'y/ss', content: SS },
  ];
  const all = { ...snapshots(30), ...BROKEN };
  const directory = t.testdir({ all, 'bundle.tgz': tarGzOf(members), ss: SS, 'none.json': '[]' });
  t.ok((await compare(t, [`${directory}/all`])) > 30, 'all of it');
  await compare(t, [`${directory}/all`], OPTIONS, { ...TWO, count: 1 });
  await compare(t, [`${directory}/all`], { ...OPTIONS, role: 'worker', failOn: 'error' });
  const files = Object.keys(all).map((name) => `${directory}/all/${name}`);
  const among = (file: string) => (file.includes('w-5.') ? ['gone.json', 'ss', 'none.json', 'bundle.tgz'] : []);
  await compare(
    t,
    files.flatMap((file) => [file, ...among(file).map((name) => `${directory}/${name}`)]),
  );
});

t.test('few snapshots do not start a thread', async (t) => {
  const start = (): Worker => {
    throw new Error('a thread was started');
  };
  const directory = t.testdir(snapshots(40));
  t.strictSame((await judged([directory], { count: 2, start })).kinds, { document: 43, share: 0, reason: 0 });
  await t.rejects(judged([directory], { ...TWO, start }), /a thread was started/, 'where they would be many');
  const { kinds } = await judged([directory], { ...TWO, count: 0, start });
  t.strictSame(kinds, { document: 43, share: 0, reason: 0 }, 'nor where there is no room for one');
});

t.test('of large snapshots only one is read ahead', async (t) => {
  const large = Object.entries(snapshots(20)).map(([name, text]) => [name, text + ' '.repeat(5 * 1024 * 1024)]);
  await compare(t, [t.testdir(Object.fromEntries(large))], OPTIONS, { count: 2 });
});

t.test('a thread that fails is an error at once', async (t) => {
  const directory = t.testdir(snapshots(40));
  const doing = (code: string) => () => new Worker(code, { eval: true, stderr: true });
  const PARENT = 'const { parentPort } = require("node:worker_threads");';
  const cases: [name: string, code: string, error: RegExp][] = [
    ['it ends', 'process.exit(7)', /^a thread that judges snapshots ended by itself, with code 7$/],
    ['it ends well', `${PARENT} parentPort.once("message", () => {})`, /ended by itself, with code 0$/],
    ['it throws', `${PARENT} parentPort.on("message", () => { throw new TypeError("x") })`, /^x$/],
    ['it does not start', 'not JavaScript', /^Unexpected identifier/],
  ];
  for (const [name, code, error] of cases) {
    await t.rejects(judged([directory], { ...TWO, start: doing(code) }), error, name);
  }
  let count = 0;
  const second = (options: ReevaluateOptions): Worker =>
    count++ === 0
      ? new Worker(new URL('../../src/fleet/worker.js', import.meta.url), { workerData: options })
      : doing('process.exit(7)')();
  await t.rejects(judged([directory], { ...TWO, start: second }), /code 7/, 'one of them is enough');
});

t.test('a thread that runs out of memory names the file', async (t) => {
  // Just within what is read at all (MOST_VALUES), and far more than the thread below has room for.
  const wide = JSON.stringify({ schemaVersion: 1, generator: 'k8s-sockwatch', x: Array(1_950_000).fill({ a: 1.5 }) });
  const directory = t.testdir({ ...snapshots(20), 'x.json': wide });
  const start = (options: ReevaluateOptions): Worker =>
    new Worker(new URL('../../src/fleet/worker.js', import.meta.url), {
      workerData: options,
      // Without what the runner loads into every thread, so that there is room enough for all else.
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
    });
  await t.rejects(judged([directory], { ...TWO, start }), {
    name: 'SockwatchError',
    code: 'ERR_INPUT',
    message: `${directory}/x.json: judging it ran out of memory`,
    hint: 'Leave it out, or judge it alone.',
  });
});
