import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { diff, type Evidence, readEvidence, render, renderDiff, renderMatrix } from '../src/index.js';
import { cluster } from './fleet/factory.js';

const CLI = fileURLToPath(new URL('../src/main.cjs', import.meta.url));

function outputOf(...argv: string[]): string {
  return spawnSync(process.execPath, [CLI, ...argv], { encoding: 'utf8' }).stdout;
}

/** Three control planes and a worker, and a file that is broken. */
function directoryOf(t: Test): string {
  const entries = cluster(1).map((one) => [`${one.node.hostname}.json`, JSON.stringify(one)]);
  return t.testdir({
    ...Object.fromEntries(entries),
    'w-2.json': '{"schemaVersion":1,"generator":{"name":"k8s-sockwatch"',
  });
}

async function allIn(...argv: Parameters<typeof readEvidence>): Promise<Evidence[]> {
  const all: Evidence[] = [];
  for await (const one of readEvidence(...argv)) all.push(one);
  return all;
}

t.test('evidence is evaluated as it is read, and what cannot be read is in its place', async (t) => {
  const directory = directoryOf(t);
  const all = await allIn(directory);
  t.strictSame(
    all.map((one) => ('document' in one ? one.document.summary.result : one.error.code)),
    ['match', 'match', 'match', 'match', 'ERR_INPUT'],
  );
  const [asControlPlane] = await allIn(`${directory}/w-1.json`, { role: 'control-plane' });
  t.ok(
    asControlPlane !== undefined && 'document' in asControlPlane && asControlPlane.document.summary.result === 'drift',
  );
  t.match(await allIn(`${directory}/gone`), [{ error: { code: 'ERR_INPUT' } }]);
  for (const wrong of [[3], [''], [directory, { roles: 'worker' }]] as never[][]) {
    await t.rejects(readEvidence(...(wrong as unknown as [string])).next(), { code: 'ERR_USAGE' }, String(wrong));
  }
});

t.test('texts are those of the command', async (t) => {
  const directory = directoryOf(t);
  for (const format of ['table', 'json', 'html'] as const) {
    const text = await renderMatrix(readEvidence(directory), format);
    t.equal(text, outputOf('check', directory, '--format', format), format);
  }
  const documents = (await allIn(directory)).flatMap((one) => ('document' in one ? one.document : []));
  const [first, second] = documents;
  if (first === undefined || second === undefined) throw new Error('there are two');
  for (const format of ['table', 'json'] as const) {
    t.equal(await render(first, format), outputOf('check', `${directory}/cp-1.json`, '--format', format), format);
  }
  t.match(await render(first, 'line'), /^.{1,80}\n$/);
  const files = [`${directory}/cp-1.json`, `${directory}/cp-2.json`];
  for (const format of ['text', 'json'] as const) {
    t.equal(await renderDiff(diff(first, second), format), outputOf('diff', ...files, '--format', format), format);
  }
  const calls = [
    () => render({} as never),
    () => render(first, 'html' as never),
    () => renderDiff(null as never),
    () => renderDiff(diff(first, second), 'html' as never),
    () => renderMatrix([], 'line' as never),
    () => renderMatrix([], 'table', {}, 0),
    () => renderMatrix([], 'table', { page: 'x' } as never),
    () => renderDiff({ differences: null } as never),
    ...[
      undefined,
      null,
      5,
      {},
      [1],
      [null],
      [{}],
      [first],
      [{ name: 'x', document: first }],
      [{ source: 'x', document: {} }],
    ].map((wrong) => () => renderMatrix(wrong as never)),
  ];
  for (const call of calls) await t.rejects(call(), { code: 'ERR_USAGE' }, String(call));
});
