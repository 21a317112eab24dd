import { release } from 'node:os';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { messageOf } from '../../base/errors.js';
import { readFile } from '../../base/files.js';
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

/** Why an eBPF program could not be loaded. */
export async function explainRefusal(
  thrown: unknown,
  kernel: string = release(),
  files: RefusalFiles = REFUSAL_FILES,
): Promise<CoverageFault> {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
    return { code: 'bpf-kernel-too-old', params: { kernel, needed: NEEDED.join('.') } };
  }
  const btf = await readFile(files.btf).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!btf) return { code: 'bpf-no-btf', params: {} };
  if (!isKernelError(thrown)) return { code: 'bpf-failed', params: { text: messageOf(thrown) } };
  const { syscall, code: errno } = thrown;
  const isDenied = errno === 'EPERM' || errno === 'EACCES';
  if (isDenied) {
    const capabilities = await lackingCapabilities(files.status);
    if (capabilities.length > 0) return { code: 'bpf-needs-capabilities', params: { capabilities } };
  }
  // Programs that read kernel memory are refused: the verifier does not know their helpers (EINVAL), see
  // bpf_base_func_proto() in kernel/bpf/helpers.c. What fails without tracefs under lockdown is due to it as well.
  const lockdown = await readFile(files.lockdown, 'utf8').catch(() => '');
  if (lockdown.includes('[confidentiality]')) return { code: 'bpf-locked-down', params: {} };
  if (!isDenied) return { code: 'bpf-rejected', params: { syscall, errno } };
  // Attaching to a tracepoint needs its id, which is in tracefs, and a perf event.
  if (syscall === 'unshare' || syscall === 'mount') return { code: 'bpf-needs-tracefs', params: {} };
  if (syscall === 'open') return { code: 'bpf-tracefs-unreadable', params: { syscall, errno } };
  if (syscall === 'perf_event_open') return { code: 'bpf-perf-event-refused', params: { errno } };
  return { code: 'bpf-forbidden', params: {} };
}

async function lackingCapabilities(statusFile: string): Promise<string[]> {
  const status = await readFile(statusFile, 'latin1').catch(() => '');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const has = (bit: bigint): boolean => ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
  return has(CAP_SYS_ADMIN) ? [] : CAPABILITIES.flatMap(([name, bit]) => (has(bit) ? [] : [name]));
}
