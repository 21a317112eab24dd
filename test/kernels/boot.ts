import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../native/toolchain.js';
import { kernelFaults } from './console.js';
import type { Boot, Kernel } from './kernels.js';

/** Where kernels and what they need are kept between runs. */
export const CACHE = join(ROOT, '.kernels');

export interface Result {
  readonly passed: number;
  readonly failed: number;
  /** Why the boot is not good, for people. */
  readonly faults: readonly string[];
}

/** Far more than a job takes on a busy machine. A guest whose kernel crashed does not end by itself. */
const TIMEOUT_MS = 45 * 60_000;

interface Machine {
  readonly program: string;
  readonly machine: readonly string[];
  readonly console: string;
  readonly compiler: string;
}

/** Without KVM, so that this also runs inside virtual machines. */
const MACHINES: Readonly<Record<Kernel['arch'], Machine>> = {
  amd64: { program: 'qemu-system-x86_64', machine: ['-cpu', 'max'], console: 'ttyS0', compiler: 'gcc' },
  arm64: {
    program: 'qemu-system-aarch64',
    machine: ['-M', 'virt', '-cpu', 'neoverse-n1'],
    console: 'ttyAMA0',
    compiler: 'aarch64-linux-gnu-gcc',
  },
};

function share(tag: string, path: string, readonly: boolean): string[] {
  // A comma ends an option, unless it is doubled.
  const options = `local,path=${path.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,multidevs=remap`;
  return ['-virtfs', readonly ? `${options},readonly=on` : options];
}

/** The text of a file in a directory of results, if the guest got that far. */
function textOf(directory: string, name: string): string {
  try {
    return readFileSync(join(directory, name), 'utf8');
  } catch {
    return '';
  }
}

/** Boots a kernel that has been fetched, runs its tests and reads their results from `out`. */
export async function bootKernel(kernel: Kernel, { argument, tests }: Boot, out: string): Promise<Result> {
  const directory = join(CACHE, kernel.name);
  const files = tests.map((name) => `dist/test/kernels/${name}.guest.js`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'files'), files.map((file) => `${file}\n`).join(''));
  writeFileSync(join(out, 'path'), dirname(process.execPath));
  const { program, machine, console, compiler } = MACHINES[kernel.arch];
  execFileSync(compiler, ['-O2', '-static', '-o', join(out, 'getppid'), join(ROOT, 'test/kernels/getppid.c')]);
  if (kernel.arch === 'arm64') {
    copyFileSync(join(ROOT, 'prebuilds/linux-arm64/node.napi.glibc.node'), join(out, 'sockwatch.node'));
  }
  const log = openSync(join(out, 'console'), 'w');
  // Warnings of the kernel go to the console as well. Stalls do not count where processors are emulated.
  // What mitigates faults of real processors takes an emulated one half of its time.
  const parameters =
    `console=${console} panic=-1 quiet loglevel=5 nowatchdog rcupdate.rcu_cpu_stall_suppress=1 ` +
    'mitigations=off norandmaps';
  const child = spawn(
    program,
    [
      ...machine,
      ...['-accel', 'tcg,thread=multi', '-m', '3072', '-smp', '2'],
      ...['-nodefaults', '-nographic', '-no-reboot', '-serial', 'stdio'],
      ...['-append', argument === null ? parameters : `${parameters} ${argument}`],
      ...['-kernel', join(directory, 'vmlinuz'), '-initrd', join(directory, 'initrd.gz')],
      ...share('host', kernel.arch === 'amd64' ? '/' : join(CACHE, 'programs-arm64/root'), true),
      ...share('checkout', ROOT, true),
      ...share('kernel', join(directory, 'root'), true),
      ...share('out', out, false),
    ],
    // qemu takes a terminal for its own.
    { stdio: ['ignore', log, log], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
  );
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  closeSync(log);

  const done = textOf(out, 'done');
  const taps = files.map((file) => textOf(out, `${basename(file)}.tap`));
  const faults = [
    ...(signal === null ? [] : [`stopped after ${TIMEOUT_MS / 60_000} minutes`]),
    ...kernelFaults(textOf(out, 'console') + textOf(out, 'dmesg')),
    ...files
      .filter((file) => !done.includes(`0 ${file}\n`))
      .map((file) => `${file} failed or did not finish: see ${out}`),
    ...taps.flatMap((tap) => tap.split('\n').filter((line) => /^ *not ok /.test(line))),
  ];
  const assertions = taps.flatMap((tap) => [...tap.matchAll(/^ *(not )?ok \d+ - (?!.*# time=)/gm)]);
  const failed = assertions.filter(([, not]) => not !== undefined).length;
  return { passed: assertions.length - failed, failed, faults };
}
