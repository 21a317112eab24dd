// Part of the build: runs the bundle with this command's arguments and stores V8's code cache for it. Only functions that ran
// are in the cache, so it is given what the program is mostly used for.

const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const bundle = join(__dirname, '..', 'dist', 'bin', 'cli.cjs');
const script = new Script(readFileSync(bundle, 'utf8'), { filename: bundle });
// What the node looks like does not matter here.
process.on('exit', () => {
  writeFileSync(`${bundle}.cache`, script.createCachedData());
  process.exitCode = 0;
});
script.runInThisContext()({}, createRequire(bundle), {}, bundle, dirname(bundle));
