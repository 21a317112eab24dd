import t from 'tap';
import { COVERAGE_CODES, type CoverageFault } from '../../../src/base/coverage_codes.js';
import { faultsText, faultText, renderSource } from '../../../src/verdict/text/coverage.js';

const errno = 'EACCES';
const DENIED = 'permission denied (EACCES)';

const CASES: readonly (readonly [fault: CoverageFault, text: string])[] = [
  [{ code: 'no-answer', params: { seconds: 2 } }, 'no answer within 2.0 s'],
  [{ code: 'still-unanswered', params: {} }, 'an earlier read has not been answered yet'],
  [{ code: 'system-call-failed', params: { syscall: 'open', subject: '/proc', errno } }, `open /proc: ${DENIED}`],
  [{ code: 'system-call-failed', params: { syscall: 'socket', subject: null, errno } }, `socket: ${DENIED}`],
  [{ code: 'other-error', params: { text: 'broken\x1b[31m' } }, 'broken\\x1b[31m'],
  [{ code: 'table-changing', params: {} }, 'the table kept changing while it was read: entries may be missing'],
  [{ code: 'unknown-format', params: { file: 'tcp6' } }, '/proc/net/tcp6 has an unknown format'],
  [
    { code: 'names-ambiguous', params: { lines: 2 } },
    '2 lines of /proc/net/unix may be part of the name before them: the owners of these sockets are unknown',
  ],
  [
    { code: 'names-contradict', params: { lines: 2 } },
    '2 lines of /proc/net/unix were left out: names of sockets imitate lines, and they contradict each other',
  ],
  [
    { code: 'diag-module-not-loaded', params: { module: 'tcp_diag' } },
    'sock_diag was not used: the kernel module tcp_diag is not loaded, and asking would load it',
  ],
  [
    { code: 'diag-module-unknown', params: { module: 'tcp_diag' } },
    'sock_diag was not used: whether the kernel module tcp_diag is loaded could not be read',
  ],
  [{ code: 'diag-failed', params: { syscall: 'sendto', errno } }, `sock_diag was not used: sendto: ${DENIED}`],
  [{ code: 'dump-changing', params: { dump: 'links' } }, 'the links kept changing while they were read'],
  [{ code: 'dump-broke-off', params: { dump: 'links', errno } }, `the dump of links broke off: ${DENIED}`],
  [{ code: 'wireguard-ports-unknown', params: { devices: ['wg0', 'wg1'] } }, 'the ports of wg0, wg1 are unknown'],
  [
    { code: 'bound-not-listed', params: { kernel: '6.1.0', needed: '6.8' } },
    'this kernel (6.1.0) is older than 6.8, and does not list TCP sockets that are bound and do not listen',
  ],
  [{ code: 'socket-file-unread', params: { path: '/run/x' } }, 'what is at /run/x could not be read'],
  [
    { code: 'socket-file-elsewhere', params: { path: '/run/x' } },
    '/run/x is not looked at as the process sees it (it is in another user namespace, or had a relative path and has ended)',
  ],
  [{ code: 'address-released', params: {} }, 'it was free again when it was looked for'],
  [{ code: 'no-free-port', params: {} }, 'the process asked for any free port, and none was free'],
  [{ code: 'lookups-limited', params: {} }, 'so many binds fail that not all owners are looked up'],
  [{ code: 'owners-not-looked-up', params: {} }, 'owners were not looked up, as requested'],
  [{ code: 'owners-unseen', params: { unseen: 2, listeners: 3 } }, 'the owners of 2 of 3 listeners are unknown'],
  [
    { code: 'processes-unreadable', params: { unreadable: 1, processes: 3 } },
    '1 of 3 processes could not be read (permission denied)',
  ],
  [
    { code: 'programs-unreadable', params: { unreadable: 1, processes: 3 } },
    'the programs of 1 of 3 processes could not be read (permission denied)',
  ],
  [
    { code: 'confined', params: { profile: 'cri-containerd.apparmor.d (enforce)' } },
    'a security module (cri-containerd.apparmor.d (enforce)) forbids reading other processes: run unconfined, in Kubernetes with appArmorProfile: {type: Unconfined}',
  ],
  [
    { code: 'confined', params: { profile: null } },
    'a security module forbids reading other processes: run unconfined, in Kubernetes with appArmorProfile: {type: Unconfined}',
  ],
  [{ code: 'processes-late', params: { late: 1, processes: 3 } }, '1 of 3 processes did not answer in time'],
  [
    { code: 'own-pid-namespace', params: {} },
    'processes outside of this PID namespace cannot be seen: run on the host, in Kubernetes with hostPID: true',
  ],
  [{ code: 'hidepid', params: {} }, 'processes of other users are hidden (/proc is mounted with hidepid)'],
  [{ code: 'bpf-left-out', params: {} }, 'eBPF was not used: this build has no eBPF programs'],
  [
    { code: 'bpf-kernel-too-old', params: { kernel: '5.4.0', needed: '5.17' } },
    'eBPF was not used: this kernel (5.4.0) is older than 5.17',
  ],
  [
    { code: 'bpf-no-btf', params: {} },
    'eBPF was not used: this kernel has no BTF (built without CONFIG_DEBUG_INFO_BTF)',
  ],
  [
    { code: 'bpf-needs-capabilities', params: { capabilities: ['CAP_PERFMON', 'CAP_BPF'] } },
    'eBPF was not used: CAP_PERFMON and CAP_BPF are needed',
  ],
  [{ code: 'bpf-needs-capabilities', params: { capabilities: ['CAP_BPF'] } }, 'eBPF was not used: CAP_BPF is needed'],
  [
    { code: 'bpf-needs-tracefs', params: {} },
    'eBPF was not used: tracefs is not mounted on /sys/kernel/tracing, and reading it elsewhere needs CAP_SYS_ADMIN',
  ],
  [
    { code: 'bpf-perf-event-refused', params: { errno } },
    `eBPF was not used: CAP_SYS_ADMIN or a lower kernel.perf_event_paranoid is needed (perf_event_open: ${DENIED})`,
  ],
  [
    { code: 'bpf-tracefs-unreadable', params: { syscall: 'open', errno } },
    `eBPF was not used: CAP_DAC_READ_SEARCH is needed to read tracefs (open: ${DENIED})`,
  ],
  [{ code: 'bpf-locked-down', params: {} }, 'eBPF was not used: the kernel is locked down (confidentiality)'],
  [{ code: 'bpf-forbidden', params: {} }, 'eBPF was not used: a seccomp filter or a security module forbids bpf(2)'],
  [
    { code: 'bpf-rejected', params: { syscall: 'bpf', errno: 'EWHAT' } },
    'eBPF was not used: the kernel rejected the program (bpf: EWHAT)',
  ],
  [{ code: 'bpf-failed', params: { text: 'x' } }, 'eBPF was not used: x'],
  [{ code: 'source-incomplete', params: { source: 'tcp' } }, 'tcp was not read completely'],
  [{ code: 'namespace-gone', params: {} }, 'it was gone before it was entered'],
  [{ code: 'namespace-incomplete', params: { netns: '77' } }, 'namespace 77 was not read completely'],
  [
    { code: 'namespaces-unreadable', params: { processes: 2 } },
    'the namespaces of 2 processes could not be read (permission denied)',
  ],
  [{ code: 'ss-no-network', params: {} }, 'the text has no routes, addresses or devices'],
  [{ code: 'not-collected', params: { facts: 'ipv6-routes' } }, 'no file has the IPv6 routes of this node'],
  [
    { code: 'file-not-understood', params: { path: 'ip-a.log' } },
    'ip-a.log is not in the format that its name stands for',
  ],
  [{ code: 'ss-no-listener', params: { protocol: 'udp' } }, 'no udp listener is in this text'],
  [{ code: 'ss-no-header', params: {} }, 'the text has no header, so lines may be missing'],
  [{ code: 'ss-filtered', params: {} }, 'the command in the text may leave out sockets'],
  [{ code: 'ss-rows-removed', params: {} }, 'the columns are wider than any line needs, so lines were removed'],
  [
    { code: 'ss-one-family', params: { family: 'IPv4' } },
    'only IPv4 sockets are in this text: the command may not have asked for others',
  ],
  [{ code: 'ss-other-text', params: { line: 7 } }, 'line 7 is other text, so lines may be missing there'],
  [{ code: 'ss-text-before-row', params: { line: 7 } }, 'line 7: other text is before the columns of ss'],
  [{ code: 'ss-unknown-kind', params: { line: 7 } }, 'line 7: without Netid, it may be TCP, UDP or raw'],
  [{ code: 'ss-among-unix', params: { line: 7 } }, 'line 7 is among unix sockets, whose names can look like it'],
  [{ code: 'ss-bad-details', params: { line: 7 } }, 'line 7: its end is not output of ss'],
  [{ code: 'ss-no-endpoint', params: { line: 7 } }, 'line 7: expected a local and a peer address'],
  [{ code: 'ss-unknown-port', params: { line: 7, name: 'x' } }, 'line 7: unknown service name "x" instead of a port'],
  [{ code: 'ss-no-name', params: { line: 7 } }, 'line 7: expected a name and inode'],
  [{ code: 'ss-bad-users', params: { line: 7 } }, 'line 7: expected users:(("name",pid=N,fd=N))'],
  [{ code: 'ss-truncated', params: {} }, 'the text ends without a newline, so it may be truncated'],
  [{ code: 'more-errors', params: { count: 6 } }, 'and 6 more'],
  [
    { code: 'ss-no-processes', params: {} },
    'no process is in this text: the command ran without -p, or without permission to see any',
  ],
  [
    { code: 'ss-without-process', params: { unseen: 1, sockets: 9 } },
    '1 of 9 sockets have no process: it could not be seen, or it is the kernel',
  ],
  [{ code: 'netstat-bad-end', params: { line: 7 } }, 'line 7: expected the columns of netstat after the addresses'],
  [{ code: 'netstat-address-cut', params: { line: 7 } }, 'line 7: its address may be cut, as netstat does without -W'],
  [
    { code: 'netstat-names', params: {} },
    'netstat shows one process of each socket, by the beginning of its argv[0], and no interface that a socket is bound to',
  ],
  [{ code: 'ss-comm-only', params: {} }, 'processes are known by name and pid only, not by program or unit'],
  [{ code: 'ss-host-name-file', params: {} }, 'the host name comes from there'],
  [
    { code: 'ss-no-host-name', params: { name: 'x.txt' } },
    'no host name is beside the text, so the node is named after its location, x.txt',
  ],
  [
    { code: 'arguments-not-literal', params: { path: '/x/kubelet', line: 7 } },
    '/x/kubelet, line 7: what the shell makes of it is unknown, and so are options set there',
  ],
  [
    { code: 'setting-not-understood', params: { path: '/x/kubelet', line: 7, service: 'kubelet', flag: '--port' } },
    '/x/kubelet, line 7: the value of --port is not understood',
  ],
  [
    { code: 'options-missing', params: { path: '/etc/x.yaml' } },
    '/etc/x.yaml: no such file here, although a service takes its options from it',
  ],
  [
    { code: 'options-not-understood', params: { path: '/etc/x.yaml' } },
    '/etc/x.yaml: what a service makes of this file of options is unknown',
  ],
  [
    { code: 'settings-unknown', params: { services: ['etcd', 'kubelet'] } },
    'where etcd, kubelet should listen is not known for certain',
  ],
  [
    { code: 'node-address-unusable', params: { address: '0.0.0.0:6400' } },
    'the address of k8sd, 0.0.0.0:6400, is not one of this node: the default route decides what "default" means',
  ],
  [
    { code: 'host-files-unseen', params: {} },
    'the files of the host cannot be seen from here (name them with --host-root)',
  ],
  [{ code: 'ss-time', params: {} }, 'the time of the snapshot is the modification time of the text'],
];

t.test('every code has its text, and is documented', (t) => {
  for (const [fault, text] of CASES) t.equal(faultText(fault), text, fault.code);
  const seen = new Set<string>(CASES.map(([{ code }]) => code));
  t.strictSame(
    Object.keys(COVERAGE_CODES).filter((code) => !seen.has(code)),
    [],
  );
  for (const [code, { about }] of Object.entries(COVERAGE_CODES))
    t.match(about, /^[A-Z/].*\.$|^ss .*\.$|^sock_diag .*\.$|^eBPF .*\.$|^tracefs .*\.$/, code);
  t.end();
});

t.test('several faults are one text, each said once', (t) => {
  const [one, other]: CoverageFault[] = [
    { code: 'hidepid', params: {} },
    { code: 'namespace-gone', params: {} },
  ];
  if (one === undefined || other === undefined) throw new Error('no fault');
  t.equal(faultsText([]), null);
  t.equal(faultsText([one, other, one]), `${faultText(one)}; ${faultText(other)}`);
  const reading = {
    name: 'tcp',
    via: 'sock_diag',
    status: 'partial',
    errors: [one],
    notes: [],
    rows: 0,
    ms: 0,
  } as const;
  t.strictSame(renderSource(reading), { ...reading, error: faultText(one), note: null });
  t.end();
});
