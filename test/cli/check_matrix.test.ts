import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { cluster, operator } from '../fleet/factory.js';
import { held } from '../verdict/factory.js';

const CLI = fileURLToPath(new URL('../../src/main.cjs', import.meta.url));

function run(cwd: string, ...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'check', ...argv], { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Writes each snapshot to a file named after its host. */
function files(t: Test, documents: readonly SnapshotDocument[], more: Record<string, string> = {}): string {
  const entries = documents.map((one) => [`${one.node.hostname}.json`, JSON.stringify(one)]);
  return t.testdir({ ...Object.fromEntries(entries), ...more });
}

t.test('several files make one matrix', (t) => {
  const cwd = files(t, cluster(2));
  const names = ['cp-1.json', 'cp-2.json', 'cp-3.json', 'w-1.json', 'w-2.json'];
  const table = run(cwd, ...names, '--format', 'table');
  t.equal(table.status, 0, table.stderr);
  t.match(table.stdout, /^5 nodes: .*✓ 5 match\n/);
  t.equal(table.stderr, '', 'no progress bar without a terminal');
  t.match(run(cwd, '.', '--format', 'table').stdout, /^5 nodes: /, 'a directory of files gives the same');
  t.match(JSON.parse(run(cwd, ...names).stdout), { kind: 'matrix', summary: { result: 'match' } });
  t.match(
    run(cwd, 'cp-1.json', '--format', 'table').stdout,
    /^cp-1 {2}role control-plane/,
    'one node is printed as by --once',
  );
  t.match(JSON.parse(run(cwd, 'cp-1.json').stdout), { schemaVersion: 1, node: { hostname: 'cp-1' } });
  t.end();
});

t.test('cluster-wide rules count in the exit code', (t) => {
  const twice = files(t, cluster(1, { 'w-1': { also: operator() } }));
  const { status, stdout } = run(twice, '.', '--format', 'table');
  t.equal(status, 1);
  t.match(stdout, /^4 nodes: ✗ 0 drift .*\n/, 'although no single node drifts');
  t.match(stdout, /✗ duplicate +cilium-operator runs on 2 nodes \(cp-1, w-1\)/);
  t.equal(run(twice, '.', '--fail-on', 'never').status, 0);
  t.end();
});

t.test('files that cannot be read are listed and make the result incomplete', (t) => {
  const cwd = files(t, cluster(1), { 'broken.json': '{' });
  const names = ['cp-1.json', 'cp-2.json', 'cp-3.json', 'w-1.json', 'broken.json', 'gone.json'];
  const { status, stdout, stderr } = run(cwd, ...names, '--format', 'table');
  t.equal(status, 3);
  t.match(stdout, /\nCould not be read:\n\? broken\.json: .*JSON that ends too early.*\n\? gone\.json: .*no such file/);
  t.match(stderr, /^k8s-sockwatch: broken\.json: .*\nk8s-sockwatch: gone\.json: .*\n$/);
  t.equal(run(cwd, 'broken.json', 'gone.json').status, 2, 'nothing could be read');
  t.end();
});

t.test('HTML', (t) => {
  const cwd = files(t, cluster(1, { 'w-1': { also: [held('</script>', '0.0.0.0', 7)] } }));
  const { status, stdout } = run(cwd, '.', '--format', 'html', '--output', 'matrix.html');
  t.equal(status, 1);
  t.equal(stdout, '');
  t.equal(statSync(join(cwd, 'matrix.html')).mode & 0o777, 0o600);
  const html = readFileSync(join(cwd, 'matrix.html'), 'utf8');
  t.match(html, /^<!DOCTYPE html>/);
  t.equal(html.match(/<\/script>/g)?.length, 2);
  t.match(run(cwd, 'w-1.json', '--format', 'html').stdout, /<title>k8s-sockwatch, 1 node: drift<\/title>/);
  t.end();
});
