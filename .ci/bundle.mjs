// Part of the build: makes one file, dist/bin/cli.cjs, of the compiled program, which dist/src/main.cjs runs, and a small one of its
// option parser, which runs before. What is seldom needed (parsers, the screen) stays a package of its own, loaded when it is used.

import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/bin/cli.cjs');
const OPTIONS = join(ROOT, 'dist/bin/options.cjs');

/** Packages that become part of the bundle: `netlink` is needed by every run, `string-width` cannot be required. */
const BUNDLED = /^(netlink\/|string-width$|strip-ansi$|ansi-regex$|emoji-regex$|get-east-asian-width$)/;
/** Not of them: WireGuard's part is large and rarely needed, and the addon is found beside the package's own file. */
const LEFT_OUT = /^netlink\/dist\/(wg\/wg|raw)\.js$/;

const packages = {
  name: 'packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      BUNDLED.test(path) && !LEFT_OUT.test(path) ? undefined : { path, external: true },
    );
    onResolve({ filter: /^\.\.?\/raw$/ }, ({ importer }) =>
      importer.includes('/netlink/dist/') ? { path: 'netlink/dist/raw.js', external: true } : undefined,
    );
    // Each module goes on to find its files where it would without the bundle.
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

await build({ ...common, entryPoints: [join(ROOT, 'dist/src/cli/options.js')], outfile: OPTIONS });
await build({
  ...common,
  entryPoints: [join(ROOT, 'dist/src/cli/cli.js')],
  outfile: BUNDLE,
  // In a script that vm runs, import() of a package does not work; require() does.
  supported: { 'dynamic-import': false },
  banner: { js: '(function (exports, require, module, __filename, __dirname, startedOwnerPass) {' },
  footer: { js: '})' },
});
