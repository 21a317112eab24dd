import t from 'tap';
import { kernelFaults } from './console.js';

t.test('faults of a kernel', (t) => {
  const faults = [
    '[   31.2] list_del corruption. prev->next should be ffff, but was 0000',
    '[   31.2] kernel BUG at lib/list_debug.c:59!',
    '[   31.2] Oops: invalid opcode: 0000 [#1] PREEMPT SMP',
    '[    9.0] WARNING: CPU: 1 PID: 214 at fs/super.c:122 foo+0x1/0x2',
    '[    9.0] BUG: unable to handle page fault for address: 0000000000000008',
    '[    9.0] BUG: kernel NULL pointer dereference, address: 0000000000000000',
    '[    9.0] Unable to handle kernel paging request at virtual address 0000dead',
    '[    9.0] general protection fault, probably for non-canonical address',
    '[    9.0] refcount_t: underflow; use-after-free.',
    '[    9.0] Kernel panic - not syncing: Attempted to kill init!',
  ];
  const harmless = [
    '[    0.0] Command line: console=ttyS0 panic=-1 quiet',
    '[    0.1] DEBUG: nothing',
    '[    0.2] Warning: unable to open an initial console.',
    '[   60.5] rcu: INFO: rcu_preempt self-detected stall on CPU',
    '[   76.3] sysrq: Power Off',
  ];
  t.strictSame(kernelFaults([...harmless, ...faults, ''].join('\r\n')), faults);
  t.end();
});
