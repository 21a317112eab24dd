import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { startLab } from '../lab/lab.js';
import { waitFor } from '../lab/wait.js';
import { costOf } from '../tui/process_cost.js';
import { CLI, snapshotIn, subjectOf } from './cli.js';
import { inLab } from './node_terminal.js';
import { Serving } from './serving.js';

const TOKEN = '0123456789abcdef';

async function serve(t: Test, options: readonly string[] = [], prefix: readonly string[] = []): Promise<Serving> {
  const serving = await Serving.start(options, prefix);
  t.teardown(() => serving.stop('SIGKILL'));
  return serving;
}

t.test('on a node: its own listener is no unexpected one', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({ role: 'worker' });
  t.teardown(() => lab.stop());
  const serving = await serve(t, ['--listen', '0.0.0.0:9477'], inLab(lab, []));
  const scrape = 'fetch("http://127.0.0.1:9477/metrics").then((r) => r.text()).then(console.log)';
  const { stdout: metrics } = await lab.exec([process.execPath, '--eval', scrape]);
  t.match(metrics, /^k8s_sockwatch_result\{result="match"\} 1$/m);
  t.match(metrics, /^k8s_sockwatch_unexpected_listeners\{reach="outside"\} 0$/m);
  t.match(metrics, /^k8s_sockwatch_events_lost_total 0$/m);
  t.strictSame(spawnSync('promtool', ['check', 'metrics'], { input: metrics }).status, 0);
  const document = snapshotIn((await lab.exec([process.execPath, CLI, '--once'])).stdout);
  t.equal(document.sockets.find(({ port }) => port === 9477)?.explainedBy.by, 'note', 'also seen from outside');
  t.notOk(document.findings.some((_, at) => subjectOf(document, at).includes('9477')));
  t.equal(await serving.stop(), 0, 'SIGTERM ends it');
});

t.test('what it answers, and what it refuses', { timeout: 60_000 }, async (t) => {
  const directory = t.testdir({ token: `${TOKEN}\n` });
  const open = await serve(t);
  const serving = await serve(t, ['--token-file', `${directory}/token`]);
  const metrics = await serving.get('/metrics?x');
  t.match(metrics.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  t.match(metrics.headers.get('age'), /^\d+$/);
  t.match(await metrics.text(), /^k8s_sockwatch_coverage_complete [01]$/m);
  t.match(await (await serving.get('/healthz')).text(), /^ok; the last is \d+\.\d s old\n$/);
  const statusOf = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await serving.get(path, init)).status;
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    t.equal(await statusOf('/metrics', { method }), 405, method);
  }
  t.equal(await statusOf('/metrics', { method: 'HEAD' }), 200);
  for (const path of ['/', '/metrics/', '//metrics', '/../etc/passwd', '/%00'])
    t.equal(await statusOf(path), 404, path);
  t.equal(await statusOf('/snapshot'), 401);
  t.equal(await statusOf('/snapshot', { headers: { authorization: 'Bearer 0123456789abcdeF' } }), 401);
  const authorised = { headers: { authorization: `Bearer ${TOKEN}` } };
  const snapshot = await serving.get('/snapshot', authorised);
  t.ok(snapshotIn(await snapshot.text()).sockets.some(({ port }) => port === serving.port));
  t.equal((await open.get('/snapshot', authorised)).status, 403, 'without a token there is none');
  writeFileSync(`${directory}/token`, `${TOKEN}0`);
  t.equal((await serving.get('/snapshot', authorised)).status, 401, 'the token was replaced');
  rmSync(`${directory}/token`);
  t.equal((await serving.get('/snapshot', authorised)).status, 503, 'there is no token');
  const elsewhere = spawnSync(process.execPath, [CLI, 'serve', '--netns', '/run/netns/none'], { encoding: 'utf8' });
  t.equal(elsewhere.status, 2);
  t.match(elsewhere.stderr, /^k8s-sockwatch: cannot look into \/run\/netns\/none: [^\n]+\n$/, 'before it listens');
  const skipping = ['serve', '--probe', '--probe-skip', 'ectd'];
  const misspelled = spawnSync(process.execPath, [CLI, ...skipping], { encoding: 'utf8', timeout: 20_000 });
  t.equal(misspelled.status, 2);
  t.match(misspelled.stderr, /^k8s-sockwatch: "ectd", not to be probed, is no service [^\n]+\n$/);
  const inUse = spawnSync(process.execPath, [CLI, 'serve', '--listen', `127.0.0.1:${serving.port}`], {
    encoding: 'utf8',
  });
  t.equal(inUse.status, 2);
  t.match(
    inUse.stderr,
    /^k8s-sockwatch: cannot listen on 127\.0\.0\.1, port \d+: EADDRINUSE: [^\n]+ --listen\n?[^\n]*\n$/,
  );
});

t.test('ten thousand scrapes, as fast as they are answered', { timeout: 120_000 }, async (t) => {
  const serving = await serve(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  t.teardown(() => agent.destroy());
  const scrape = (): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${serving.url}/metrics`, { agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      })
        .once('error', reject)
        .end();
    });
  let left = 10_000;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (left-- > 0) if ((await scrape()) === 200) answered += 1;
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: 16 }, client));
  t.comment(`${Math.round(10_000 / ((performance.now() - start) / 1000))} a second`);
  t.equal(answered, 10_000);
  const { peakMiB } = costOf(serving.child.pid ?? 0);
  t.ok(peakMiB < 120, `${peakMiB} MiB`);
});

/** Opens connections that send `text` and nothing more; resolves when the last has been closed by the other end. */
function holdOpen(port: number, count: number, text: string): { readonly sockets: Socket[]; closed: Promise<unknown> } {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  const closed = sockets.map((socket) => {
    socket.on('error', () => {}).resume();
    if (text !== '') socket.write(text);
    return once(socket, 'close');
  });
  return { sockets, closed: Promise.all(closed) };
}

t.test('slow and half-open clients keep nobody out, and are closed', { timeout: 60_000 }, async (t) => {
  const serving = await serve(t);
  const clients = [
    '',
    'GET /met',
    'GET /metrics HTTP/1.1\r\nHost: x\r\n',
    'GET /metrics HTTP/1.1\r\nHost: x\r\nX-A: ',
  ].map((text) => holdOpen(serving.port, 100, text));
  t.teardown(() => {
    for (const socket of clients.flatMap(({ sockets }) => sockets)) socket.destroy();
  });
  t.equal((await serving.get('/metrics')).status, 200, 'beside 400 of them');
  await Promise.all(clients.map(({ closed }) => closed));
  t.equal((await serving.get('/healthz')).status, 200);
});

/** A file system that answers nothing, mounted at a path in the mount namespace of a process, until it is killed. */
async function hang(t: Test, pid: number, path: string): Promise<ChildProcess> {
  const server = fileURLToPath(new URL('../../../test/live/hung_files.py', import.meta.url));
  const argv = [`--mount=/proc/${pid}/ns/mnt`, '/usr/bin/python3', server, path];
  const child = spawn('nsenter', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('its output is a pipe');
  await once(child.stdout, 'data');
  return child;
}

t.test(
  'a /proc that hangs, then fails: it goes on answering, and says that the answer is incomplete',
  { timeout: 120_000 },
  async (t) => {
    const serving = await serve(t, [], ['unshare', '--mount']);
    t.equal((await serving.get('/metrics')).status, 200);
    const pid = serving.child.pid ?? 0;
    const hung = await hang(t, pid, '/proc');
    // Is noticed, so that the tables are read again.
    const listener = createServer().listen(0, '127.0.0.1');
    t.teardown(() => listener.close());
    const isIncomplete = async (): Promise<true | null> =>
      (await serving.value('k8s_sockwatch_coverage_complete')) === 0 ? true : null;
    await waitFor('an incomplete answer', isIncomplete, 90_000);
    const health = await serving.get('/healthz');
    t.equal(health.status, 503);
    t.match(await health.text(), /^a capture hangs since \d+ s; the last is \d+\.\d s old\n$/);
    t.ok(Number((await serving.get('/metrics')).headers.get('age')) >= 20, 'the age grows');
    // The kernel does not end a thread that waits for such a file system.
    hung.kill('SIGKILL');
    const isHealthy = async (): Promise<true | null> => ((await serving.get('/healthz')).ok ? true : null);
    await waitFor('a capture after it', isHealthy, 30_000);
    t.equal(await serving.value('k8s_sockwatch_coverage_complete'), 0, 'what was there answers with errors');
    // umount(8) reads /proc itself.
    const unmount = 'import ctypes, sys; sys.exit(ctypes.CDLL(None).umount2(b"/proc", 2))';
    const argv = [`--mount=/proc/${pid}/ns/mnt`, '/usr/bin/python3', '-c', unmount];
    t.equal(spawnSync('nsenter', argv).status, 0);
    listener.close();
    const isComplete = async (): Promise<true | null> =>
      (await serving.value('k8s_sockwatch_coverage_complete')) === 1 ? true : null;
    await waitFor('a complete answer', isComplete, 60_000);
    t.equal(await serving.stop(), 0);
  },
);
