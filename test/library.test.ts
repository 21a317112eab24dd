import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import {
  diff,
  evaluate,
  follow,
  judgeAgain,
  loadSpec,
  readSnapshot,
  redact,
  SockwatchError,
  snapshot,
} from '../src/index.js';
import { snapshotIn } from './live/cli.js';
import { ROOT } from './native/toolchain.js';

const INDEX = new URL('../src/index.js', import.meta.url).href;
const FIXTURE = join(ROOT, 'test/fixtures/snapshots/v1-0.1.0.json');

t.test('it loads no parser, screen, schema or archive reader before it needs one', async (t) => {
  const program = `
    import { createRequire } from 'node:module';
    await import(${JSON.stringify(INDEX)});
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify([...loaded, ...process.moduleLoadList]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  t.equal(stderr, '');
  t.notMatch(stdout, /node_modules\/(blessed|ajv|tar|yaml)\//);
});

t.test('snapshots at the same time, and in a worker thread, are each whole', async (t) => {
  const spec = await loadSpec({});
  const [one, two] = await Promise.all([snapshot({ spec }), snapshot({ spec, owners: 'proc' })]);
  for (const document of [one, two]) t.ok(snapshotIn(JSON.stringify(document)));
  const code = `
    import(${JSON.stringify(INDEX)}).then(async ({ loadSpec, snapshot }) => {
      const document = await snapshot({ spec: await loadSpec({}) });
      require('node:worker_threads').parentPort.postMessage(document.sockets.length);
    });`;
  const sockets = await new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).once('message', resolve).once('error', reject);
  });
  t.ok(Number(sockets) > 0);
});

t.test('what waits can be aborted', async (t) => {
  const spec = await loadSpec({});
  const reason = new Error('enough');
  await t.rejects(snapshot({ spec, signal: AbortSignal.abort(reason) }), reason);
  const abort = new AbortController();
  const waiting = snapshot({ spec, signal: abort.signal });
  abort.abort(reason);
  await t.rejects(waiting, reason);
  const changes: string[] = [];
  const stop = new AbortController();
  for await (const { event } of follow({ spec, signal: stop.signal })) {
    changes.push(event);
    stop.abort();
  }
  t.strictSame(changes, ['started']);
});

t.test('a stored snapshot is read, judged again, compared and redacted', async (t) => {
  const stored = await readSnapshot(readFileSync(FIXTURE, 'utf8'), 'fixture');
  const again = judgeAgain(stored, { spec: await loadSpec({}), role: 'auto', failOn: 'warning' });
  t.strictSame(again.findings, stored.findings);
  t.equal(diff(stored, again).differences.length, 0);
  t.ok(redact(stored).redacted?.keyId);
  t.type(evaluate, 'function');
  await t.rejects(readSnapshot('{', 'broken'), { code: 'ERR_INPUT' });
  await t.rejects(readSnapshot('{', 'broken'), SockwatchError);
});

t.test('the documentation of the library is generated without a warning', { timeout: 120_000 }, async (t) => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'docs', '--', '--out', t.testdir({})], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  t.equal(status, 0, stdout + stderr);
});
