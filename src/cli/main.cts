#!/usr/bin/env node
// The installed command. It runs the bundle that .ci/bundle.mjs makes of cli.ts with everything it imports, with V8's code cache for
// it: finding, reading and compiling the modules one by one would take longer than everything else that `--once` does.

import fs = require('node:fs');
import path = require('node:path');
import vm = require('node:vm');

type Addon = import('../kernel/addon.js', { with: { 'resolution-mode': 'import' } }).Addon;
type OwnerPass = import('../kernel/addon.js', { with: { 'resolution-mode': 'import' } }).OwnerPass;
type Options = typeof import('./options.js', { with: { 'resolution-mode': 'import' } });
type Wrapper = (
  exports: unknown,
  require: unknown,
  module: unknown,
  filename: string,
  dirname: string,
  startedOwnerPass: Promise<OwnerPass> | undefined,
) => void;

const directory = path.join(__dirname, '..', 'bin');

/**
 * `--once` mostly waits for the kernel to list who owns which socket, so that starts before the program is loaded: beside 50,000
 * sockets this saves 13 of 110 ms. Errors are left to the program, which then tries again. Not with a deadline, for which cli.ts first
 * sets the number of threads.
 */
function startOwnerPass(): Promise<OwnerPass> | undefined {
  try {
    const { parseCommand } = require(path.join(directory, 'options.cjs')) as Options;
    const command = parseCommand(process.argv.slice(2));
    if (command.kind !== 'once' || command.deadlineMs !== null) return undefined;
    if (command.owners !== 'auto' && command.owners !== 'bpf') return undefined;
    const load = require('node-gyp-build') as (root: string) => Addon;
    const pass = load(path.join(__dirname, '../..')).iterateOwners?.(false);
    pass?.catch(() => {});
    return pass;
  } catch {
    return undefined;
  }
}

/**
 * What .ci/code_cache.cjs wrote: the Node.js release, architecture and program that the cache was made with, then the cache. V8 itself
 * compares no more of the program than its length, and the cache of another release can crash it. Without a match the program is
 * compiled. Comparing the whole program takes a tenth of a millisecond, loading node:crypto to compare a hash takes five.
 */
function readCache(file: string, program: Buffer): Buffer | undefined {
  let cache: Buffer;
  try {
    cache = fs.readFileSync(file);
  } catch {
    return undefined;
  }
  const key = Buffer.concat([Buffer.from(`${process.version} ${process.arch}\n`), program]);
  return key.equals(cache.subarray(0, key.length)) ? cache.subarray(key.length) : undefined;
}

const startedOwnerPass = startOwnerPass();
const bundle = path.join(directory, 'cli.cjs');
const program = fs.readFileSync(bundle);
const cachedData = readCache(`${bundle}.cache`, program);
// esbuild writes ASCII.
const script = new vm.Script(program.toString('latin1'), {
  filename: bundle,
  ...(cachedData === undefined ? {} : { cachedData }),
});
(script.runInThisContext() as Wrapper)(exports, require, module, bundle, directory, startedOwnerPass);
