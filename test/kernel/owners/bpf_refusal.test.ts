import { join } from 'node:path';
import t from 'tap';
import type { CoverageFault } from '../../../src/base/coverage_codes.js';
import type { KernelError } from '../../../src/kernel/addon.js';
import { explainRefusal } from '../../../src/kernel/owners/bpf_refusal.js';

const kernelError = (code: string, syscall = 'bpf'): KernelError =>
  Object.assign(new Error(`${syscall}: ${code}`), { code, errno: 1, syscall });

t.test('why an eBPF program could not be loaded', async (t) => {
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
    reason: CoverageFault,
  ])[] = [
    [
      eperm,
      '5.15.0-91-generic',
      files('both'),
      { code: 'bpf-kernel-too-old', params: { kernel: '5.15.0-91-generic', needed: '5.17' } },
    ],
    [eperm, '4.19.0', files('both'), { code: 'bpf-kernel-too-old', params: { kernel: '4.19.0', needed: '5.17' } }],
    [eperm, '6.1.0-13-amd64', files('both', 'open', 'absent'), { code: 'bpf-no-btf', params: {} }],
    [
      eperm,
      '6.1.0',
      files('none'),
      { code: 'bpf-needs-capabilities', params: { capabilities: ['CAP_PERFMON', 'CAP_BPF'] } },
    ],
    [eperm, '6.1.0', files('perfmon'), { code: 'bpf-needs-capabilities', params: { capabilities: ['CAP_BPF'] } }],
    [eperm, '6.1.0', files('both', 'locked'), { code: 'bpf-locked-down', params: {} }],
    [kernelError('EINVAL'), '6.1.0', files('both', 'locked'), { code: 'bpf-locked-down', params: {} }],
    [
      kernelError('EACCES', 'perf_event_open'),
      '6.1.0',
      files('both'),
      { code: 'bpf-perf-event-refused', params: { errno: 'EACCES' } },
    ],
    [eperm, '6.1.0', files('both'), { code: 'bpf-forbidden', params: {} }],
    [eperm, '6.1.0', files('admin'), { code: 'bpf-forbidden', params: {} }],
    [eperm, '6.1.0', files('absent', 'absent'), { code: 'bpf-forbidden', params: {} }],
    [new Error('x'), '6.1.0', files('both'), { code: 'bpf-failed', params: { text: 'x' } }],
    [
      kernelError('EINVAL'),
      '6.1.0',
      files('both'),
      { code: 'bpf-rejected', params: { syscall: 'bpf', errno: 'EINVAL' } },
    ],
  ];
  for (const [thrown, kernel, given, reason] of cases)
    t.strictSame(await explainRefusal(thrown, kernel, given), reason);
  const here = await explainRefusal(kernelError('EINVAL'));
  t.match(here.code, /^bpf-/, 'and for this machine');
});
