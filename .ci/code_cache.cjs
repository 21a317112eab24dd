// Part of the build: `code_cache.cjs BUNDLE ARGUMENT…` runs a bundle with these arguments and stores V8's code cache for it, behind
// what src/cli/main.cts compares. The cache holds only functions that ran, so the arguments should be those of a common command, and
// there is a listener with an owner, which a build machine may not have.

const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { createServer } = require('node:net');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const [name] = process.argv.splice(2, 1);
const bundle = join(__dirname, '..', 'dist', 'bin', name);
const program = readFileSync(bundle);
const script = new Script(program.toString('latin1'), { filename: bundle });
const { dlopen } = process;
process.dlopen = (module, file) => {
  dlopen(module, file);
  // The addon's own ends the process without the event.
  module.exports.exitNow = process.exit;
};
process.on('exit', () => {
  const release = Buffer.from(`${process.version} ${process.arch}\n`);
  writeFileSync(process.env.CODE_CACHE ?? `${bundle}.cache`, Buffer.concat([release, program, script.createCachedData()]));
  // Whether the snapshot of the build machine shows drift does not matter.
  process.exitCode = 0;
});
createServer().listen(0, '127.0.0.1');
const entry = { exports: {} };
script.runInThisContext()(entry.exports, createRequire(bundle), entry, bundle, dirname(bundle));
entry.exports.start(undefined);
