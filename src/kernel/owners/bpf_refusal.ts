import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { messageOf } from '../../base/errors.js';
import { isKernelError } from '../addon.js';

/** Files in which the kernel says what it allows; tests replace them. */
export interface RefusalFiles {
  readonly btf: string;
  readonly lockdown: string;
  readonly status: string;
}

export const REFUSAL_FILES: RefusalFiles = {
  btf: '/sys/kernel/btf/vmlinux',
  lockdown: '/sys/kernel/security/lockdown',
  status: '/proc/thread-self/status',
};

/** Light skeletons need CO-RE in the kernel itself (libbpf's gen_loader, Linux 5.17). */
const NEEDED = [5, 17] as const;

/** Bits of CapEff (include/uapi/linux/capability.h). */
const CAPABILITIES = [
  ['CAP_PERFMON', 38n],
  ['CAP_BPF', 39n],
] as const;
const CAP_SYS_ADMIN = 21n;

/** Why an eBPF program could not be loaded, so that the reader knows what to change. */
export async function explainRefusal(
  thrown: unknown,
  kernel: string = release(),
  files: RefusalFiles = REFUSAL_FILES,
): Promise<string> {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
    return `this kernel (${kernel}) is older than ${NEEDED.join('.')}`;
  }
  const btf = await readFile(files.btf).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!btf) return 'this kernel has no BTF (built without CONFIG_DEBUG_INFO_BTF)';
  if (isKernelError(thrown) && (thrown.code === 'EPERM' || thrown.code === 'EACCES')) {
    const lacking = await lackingCapabilities(files.status);
    if (lacking.length > 0) return `${lacking.join(' and ')} ${lacking.length === 1 ? 'is' : 'are'} needed`;
    // Attaching to a tracepoint needs its id, which is in tracefs.
    if (thrown.syscall === 'unshare' || thrown.syscall === 'mount') {
      return 'tracefs is not mounted on /sys/kernel/tracing, and to look into it all the same CAP_SYS_ADMIN is needed';
    }
    if (thrown.syscall === 'open') return `CAP_DAC_READ_SEARCH is needed to read tracefs (${messageOf(thrown)})`;
    const lockdown = await readFile(files.lockdown, 'utf8').catch(() => '');
    if (lockdown.includes('[confidentiality]')) return 'the kernel is locked down (confidentiality)';
    return 'the kernel refuses eBPF programs (EPERM): a seccomp filter or a security module forbids bpf(2)';
  }
  return `the kernel did not take the program: ${messageOf(thrown)}`;
}

async function lackingCapabilities(statusFile: string): Promise<string[]> {
  const status = await readFile(statusFile, 'latin1').catch(() => '');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const has = (bit: bigint): boolean => ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
  return has(CAP_SYS_ADMIN) ? [] : CAPABILITIES.flatMap(([name, bit]) => (has(bit) ? [] : [name]));
}
