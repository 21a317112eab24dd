// `npm run build:single [-- ARCH…]`: makes dist/k8s-sockwatch-linux-ARCH, and .xz of it, for x64 and arm64: Node.js as a single
// executable application with the bundles of `.ci/build` and the addon of `.ci/prebuild` as assets. COMPRESSION=0 saves time.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'dist/bin');
const WORK = join(ROOT, 'build/single');
const TRIPLES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
/** Documented as constant in Node's documentation of single executable applications. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

function run(program, argv, env = {}) {
  return execFileSync(program, argv, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const nodeOf = (arch) => join(run('.ci/fetch_node', [arch]).trim(), 'bin/node');

/** V8's cache of a bundle, without what main.cts compares; only this architecture's Node.js can make it. */
function codeCache(bundle, node, arch) {
  const file = join(WORK, `${bundle}-${arch}.cache`);
  if (arch !== process.arch) return writeFileSync(file, ''), file;
  run(node, ['.ci/code_cache.cjs', bundle, '--once'], { CODE_CACHE: file });
  const key = run(node, ['-p', '`${process.version} ${process.arch}`']);
  writeFileSync(file, readFileSync(file).subarray(key.length + readFileSync(join(BIN, bundle)).length));
  return file;
}

function build(arch) {
  const node = nodeOf(arch);
  const output = join(ROOT, `dist/k8s-sockwatch-linux-${arch}`);
  const bundles = readdirSync(BIN).filter((name) => name.endsWith('.cjs') && name !== 'addon_file.cjs');
  const config = {
    main: join(ROOT, 'dist/src/cli/single.cjs'),
    output: join(WORK, `blob-${arch}`),
    disableExperimentalSEAWarning: true,
    // Neither NODE_OPTIONS nor an option may change what runs as root.
    execArgvExtension: 'none',
    assets: {
      ...Object.fromEntries(bundles.map((name) => [name, join(BIN, name)])),
      addon: join(ROOT, `prebuilds/linux-${arch}/node.napi.glibc.node`),
      ...Object.fromEntries(['once.cjs', 'cli.cjs'].map((name) => [`${name}.cache`, codeCache(name, node, arch)])),
    },
  };
  const file = join(WORK, `config-${arch}.json`);
  writeFileSync(file, JSON.stringify(config));
  run(nodeOf(process.arch), ['--experimental-sea-config', file]);
  rmSync(output, { force: true });
  // Before the blob is added, whose section strip would break.
  run(`${TRIPLES[arch]}-strip`, ['--strip-unneeded', '-o', output, node]);
  run('node_modules/.bin/postject', [output, 'NODE_SEA_BLOB', config.output, '--sentinel-fuse', FUSE]);
  run('xz', ['--keep', '--force', '--threads=0', `-${process.env.COMPRESSION ?? 6}`, output]);
}

mkdirSync(WORK, { recursive: true });
run('.ci/prebuild', Object.keys(TRIPLES));
const wanted = process.argv.slice(2);
for (const arch of wanted.length === 0 ? Object.keys(TRIPLES) : wanted) {
  if (!(arch in TRIPLES)) throw new Error(`${arch} is none of ${Object.keys(TRIPLES).join(', ')}`);
  build(arch);
}
