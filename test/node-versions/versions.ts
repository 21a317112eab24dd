import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { snapshotIn } from '../live/cli.js';
import { installPackage, removePackage } from '../live/installed.js';

/* `npm run test:node-versions`: the packed package with other releases of Node.js, from the registry. */

/** The oldest that package.json allows, the newest of each release line, and the newest of all. */
const VERSIONS = ['20.11.0', '20', '22', '24', 'latest'];
const EXERCISE = fileURLToPath(new URL('exercise.js', import.meta.url));

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sockwatch-node-')));

function run(program: string, argv: readonly string[], cwd = directory) {
  return spawnSync(program, argv, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
}

function mustRun(program: string, ...argv: readonly string[]): string {
  const { status, stdout, stderr } = run(program, argv);
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: exit code ${status}: ${stderr}`);
  return stdout.trim();
}

/** Fetches a release, and returns its program. */
function fetchNode(version: string): string {
  const tarball = mustRun('npm', 'pack', '--silent', `node-linux-${process.arch}@${version}`);
  const node = join(directory, `node-${version}`);
  mustRun('tar', '-xzf', tarball, 'package/bin/node');
  mustRun('mv', 'package/bin/node', node);
  return node;
}

t.setTimeout(900_000);

let command = '';
t.before(async () => {
  command = await installPackage();
});
t.teardown(async () => {
  rmSync(directory, { recursive: true });
  await removePackage(command);
});

/** Of the program, not of tap. */
function snapshotBy(node: string) {
  return run('env', ['-u', 'NODE_OPTIONS', node, command, '--once']);
}

for (const version of VERSIONS) {
  t.test(`Node.js ${version}`, (t) => {
    const node = fetchNode(version);
    const exact = mustRun(node, '--version');
    t.comment(exact);

    const { status, stdout, stderr } = snapshotBy(node);
    t.strictSame([status, stderr], [3, ''], '--once: no node, so there is no verdict');
    t.ok(
      snapshotIn(stdout).coverage.sources.every(({ status }) => status !== 'failed'),
      'the addon works',
    );

    const folder = dirname(dirname(dirname(command)));
    copyFileSync(EXERCISE, join(folder, 'exercise.mjs'));
    const library = run('env', ['-u', 'NODE_OPTIONS', node, 'exercise.mjs'], folder);
    t.strictSame([library.status, library.signal, library.stderr], [0, null, ''], 'the library works');
    t.match(library.stdout, '{"findings":true,"failed":[],"first":"started","terminated":[10,10]}\n');
    t.end();
  });
}

t.test('Node.js 18 gets one line that names what is needed', (t) => {
  const node = fetchNode('18');
  const needs = /^k8s-sockwatch: needs Node 20\.11 or later, and this is v18\.[\d.]+\n$/;
  t.match(snapshotBy(node), { status: 2, stdout: '', stderr: needs });
  const folder = dirname(dirname(dirname(command)));
  const library = run('env', ['-u', 'NODE_OPTIONS', node, 'exercise.mjs'], folder);
  t.match(library, { status: 1, stderr: /SockwatchError: k8s-sockwatch needs Node 20\.11 or later/ });
  t.end();
});

/** Each leaves the package out, as docs/snapshot-and-library.md says. */
const BUNDLERS: Readonly<Record<string, readonly string[]>> = {
  esbuild: [
    'app.mjs',
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--external:k8s-sockwatch',
    '--outfile=esbuild/index.mjs',
  ],
  ncc: ['build', 'app.mjs', '-e', 'k8s-sockwatch', '-o', 'ncc'],
  webpack: [],
};
const WEBPACK = `export default {
  mode: 'production', target: 'node', entry: './app.mjs',
  externals: { 'k8s-sockwatch': 'module k8s-sockwatch' }, experiments: { outputModule: true },
  output: { module: true, filename: 'index.mjs', path: import.meta.dirname + '/webpack' } };`;

t.test('bundlers that leave the package out', (t) => {
  const folder = dirname(dirname(dirname(command)));
  const app = `import { render, snapshot } from 'k8s-sockwatch'; console.log(await render(await snapshot(), 'line'));`;
  writeFileSync(join(folder, 'app.mjs'), app);
  writeFileSync(join(folder, 'webpack.config.mjs'), WEBPACK);
  const installed = run(
    'npm',
    ['install', '--ignore-scripts=false', 'esbuild', '@vercel/ncc', 'webpack', 'webpack-cli'],
    folder,
  );
  t.equal(installed.status, 0, installed.stderr);
  for (const [bundler, argv] of Object.entries(BUNDLERS)) {
    const bundled = run(join(folder, 'node_modules/.bin', bundler), argv, folder);
    t.equal(bundled.status, 0, `${bundler}: ${bundled.stdout}${bundled.stderr}`);
    const { status, stdout, stderr } = run(
      'env',
      ['-u', 'NODE_OPTIONS', process.execPath, `${bundler}/index.mjs`],
      folder,
    );
    t.strictSame([status, stderr], [0, ''], bundler);
    t.match(stdout, /^not a node|^incomplete/, bundler);
  }
  // A bundler finds the package's dependencies and its modules, but not its addon.
  run(join(folder, 'node_modules/.bin/ncc'), ['build', 'app.mjs', '-o', 'included'], folder);
  const included = run('env', ['-u', 'NODE_OPTIONS', process.execPath, 'included/index.mjs'], folder);
  t.equal(included.status, 1);
  t.match(included.stderr, /ERR_NATIVE_LOAD/);
  t.match(included.stderr, /leave the package out|external/i);
  t.end();
});

t.test('the code cache of another release is not used', (t) => {
  const bundle = join(dirname(realpathSync(command)), '../bin/once.cjs');
  const key = Buffer.concat([Buffer.from(`${process.version} ${process.arch}\n`), readFileSync(bundle)]);
  const cache = readFileSync(`${bundle}.cache`);
  t.ok(cache.subarray(0, key.length).equals(key) && cache.length > key.length, 'it was made by this release');
  // V8 would crash.
  writeFileSync(`${bundle}.cache`, Buffer.concat([key, Buffer.alloc(cache.length - key.length, 0xa5)]));
  for (const version of VERSIONS) {
    const node = join(directory, `node-${version}`);
    if (mustRun(node, '--version') === process.version) continue;
    const { status, signal, stderr } = snapshotBy(node);
    t.strictSame([status, signal, stderr], [3, null, ''], version);
  }
  t.end();
});
