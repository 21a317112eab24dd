import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLER_HINT } from '../base/errors.js';

/* Replaced in the single file, by src/cli/single.cts. */

/**
 * Built here, or prebuilt in the package. Not found with node-gyp-build, which follows the environment: it must not choose what
 * runs as root.
 */
const FILES = ['build/Release/sockwatch.node', `prebuilds/linux-${process.arch}/node.napi.glibc.node`];

export const ADDON_REMEDIES =
  `1. In a checkout, run "npm run build". 2. In an installed package, this machine (${process.platform} ${process.arch}) has no ` +
  `prebuilt addon: build one from the sources (docs/install.md). 3. ${BUNDLER_HINT}`;

export function loadAddon(): unknown {
  // Not `new URL('../../..', …)`, which webpack takes for a module.
  const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
  const file = FILES.map((name) => join(root, name)).find(existsSync);
  if (file === undefined) throw new Error(`there is neither ${FILES.join(' nor ')} in ${root}`);
  // As require() does, which node:module would first have to be loaded for.
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}
