import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

function npm(directory: string, ...argv: string[]): string {
  return execFileSync('npm', [...argv, '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/**
 * Packs what has been built, installs the tarball into an empty folder that everybody may read, without any install
 * script, network or cache, and gives the path of the command there.
 */
export async function installPackage(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'sockwatch-installed-')));
  await chmod(directory, 0o755);
  execFileSync(join(CHECKOUT, '.ci/prebuild'), ['x64', 'arm64'], { stdio: ['ignore', 'ignore', 'inherit'] });
  // Without scripts: packing must not build anew what the tests run from.
  const tarball = npm(CHECKOUT, 'pack', '--ignore-scripts', '--silent', '--pack-destination', directory).trim();
  npm(
    directory,
    'install',
    '--ignore-scripts',
    '--offline',
    `--cache=${join(directory, 'cache')}`,
    join(directory, tarball),
  );
  return join(directory, 'node_modules/.bin/k8s-sockwatch');
}

/** Removes the folder of a command that installPackage gave. */
export async function removePackage(command: string): Promise<void> {
  if (command !== '') await rm(dirname(dirname(dirname(command))), { recursive: true, force: true });
}
