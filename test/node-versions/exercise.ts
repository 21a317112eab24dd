import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { follow, loadSpec, snapshot } from 'k8s-sockwatch';

/* Uses the installed package as a library; versions.ts runs it with each Node.js. Prints JSON, or dies. */

const TERMINATIONS = 10;

/** Takes snapshots, or follows, until the worker is terminated. */
async function work(kind: unknown): Promise<never> {
  const spec = await loadSpec();
  for (;;) {
    parentPort?.postMessage('begun');
    if (kind === 'snapshot') await snapshot({ spec });
    else for await (const _ of follow({ spec, intervalMs: 10 }));
  }
}

/** Terminates workers in the middle of their work, each at another moment; in how many of them it had begun. */
async function terminate(kind: 'snapshot' | 'follow'): Promise<number> {
  for (let number = 0; number < TERMINATIONS; number++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: kind });
    await once(worker, 'message');
    await delay(number * 5);
    await worker.terminate();
  }
  return TERMINATIONS;
}

async function firstChange(): Promise<string | undefined> {
  const abort = new AbortController();
  let first: string | undefined;
  for await (const { event } of follow({ spec: await loadSpec(), signal: abort.signal })) {
    first ??= event;
    abort.abort();
  }
  return first;
}

if (isMainThread) {
  const { coverage, findings } = await snapshot({ spec: await loadSpec() });
  const failed = coverage.sources.filter(({ status }) => status === 'failed').map(({ name }) => name);
  const result = { findings: findings.length > 0, failed, first: await firstChange() };
  const terminated = [await terminate('snapshot'), await terminate('follow')];
  console.log(JSON.stringify({ ...result, terminated }));
} else {
  await work(workerData);
}
