import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, type Format } from 'esbuild';
import t, { type Test } from 'tap';
import { ROOT } from '../native/toolchain.js';

const LIBRARY = join(ROOT, 'dist/lib/index.js');

/** What a program prints that a bundler has put together with the library. */
async function bundled(t: Test, format: Format): Promise<string> {
  const outfile = `${t.testdir({})}/program.${format === 'cjs' ? 'cjs' : 'mjs'}`;
  const contents = `import { loadSpec, snapshot } from ${JSON.stringify(LIBRARY)};
    loadSpec().then((spec) => snapshot({ spec }));`;
  const stdin = { contents, resolveDir: ROOT };
  await build({ stdin, outfile, format, bundle: true, platform: 'node', logLevel: 'silent' });
  const { status, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
  t.equal(status, 1);
  return stderr;
}

t.test('a bundled program is told to leave the package out', async (t) => {
  for (const format of ['cjs', 'esm'] as const) {
    t.match(await bundled(t, format), /SockwatchError[\s\S]*hint: [^\n]*--external:k8s-sockwatch/, format);
  }
});
