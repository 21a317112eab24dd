import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../native/toolchain.js';
import { bootKernel, CACHE } from './boot.js';
import { KERNELS, type Kernel } from './kernels.js';

/* `npm run test:kernels [NAME…]`: runs the *.guest.ts files in other kernels, one emulated machine after the other. */

/** What the guests on arm64 need besides Node.js. */
const PROGRAMS =
  'bash busybox-static coreutils grep iproute2 kmod libcap2-bin libstdc++6 mount python3 sed util-linux'.split(' ');

function script(path: string, ...argv: readonly string[]): void {
  execFileSync(join(ROOT, path), argv, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Fetches a kernel, and for another architecture the programs of a guest, the addon and Node.js. */
function prepare({ name, arch, suite, pattern }: Kernel): void {
  const directory = join(CACHE, name);
  script('.ci/fetch', directory, arch, suite, 'kernel', pattern);
  if (arch === 'amd64') {
    script('test/kernels/initramfs', directory, '/bin/busybox');
    return;
  }
  const programs = join(CACHE, `programs-${arch}`);
  script('.ci/fetch', programs, arch, 'bookworm', 'programs', ...PROGRAMS);
  script('.ci/prebuild', 'arm64');
  const node = execFileSync(join(ROOT, '.ci/fetch_node'), ['arm64'], { encoding: 'utf8' }).trim();
  mkdirSync(join(programs, 'root/usr/local/bin'), { recursive: true });
  copyFileSync(join(node, 'bin/node'), join(programs, 'root/usr/local/bin/node'));
  script('test/kernels/initramfs', directory, join(programs, 'root/bin/busybox'));
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !KERNELS.some((kernel) => kernel.name === name));
if (unknown.length > 0) throw new Error(`no such kernel: ${unknown.join(', ')}`);
const lines: string[] = [];
for (const kernel of KERNELS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const started = Date.now();
  try {
    prepare(kernel);
  } catch (error) {
    lines.push(`not ok ${kernel.name}: cannot be prepared: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
    continue;
  }
  let [passed, failed] = [0, 0];
  const faults: string[] = [];
  for (const boot of kernel.boots) {
    const title = [kernel.name, boot.argument ?? [], boot.tests].flat().join(' ');
    const result = await bootKernel(kernel, boot, join(CACHE, 'results', title.replaceAll(' ', '-')));
    console.log(`${title}: ${result.passed} passed, ${result.failed} failed`);
    for (const fault of result.faults) console.log(`  ${fault}`);
    passed += result.passed;
    failed += result.failed;
    faults.push(...result.faults);
  }
  if (faults.length > 0) process.exitCode = 1;
  const seconds = Math.round((Date.now() - started) / 1000);
  lines.push(
    `${faults.length === 0 ? 'ok' : 'not ok'} ${kernel.name}: ${passed} passed, ${failed} failed, ` +
      `${kernel.boots.length} boots, ${seconds} s`,
  );
}
console.log(lines.join('\n'));
