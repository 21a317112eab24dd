// The entry point of the single file (packaging/single), in place of main.cts: what main.cts and the bundles read from files are assets
// of the executable.

import fs = require('node:fs');
import os = require('node:os');
import sea = require('node:sea');
import vm = require('node:vm');

type Wrapper = (exports: object, require: (id: string) => unknown, module: { exports: object }) => void;

function asset(name: string): Buffer {
  return Buffer.from(sea.getRawAsset(name) as ArrayBuffer);
}

/** Runs a bundle that .ci/bundle.mjs made, in ASCII. */
function run(name: string, wrap: (text: string) => string, cachedData: Buffer = Buffer.alloc(0)): object {
  const script = new vm.Script(wrap(asset(name).toString('latin1')), { filename: name, cachedData });
  const module = { exports: {} };
  (script.runInThisContext() as Wrapper)(module.exports, requireAsset, module);
  return module.exports;
}

/** Which of them may be written, and allow execution, differs between nodes. TMPDIR is read by os.tmpdir(). */
const DIRECTORIES = ['/dev/shm', '/run', os.tmpdir(), '/var/tmp'];

/** Not in Node's constants (include/uapi/asm-generic/fcntl.h). */
const O_TMPFILE = 0o20000000 | fs.constants.O_DIRECTORY;

/** From a file without a name: nothing is left behind, whatever ends the process. */
function loadAddon(): unknown {
  const addon = asset('addon');
  const failures: string[] = [];
  for (const directory of new Set(DIRECTORIES)) {
    try {
      const fd = fs.openSync(directory, O_TMPFILE | fs.constants.O_RDWR | fs.constants.O_EXCL, 0o700);
      fs.writeSync(fd, addon);
      const module = { exports: {} };
      // It stays open: the C library takes a path that it has seen for the same file.
      process.dlopen(module, `/proc/self/fd/${fd}`);
      return module.exports;
    } catch (error) {
      failures.push(`${directory}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(failures.join('; '));
}

const ADDON_REMEDIES =
  'It is loaded from a file without a name in one of these directories. Set TMPDIR to one that is writable and not mounted noexec.';

const loaded = new Map<string, unknown>([['addon_file.cjs', { loadAddon, ADDON_REMEDIES }]]);

function requireAsset(id: string): unknown {
  const name = /^\.\.\/bin\/(.+)$/.exec(id)?.[1];
  if (name === undefined) return require(id);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const exported = run(name, (text) => `(function (exports, require, module) {${text}\n})`);
  loaded.set(name, exported);
  return exported;
}

const begin = requireAsset('../bin/begin.cjs') as { bundle: string; beginPass(): unknown };
const firstPass = begin.beginPass();
// Empty where the build machine could not run the executable's Node.js, and then V8 compiles the program.
const program = run(begin.bundle, (text) => text, asset(`${begin.bundle}.cache`)) as { start(firstPass: unknown): void };
program.start(firstPass);
