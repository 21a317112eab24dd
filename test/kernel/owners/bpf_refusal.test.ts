import { join } from 'node:path';
import t from 'tap';
import type { KernelError } from '../../../src/kernel/addon.js';
import { explainRefusal } from '../../../src/kernel/owners/bpf_refusal.js';

const kernelError = (code: string): KernelError =>
  Object.assign(new Error(`bpf: ${code}`), { code, errno: 1, syscall: 'bpf' });

t.test('why eBPF cannot be had, in words that tell what to change', async (t) => {
  const directory = t.testdir({
    btf: '',
    open: 'none [integrity] confidentiality\n',
    locked: 'none integrity [confidentiality]\n',
    // Bits 38 and 39 are CAP_PERFMON and CAP_BPF, bit 21 is CAP_SYS_ADMIN.
    none: 'Name:\tx\nCapEff:\t0000000000000000\n',
    perfmon: 'CapEff:\t0000004000000000\n',
    both: 'CapEff:\t000000c000000000\n',
    admin: 'CapEff:\t0000000000200000\n',
  });
  const files = (status: string, lockdown = 'open', btf = 'btf') => ({
    btf: join(directory, btf),
    lockdown: join(directory, lockdown),
    status: join(directory, status),
  });
  const eperm = kernelError('EPERM');
  const cases: readonly (readonly [
    thrown: unknown,
    kernel: string,
    files: ReturnType<typeof files>,
    reason: RegExp,
  ])[] = [
    [eperm, '5.15.0-91-generic', files('both'), /^this kernel \(5\.15\.0-91-generic\) is older than 5\.17$/],
    [eperm, '4.19.0', files('both'), /older than 5\.17/],
    [eperm, '6.1.0-13-amd64', files('both', 'open', 'absent'), /no BTF/],
    [eperm, '6.1.0', files('none'), /^CAP_PERFMON and CAP_BPF are needed$/],
    [eperm, '6.1.0', files('perfmon'), /^CAP_BPF is needed$/],
    [eperm, '6.1.0', files('both', 'locked'), /locked down \(confidentiality\)/],
    [eperm, '6.1.0', files('both'), /seccomp/],
    [eperm, '6.1.0', files('admin'), /seccomp/],
    [eperm, '6.1.0', files('absent', 'absent'), /seccomp/],
    [kernelError('EINVAL'), '6.1.0', files('both'), /did not take the program: bpf: EINVAL/],
  ];
  for (const [thrown, kernel, given, reason] of cases) t.match(await explainRefusal(thrown, kernel, given), reason);
  const here = await explainRefusal(kernelError('EINVAL'));
  t.match(here, /./, 'and of this machine something can be said');
});
