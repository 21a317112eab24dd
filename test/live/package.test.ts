import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { snapshotIn } from './cli.js';
import { installPackage, removePackage } from './installed.js';

t.test('the packed package works from an empty folder, without install scripts', { timeout: 180_000 }, async (t) => {
  const command = await installPackage();
  t.teardown(() => removePackage(command));
  const { status, stdout, stderr } = spawnSync(command, ['--once'], { encoding: 'utf8' });
  t.equal(stderr, '');
  t.equal(status, 1, 'this machine is no node, so it drifts');
  const document = snapshotIn(stdout);
  t.ok(
    document.coverage.sources.every(({ status: one }) => one !== 'failed'),
    'both addons load: ours and netlink',
  );
  const root = join(dirname(dirname(command)), 'k8s-sockwatch');
  const parts = await readdir(root);
  t.notOk(parts.includes('build'), 'the addon is the prebuilt one');
  t.ok(parts.includes('prebuilds'));
  t.notOk(parts.includes('test'), 'tests stay at home');

  const imported = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import { snapshot, loadSpec, evaluate } from 'k8s-sockwatch'; console.log(typeof snapshot, typeof loadSpec, typeof evaluate)",
    ],
    { cwd: dirname(dirname(dirname(command))), encoding: 'utf8' },
  );
  t.equal(imported.stdout, 'function function function\n', imported.stderr);
});
