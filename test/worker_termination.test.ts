import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from './native/toolchain.js';

t.setTimeout(330_000);

/** Calls that end with the worker thread that makes them. Each prints a message at every point where it may be terminated. */
const JOBS = {
  snapshot: `for (;;) { at('reading'); await snapshot({ spec }); at('read'); }`,
  'snapshot of all namespaces': `for (;;) { at('reading'); await snapshot({ spec, allNetns: true, owners: 'proc' }); at('read'); }`,
  follow: `at('starting'); for await (const { event } of follow({ spec })) at(event);`,
} as const;

const program = (index: string): string => `
  import { readdirSync, readlinkSync } from 'node:fs';
  import { once } from 'node:events';
  import { createServer } from 'node:net';
  import { Worker } from 'node:worker_threads';
  const jobs = ${JSON.stringify(Object.values(JOBS))};
  const targetOf = (fd) => {
    try {
      return readlinkSync('/proc/self/fd/' + fd);
    } catch {
      return '/closed';
    }
  };
  // Without files: Node leaves one open whose open(2) ends after its thread.
  const open = () => readdirSync('/proc/self/fd').filter((fd) => !targetOf(fd).startsWith('/')).length;
  const loaded = () => process.report.getReport().sharedObjects.filter((one) => one.includes('/netlink/'));
  async function terminate(job, round) {
    const server = createServer();
    const worker = new Worker(\`
      const { parentPort } = require('node:worker_threads');
      const at = (point) => parentPort.postMessage(point);
      import(${JSON.stringify(index)}).then(async ({ follow, loadSpec, snapshot }) => {
        at('loaded');
        const spec = await loadSpec();
        \${job}
      });\`, { eval: true, execArgv: [] });
    // Round by round a little later: after another message, and after some turns of this thread's loop.
    for (let message = 0; message <= round % 4; message++) {
      await once(worker, 'message');
      // For follow() to report.
      if (message === 2) server.listen(0, '127.0.0.1');
    }
    for (let turn = 0; turn < round * 3; turn++) await new Promise(setImmediate);
    await worker.terminate();
    if (server.listening) await once(server.close(), 'close');
  }
  for (const job of jobs) await terminate(job, 3);
  const before = open();
  for (const job of jobs) for (let round = 0; round < 10; round++) await terminate(job, round);
  // What a terminated thread had started may still be ending; a leak never does.
  while (open() > before) await new Promise(setImmediate);
  console.log(JSON.stringify(loaded()));`;

t.test('a worker thread that is terminated during snapshot() or follow() harms nothing', async (t) => {
  const index = new URL('../src/index.js', import.meta.url).href;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program(index)],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' }, timeout: 300_000 },
  );
  t.strictSame([status, signal, stderr], [0, null, '']);
  t.equal(stdout, '[]\n');
});

t.test('the addon of the netlink package is neither loaded nor needed', async (t) => {
  const root = t.testdir({ node_modules: {} });
  for (const name of ['package.json', 'build', 'src']) symlinkSync(join(ROOT, name), join(root, name));
  await cp(join(ROOT, 'dist/src'), join(root, 'dist/src'), { recursive: true });
  await cp(join(ROOT, 'dist/bin'), join(root, 'dist/bin'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== 'netlink') symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
  }
  // All of the package but its prebuilt addon.
  mkdirSync(join(root, 'node_modules/netlink'));
  for (const name of ['package.json', 'dist']) {
    await cp(join(ROOT, 'node_modules/netlink', name), join(root, 'node_modules/netlink', name), { recursive: true });
  }
  const env = { ...process.env, NODE_OPTIONS: '' };
  const run = spawnSync(process.execPath, [join(root, 'dist/src/main.cjs'), '--once'], { encoding: 'utf8', env });
  t.equal(run.stderr, '');
  const { coverage } = JSON.parse(run.stdout) as { coverage: { sources: { name: string; status: string }[] } };
  t.match(
    coverage.sources.find(({ name }) => name === 'network'),
    { status: 'ok' },
  );
  const library = `const { loadSpec, snapshot } = await import(${JSON.stringify(join(root, 'dist/src/index.js'))});
    const { coverage } = await snapshot({ spec: await loadSpec() });
    console.log(coverage.sources.find(({ name }) => name === 'network').status);`;
  const used = spawnSync(process.execPath, ['--input-type=module', '-e', library], { encoding: 'utf8', env });
  t.strictSame([used.stdout, used.stderr], ['ok\n', '']);
});
