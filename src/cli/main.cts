#!/usr/bin/env node
// The command that is installed. It runs the bundle that .ci/bundle.mjs makes of cli.ts and all that belongs to it, with
// V8's code cache for it: to find, read and compile the modules one by one takes longer than all the rest of `--once`.

import fs = require('node:fs');
import path = require('node:path');
import vm = require('node:vm');

type Addon = import('../kernel/addon.js', { with: { 'resolution-mode': 'import' } }).Addon;
type Wrapper = (exports: unknown, require: unknown, module: unknown, filename: string, dirname: string) => void;

/**
 * The search for holders is what `--once` waits for, and goes on in the kernel: it begins before the program is read. Whatever
 * fails here fails again, and is told, where native.ts and holder_source.ts do it. Not with a deadline, for which cli.ts sets the
 * number of threads before there is one.
 */
function searchHolders(argv: readonly string[]): void {
  const isOnce = argv.includes('--once') && argv[0]?.startsWith('-') === true;
  if (!isOnce || argv.some((one) => /^(--help|-h|--version|--deadline.*|(--owners=)?(proc|none))$/.test(one))) return;
  try {
    const find = require('node-gyp-build') as (root: string) => Addon;
    const pass = find(path.join(__dirname, '../..')).iterateOwners?.(false);
    pass?.catch(() => {});
    globalThis.k8sSockwatchOwners = pass;
  } catch {
    return;
  }
}

searchHolders(process.argv.slice(2));

const directory = path.join(__dirname, '..', 'bin');
const bundle = path.join(directory, 'cli.cjs');

/** Absent or made by another V8, it is done without: V8 checks it against its own version and the source. */
function readCache(): Buffer | undefined {
  try {
    return fs.readFileSync(`${bundle}.cache`);
  } catch {
    return undefined;
  }
}

const cachedData = readCache();
const script = new vm.Script(fs.readFileSync(bundle, 'utf8'), {
  filename: bundle,
  ...(cachedData === undefined ? {} : { cachedData }),
});
(script.runInThisContext() as Wrapper)(exports, require, module, bundle, directory);
