import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { ROOT } from '../native/toolchain.js';
import { snapshotIn } from './cli.js';
import { installPackage, removePackage } from './installed.js';

let command = '';
t.before(async () => {
  command = await installPackage();
});
t.teardown(() => removePackage(command));

t.test('the packed package works without install scripts', { timeout: 180_000 }, async (t) => {
  const { status, stdout, stderr } = spawnSync(command, ['--once'], { encoding: 'utf8' });
  t.equal(stderr, '');
  t.equal(status, 3, 'this machine is not a node');
  const document = snapshotIn(stdout);
  t.ok(
    document.coverage.sources.every(({ status: one }) => one !== 'failed'),
    'the addon loads',
  );
  const modules = dirname(dirname(command));
  t.strictSame((await readdir(modules)).sort(), ['.bin', '.package-lock.json', 'k8s-sockwatch'], 'no other package');
  const root = join(modules, 'k8s-sockwatch');
  t.strictSame(
    (await readdir(root)).sort(),
    [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'examples',
      'package.json',
      'packaging',
      'prebuilds',
      'src',
    ],
    'no sources, tests or addon of this machine',
  );
  t.strictSame((await readdir(join(root, 'prebuilds'))).sort(), ['linux-arm64', 'linux-x64']);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  t.match(manifest, { gypfile: false, repository: Object, homepage: String, bugs: String });
  t.notOk(manifest.scripts.install ?? manifest.scripts.postinstall ?? manifest.dependencies, 'nothing to install');
  const files = await readdir(root, { recursive: true });
  t.strictSame(
    files.filter((file) => file.endsWith('.map')),
    [],
  );
  for (const file of files.filter((name) => /\.c?js$/.test(name))) {
    t.notMatch(await readFile(join(root, file), 'utf8'), /sourceMappingURL/, file);
  }

  const imported = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import { snapshot, loadSpec, evaluate } from 'k8s-sockwatch'; console.log(typeof snapshot, typeof loadSpec, typeof evaluate)",
    ],
    { cwd: dirname(dirname(dirname(command))), encoding: 'utf8' },
  );
  t.equal(imported.stdout, 'function function function\n', imported.stderr);
});

/** The strictest settings of another package; declarations of dependencies are checked as well. */
const STRICTEST = {
  target: 'ES2022',
  lib: ['ES2023'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
};

t.test('a strict TypeScript program compiles against the package and runs', { timeout: 180_000 }, async (t) => {
  const folder = dirname(dirname(dirname(command)));
  await copyFile(join(ROOT, 'test/fixtures/consumer/consumer.mts'), join(folder, 'consumer.mts'));
  // As after `npm install --save-dev @types/node@20`.
  const types = 'node_modules/@types/node';
  await mkdir(dirname(join(folder, types)));
  await symlink(join(ROOT, types), join(folder, types));
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ]) {
    const project = join(folder, `tsconfig.${moduleResolution}.json`);
    const compilerOptions = { ...STRICTEST, module, moduleResolution };
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['consumer.mts'] }));
    const tsc = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], {
      encoding: 'utf8',
    });
    t.strictSame([tsc.status, tsc.stdout], [0, ''], `moduleResolution ${moduleResolution}`);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['consumer.mjs'], { cwd: folder, encoding: 'utf8' });
  t.strictSame([status, stderr], [0, '']);
  t.match(
    stdout,
    /^\{"verdict":"string","names":true,"kinds":\[\],"coverage":(true|false),"codes":\["ERR_NETNS"\]\}\n1\n$/,
  );
});
