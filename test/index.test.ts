import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import {
  captureOf,
  diff,
  evaluate,
  exitNow,
  type Finding,
  follow,
  loadSpec,
  readSnapshot,
  redact,
  reevaluate,
  SockwatchError,
  snapshot,
} from '../src/index.js';
import { snapshotIn } from './live/cli.js';
import { ROOT } from './native/toolchain.js';

const INDEX = new URL('../src/index.js', import.meta.url).href;
const PACKAGES = ['blessed', 'markdown-it', 'netlink', 'string-width', 'tar', 'yaml'];
const FIXTURE = join(ROOT, 'test/fixtures/snapshots/v1-0.1.0.json');

/** Logs the URL of every ES module; CommonJS modules are found in the cache of require(). */
const HOOK = `
import { appendFileSync } from 'node:fs';
let file;
export function initialize(data) { file = data; }
export async function load(url, context, next) {
  appendFileSync(file, url + '\\n');
  return next(url, context);
}`;

/** All modules that a program loads. */
function loadedBy(t: Test, program: string): string[] {
  const directory = t.testdir({ 'hook.mjs': HOOK, loaded: '' });
  const file = join(directory, 'loaded');
  const register = `
    import { register } from 'node:module';
    register(${JSON.stringify(pathToFileURL(join(directory, 'hook.mjs')).href)}, { data: ${JSON.stringify(file)} });`;
  const text = `
    import { createRequire } from 'node:module';
    import { appendFileSync } from 'node:fs';
    const INDEX = ${JSON.stringify(INDEX)};
    ${program};
    for (const one of Object.keys(createRequire(INDEX).cache)) appendFileSync(${JSON.stringify(file)}, one + '\\n');`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(register)}`, '--input-type=module', '-e', text],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  t.equal(stderr, '');
  return readFileSync(file, 'utf8').split('\n');
}

/** The packages that the library uses, among them; the test runner loads others. */
const packagesOf = (loaded: readonly string[]): string[] =>
  PACKAGES.filter((name) => loaded.some((one) => one.includes(`/node_modules/${name}/`)));

t.test('importing the library loads no parser, archive reader or TUI, and no package at all', async (t) => {
  const loaded = loadedBy(t, 'await import(INDEX)');
  t.ok(loaded.includes(INDEX), 'loaded modules are logged');
  t.strictSame(packagesOf(loaded), []);
  const seldom = /\/src\/(tui|report|evidence|fleet)\/|\/(cli|ui|read_snapshot|page|notes_file)\.js$/;
  t.strictSame(
    loaded.filter((one) => seldom.test(one)),
    [],
  );
});

t.test('other packages are loaded on demand', async (t) => {
  const used = loadedBy(
    t,
    `
    const { loadSpec, readSnapshot } = await import(INDEX);
    await loadSpec({ page: ${JSON.stringify(join(ROOT, 'src/spec/builtin/1.36.md'))} });
    await readSnapshot('{}', 'x').catch(() => {});
    await import(new URL('./evidence/evidence_at.js', INDEX));
    createRequire(INDEX)('blessed/lib/keys.js');`,
  );
  const packages = packagesOf(used);
  for (const one of ['markdown-it', 'tar', 'blessed']) t.ok(packages.includes(one), one, { packages });
});

t.test('concurrent snapshots, and one in a worker thread', async (t) => {
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

t.test('snapshot and follow can be aborted', async (t) => {
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

t.test('an aborted snapshot starts nothing else, and its process exits', async (t) => {
  const program = `
    import { loadSpec, snapshot } from ${JSON.stringify(INDEX)};
    process.on('unhandledRejection', (reason) => console.log('unhandled', reason));
    const spec = await loadSpec();
    // Between any two steps.
    for (let turns = 0; turns < 40; turns++) {
      const abort = new AbortController();
      const looking = snapshot({ spec, allNetns: true, deadlineMs: 3_600_000, signal: abort.signal });
      const seen = looking.then(() => 'whole', (error) => error);
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      abort.abort('enough');
      const answer = await seen;
      if (answer !== 'enough' && answer !== 'whole') console.log(turns, answer);
    }
    console.log('over');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 60_000,
  });
  t.strictSame([status, stdout, stderr], [0, 'over\n', '']);
});

t.test('invalid arguments', async (t) => {
  const spec = await loadSpec();
  const stored = await readSnapshot(readFileSync(FIXTURE, 'utf8'));
  const wrong = (value: unknown): never => value as never;
  const calls: readonly (() => unknown)[] = [
    () => snapshot(wrong(null)),
    () => snapshot(wrong({ spec: null })),
    () => snapshot({ spec: wrong(loadSpec()) }),
    () => snapshot({ spec, role: wrong('master') }),
    () => snapshot({ spec, owners: wrong('ebpf') }),
    () => snapshot({ spec, failOn: wrong('critical') }),
    () => snapshot({ spec, allNetns: wrong(1) }),
    () => snapshot({ spec, allowModuleLoad: wrong('no') }),
    () => snapshot({ spec, deadlineMs: Number.NaN }),
    () => snapshot({ spec, deadlineMs: 2 ** 31 }),
    () => snapshot({ spec, netns: wrong(5) }),
    () => snapshot({ spec, signal: wrong(new AbortController()) }),
    () => snapshot({ spec, netNs: '/x' } as never),
    () => follow({ spec, interval: 5 } as never),
    () => loadSpec({ note: [] } as never),
    () => redact(stored, { keys: 'x' } as never),
    () => reevaluate(stored, { spec, rule: 'auto' } as never),
    () => follow(wrong(null)),
    () => follow({ spec, role: wrong('x') }),
    () => follow({ spec, intervalMs: -1 }),
    () => loadSpec(wrong(null)),
    () => loadSpec({ page: wrong(5) }),
    () => loadSpec({ notes: wrong('notes.yaml') }),
    () => loadSpec({ notes: [wrong(5)] }),
    () => loadSpec({ strict: wrong('yes') }),
    () => readSnapshot(wrong(readFileSync(FIXTURE))),
    () => readSnapshot('{}', wrong(5)),
    () => diff(wrong(JSON.stringify(stored)), stored),
    () => diff(stored, wrong({ ...stored, schemaVersion: 2 })),
    () => redact(wrong(undefined)),
    () => redact(stored, { key: 'short' }),
    () => redact(stored, { key: wrong(1234567890123456) }),
    () => reevaluate(stored, wrong(null)),
    () => reevaluate(stored, { spec, role: wrong('x') }),
    () => evaluate(spec, wrong(undefined), 'worker'),
    () => evaluate(spec, captureOf(stored), wrong('x')),
    () => evaluate(spec, captureOf(stored), wrong(undefined)),
    () => exitNow(256),
  ];
  for (const call of calls) {
    await t.rejects(async () => call(), { code: 'ERR_USAGE', message: /^[^\n]+, not [^\n]+$/ }, String(call));
  }
});

t.test('an option that does not exist names the one that was meant', async (t) => {
  const spec = await loadSpec();
  const meant = (hint: string | null) => ({ code: 'ERR_USAGE', hint });
  await t.rejects(snapshot({ spec, allNetNS: true } as never), meant('did you mean allNetns?'));
  await t.rejects(snapshot({ spec, intervalMs: 1 } as never), { code: 'ERR_USAGE' }, 'an option of follow() only');
  t.throws(() => follow({ spec, intervallMs: 1 } as never), meant('did you mean intervalMs?'));
  await t.rejects(loadSpec({ strikt: true } as never), meant('did you mean strict?'));
  await t.rejects(snapshot({ spec, ['x'.repeat(100_000)]: 1 } as never), meant(null));
});

t.test('undefined is the default of every option', async (t) => {
  const spec = await loadSpec({ page: undefined, notes: undefined, strict: undefined });
  const options = { role: undefined, netns: undefined, allNetns: undefined, owners: undefined, failOn: undefined };
  const unused = { deadlineMs: undefined, signal: undefined, allowModuleLoad: undefined };
  const document = await snapshot({ spec, ...options, ...unused });
  t.ok(redact(document, { key: undefined, spec: undefined }));
});

t.test('a Node that is too old', (t) => {
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.10.0' } });`;
  const preload = `data:text/javascript,${encodeURIComponent(old)}`;
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, ['--import', preload, ...argv], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
  const command = run(join(ROOT, 'dist/src/main.cjs'), '--once');
  t.strictSame([command.status, command.stdout], [2, '']);
  t.match(command.stderr, /^k8s-sockwatch: needs Node 20.11 or later, and this is v[^\n]+\n$/);
  const library = run(
    '--input-type=module',
    '-e',
    `await import(${JSON.stringify(INDEX)}).catch(({ message }) => console.log(message))`,
  );
  t.match(library.stdout, /^k8s-sockwatch needs Node 20.11 or later, and this is v[^\n]+\n$/);
  t.end();
});

t.test('exitNow', async (t) => {
  const program = `import { exitNow } from ${JSON.stringify(INDEX)}; console.log('last words'); exitNow(3);`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  t.strictSame([status, stdout], [3, 'last words\n']);
});

t.test('the page is the built-in one unless another is given', async (t) => {
  const [plain, given] = [await snapshot(), await snapshot({ spec: await loadSpec() })];
  t.strictSame(plain.spec, given.spec);
  const stored = await readSnapshot(readFileSync(FIXTURE, 'utf8'), 'fixture');
  t.strictSame(reevaluate(stored), reevaluate(stored, { spec: await loadSpec() }));
});

t.test('a stored snapshot can be read, evaluated again, compared and redacted', async (t) => {
  const stored = await readSnapshot(readFileSync(FIXTURE, 'utf8'), 'fixture');
  const again = reevaluate(stored, { spec: await loadSpec({}), role: 'auto', failOn: 'warning' });
  // Without `matchedBy`, which later versions may rank better.
  const factsOf = ({ verdict, severity, expected, sockets }: Finding) => ({ verdict, severity, expected, sockets });
  t.strictSame(again.findings.map(factsOf), stored.findings.map(factsOf));
  const differences = diff(stored, again).differences.map(({ code }) => code);
  t.strictSame(differences, ['page-changed'], 'the built-in page was another');
  t.ok(redact(stored).redacted?.keyId);
  t.type(evaluate, 'function');
  await t.rejects(readSnapshot('{', 'broken'), { code: 'ERR_INPUT' });
  await t.rejects(readSnapshot('{', 'broken'), SockwatchError);
});

t.test('every export of the library is documented, without warnings', { timeout: 120_000 }, async (t) => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'docs', '--', '--out', t.testdir({})], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  t.equal(status, 0, stdout + stderr);
});
