// Part of the build: bundles the compiled program as dist/bin/cli.cjs, which dist/src/main.cjs runs. Packages that are rarely
// needed (parsers, TUI) are not bundled, but loaded when they are used.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/bin/cli.cjs');

/** `netlink` is needed by every run, and `string-width` cannot be required. */
const BUNDLED = /^(netlink\/|string-width$|strip-ansi$|ansi-regex$|emoji-regex$|get-east-asian-width$)/;

/** A quarter of the program, which --once does not need: loaded when a snapshot or notes are read. */
const VALIDATORS = ['snapshot/document/validate_snapshot', 'spec/validate_notes'];

const packages = {
  name: 'packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      BUNDLED.test(path) ? undefined : { path, external: true },
    );
    onResolve({ filter: /\/validate_(snapshot|notes)\.js$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `../bin/${basename(path, '.js')}.cjs`, external: true },
    );
    // Modules locate their files relative to their original path.
    onLoad({ filter: /\/dist\/src\/.*\.js$/ }, ({ path }) => {
      const own = JSON.stringify(relative(dirname(BUNDLE), path));
      const url = `require("node:url").pathToFileURL(require("node:path").join(__dirname, ${own})).href`;
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url), resolveDir: dirname(path) };
    });
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  plugins: [packages],
  legalComments: 'inline',
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: VALIDATORS.map((name) => join(ROOT, 'dist/src', `${name}.js`)),
  outdir: dirname(BUNDLE),
  entryNames: '[name]',
  outExtension: { '.js': '.cjs' },
  minify: true,
});
await build({
  ...common,
  entryPoints: [join(ROOT, 'dist/src/cli/cli.js')],
  outfile: BUNDLE,
  // import() does not work in a script that vm runs; require() does.
  supported: { 'dynamic-import': false },
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
});

// main.cjs reads the program as Latin-1, of which V8 takes half the memory. esbuild escapes other characters in strings, but
// not in regular expressions.
for (const file of readdirSync(dirname(BUNDLE))) {
  const path = join(dirname(BUNDLE), file);
  const escaped = readFileSync(path, 'utf8').replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  writeFileSync(path, escaped);
}
