import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import t, { type Test } from 'tap';
import { CLI } from '../live/cli.js';

const program = (word: string): string =>
  `(function (exports) { (() => console.log('${word}'))(); exports.start = () => {}; })`;
const OLD = program('old');
const NEW = program('new');

/** V8's cache of the old program, with its functions compiled. */
const cacheOfOld = ((): Buffer => {
  const script = new Script(OLD);
  const { log } = console;
  console.log = () => {};
  script.runInThisContext()({});
  console.log = log;
  return script.createCachedData();
})();

function keyOf(source: string, version = process.version, arch = process.arch): Buffer {
  return Buffer.from(`${version} ${arch}\n${source}`);
}

/** What the installed command prints with this bundle and this cache. */
function run(t: Test, source: string, cache: Buffer | null, name = 'cli.cjs', argv: readonly string[] = []): string {
  const root = t.testdir({});
  mkdirSync(join(root, 'src'));
  mkdirSync(join(root, 'bin'));
  const main = join(root, 'src/main.cjs');
  copyFileSync(CLI, main);
  for (const file of ['begin.cjs', 'addon_file.cjs'])
    copyFileSync(join(CLI, '../../bin', file), join(root, 'bin', file));
  writeFileSync(join(root, 'bin', name), source);
  if (cache !== null) writeFileSync(join(root, 'bin', `${name}.cache`), cache);
  return execFileSync(process.execPath, [main, ...argv], { encoding: 'utf8', env: {} });
}

t.test('a cache with the right key is used', (t) => {
  // V8 itself accepts any cache of a program of this length, which shows here that it was given one.
  t.equal(run(t, NEW, Buffer.concat([keyOf(NEW), cacheOfOld])), 'old\n');
  t.end();
});

t.test('a cache of another program, release or architecture is not', (t) => {
  for (const key of [keyOf(OLD), keyOf(NEW, 'v20.0.0'), keyOf(NEW, process.version, 'mips')]) {
    t.equal(run(t, NEW, Buffer.concat([key, cacheOfOld])), 'new\n');
  }
  for (const broken of [null, Buffer.alloc(0), keyOf(NEW), Buffer.concat([keyOf(NEW), Buffer.from('broken')])]) {
    t.equal(run(t, NEW, broken), 'new\n', 'nor a broken one, nor none');
  }
  t.end();
});

t.test('once.cjs is for --once alone', (t) => {
  for (const argv of [['--once'], ['--role', 'worker', '--once']])
    t.equal(run(t, NEW, null, 'once.cjs', argv), 'new\n');
  for (const argv of [[], ['--follow'], ['check', '--once']]) t.equal(run(t, NEW, null, 'cli.cjs', argv), 'new\n');
  t.end();
});

t.test('--once loads nothing of Node.js that takes longer than what it is needed for', (t) => {
  const hook = join(t.testdir({}), 'hook.cjs');
  writeFileSync(
    hook,
    'const before = process.moduleLoadList.slice();' +
      // The addon's own ends the process without the event.
      'const { dlopen } = process;' +
      'process.dlopen = (module, file) => { dlopen(module, file); module.exports.exitNow = process.exit; };' +
      'process.on("exit", () => console.error(process.moduleLoadList.filter((name) => !before.includes(name)).join("\\n")));',
  );
  // Tap adds modules of its own, by NODE_OPTIONS.
  const argv = ['-i', process.execPath, '--require', hook, CLI, '--once'];
  const { stderr } = spawnSync('env', argv, { encoding: 'utf8' });
  t.match(stderr, /^NativeModule vm$/m);
  t.notMatch(stderr, /^NativeModule (?:perf_hooks|fs\/promises|net|stream|module|internal\/util\/comparisons)$/m);
  t.end();
});

t.test('the caches that ship have the keys of their bundles', (t) => {
  for (const name of ['once.cjs', 'cli.cjs']) {
    const bundle = join(CLI, '../../bin', name);
    const cache = readFileSync(`${bundle}.cache`);
    const key = keyOf(readFileSync(bundle, 'utf8'));
    t.ok(key.equals(cache.subarray(0, key.length)), name);
    t.ok(cache.length > key.length, name);
  }
  t.end();
});

t.test('the bundle is ASCII, as it is read as Latin-1', (t) => {
  const directory = join(dirname(CLI), '../bin');
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.cjs'))) {
    t.notMatch(readFileSync(join(directory, file), 'latin1'), /[^\0-\x7f]/, file);
  }
  t.end();
});
