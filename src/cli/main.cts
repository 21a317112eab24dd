#!/usr/bin/env node
// The installed command. It runs the bundle that .ci/bundle.mjs makes of cli.ts with everything it imports, with V8's code cache for
// it: finding, reading and compiling the modules one by one would take longer than everything else that `--once` does.

// Before anything that an older release lacks.
const release = process.versions.node.split('.').map(Number) as [number, number, number];
if (release[0] < 20 || (release[0] === 20 && release[1] < 11)) {
  console.error(`k8s-sockwatch: needs Node 20.11 or later, and this is ${process.version}`);
  process.exit(2);
}

import fs = require('node:fs');
import path = require('node:path');
import vm = require('node:vm');

type Program = { start(firstPass: unknown): void };
type Wrapper = (
  exports: unknown,
  require: unknown,
  module: unknown,
  filename: string,
  dirname: string,
) => void;

const directory = path.join(__dirname, '..', 'bin');

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
  const release = Buffer.from(`${process.version} ${process.arch}\n`);
  const end = release.length + program.length;
  const isOurs = release.equals(cache.subarray(0, release.length)) && program.equals(cache.subarray(release.length, end));
  return isOurs ? cache.subarray(end) : undefined;
}

const begin = require(path.join(directory, 'begin.cjs')) as { bundle: string; beginPass(): unknown };
const bundle = path.join(directory, begin.bundle);
const program = fs.readFileSync(bundle);
const cachedData = readCache(`${bundle}.cache`, program);
const firstPass = begin.beginPass();
// .ci/bundle.mjs writes ASCII.
const script = new vm.Script(program.toString('latin1'), {
  filename: bundle,
  ...(cachedData === undefined ? {} : { cachedData }),
});
(script.runInThisContext() as Wrapper)(exports, require, module, bundle, directory);
(module.exports as Program).start(firstPass);
