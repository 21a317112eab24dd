// Part of the build: bundles the compiled program as dist/bin, of which dist/src/main.cjs runs once.cjs or cli.cjs, and the library as
// dist/lib, with every package and file that they use, and their licenses as dist/LICENSES. So the package depends on no other.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { licenses } from './licenses.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'dist/bin');
const LIB = join(ROOT, 'dist/lib');

/** Bundles of their own: what --once does not need, two thirds of the program, and what the single file replaces. */
const APART = [
  'blessed/lib/keys.js',
  'blessed/lib/program.js',
  'markdown-it',
  'prom-client',
  'tar',
  'yaml',
  './dist/src/cli/begin.js',
  './dist/src/fleet/worker_program.js',
  './dist/src/kernel/addon_file.js',
  './dist/src/snapshot/document/validate_snapshot.js',
  './dist/src/spec/validate_notes.js',
];

/** What runs of `--once` never get to: once.cjs is cli.cjs without it, and takes half as long to read, compile and set up. */
const NOT_ONCE = [
  './dist/src/cli/check_command.js',
  './dist/src/cli/diff_command.js',
  './dist/src/cli/preflight_command.js',
  './dist/src/cli/serve_command.js',
  './dist/src/cli/who_command.js',
  './dist/src/tui/run.js',
  './dist/src/watch/follow.js',
];

const bundleOf = (name) => `${basename(name, '.js')}.cjs`;

const FILE_READ = /readFileSync\(new URL\('([^']+)', import\.meta\.url\), 'utf8'\)/g;

/** Puts files in place of what reads them, and lets modules locate the rest relative to their original path. */
const files = (outdir, urlOf) => ({
  name: 'files',
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/src\/.*\.js$/ }, ({ path }) => {
      const textOf = (_, name) => JSON.stringify(readFileSync(new URL(name, pathToFileURL(path)), 'utf8'));
      const contents = readFileSync(path, 'utf8')
        .replaceAll(FILE_READ, textOf)
        .replaceAll('import.meta.url', urlOf(relative(outdir, path)));
      return { contents, resolveDir: dirname(path) };
    });
  },
});

const apart = (names) => ({
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, resolveDir }) => {
      const file = path.startsWith('.') ? `./${relative(ROOT, join(resolveDir, path))}` : path;
      const name = names.find((one) => one === file);
      return name === undefined ? undefined : { path: `../bin/${bundleOf(name)}`, external: true };
    });
  },
});

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // They are in dist/LICENSES.
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: ROOT,
};

const inputs = [];
async function bundle(options) {
  const { metafile } = await build({ ...common, ...options });
  inputs.push(...Object.keys(metafile.inputs));
}

const locatedFromBin = files(
  BIN,
  (own) => `require("node:url").pathToFileURL(require("node:path").join(__dirname, ${JSON.stringify(own)})).href`,
);

// Before worker_program.js, which has its text.
await bundle({
  entryPoints: [join(ROOT, 'dist/src/fleet/worker.js')],
  outfile: join(ROOT, 'dist/src/fleet/worker.cjs'),
  plugins: [locatedFromBin],
  minify: true,
});
await bundle({
  entryPoints: [join(ROOT, 'dist/src/index.js')],
  outdir: LIB,
  format: 'esm',
  splitting: true,
  // Packages in CommonJS require built-in modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url ?? 'file:///');",
  },
  plugins: [files(LIB, (own) => `(import.meta.url && new URL(${JSON.stringify(`../${own}`)}, \`\${import.meta.url}/\`).href)`)],
});
for (const name of APART) {
  await bundle({
    stdin: { contents: `module.exports = require(${JSON.stringify(name)})`, resolveDir: ROOT },
    outfile: join(BIN, bundleOf(name)),
    plugins: [locatedFromBin, apart(APART.filter((one) => one !== name))],
    minify: true,
  });
}
for (const [name, names] of [
  ['once.cjs', [...APART, ...NOT_ONCE]],
  ['cli.cjs', APART],
]) {
  await bundle({
    entryPoints: [join(ROOT, 'dist/src/cli/cli.js')],
    outfile: join(BIN, name),
    plugins: [locatedFromBin, apart(names)],
    // import() does not work in a script that vm runs; require() does.
    supported: { 'dynamic-import': false },
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
    // Less to read and to compare. Names stay, for stacks and profiles.
    minifyWhitespace: true,
    minifySyntax: true,
  });
}

writeFileSync(join(ROOT, 'dist/LICENSES'), licenses(inputs));

// main.cjs reads the program as Latin-1, of which V8 takes half the memory. esbuild escapes other characters in strings, but
// not in regular expressions.
for (const file of readdirSync(BIN)) {
  const path = join(BIN, file);
  const escaped = readFileSync(path, 'utf8').replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  writeFileSync(path, escaped);
}
