import type { Coded, CodeTable } from './coded.js';

/** Why a source is incomplete, or was read another way than the usual one. */
export const COVERAGE_CODES = {
  'no-answer': { about: 'There was no answer before the deadline.', params: { seconds: 'seconds' } },
  'still-unanswered': { about: 'An earlier read of the same thing has not been answered yet.', params: {} },
  'system-call-failed': {
    about: 'A system call failed; `subject` is what it was about.',
    params: { syscall: 'word', subject: 'path?', errno: 'errno' },
  },
  'other-error': { about: 'An error that has no code here.', params: { text: 'errorText' } },
  'table-changing': { about: 'A table kept changing while it was read: entries may be missing.', params: {} },
  'unknown-format': { about: 'A file below /proc/net has a format that is not known.', params: { file: 'word' } },
  'names-ambiguous': {
    about:
      'Lines of /proc/net/unix may be part of the name before them, as names can contain newlines: the owners of these sockets are unknown.',
    params: { lines: 'count' },
  },
  'names-contradict': {
    about: 'Lines of /proc/net/unix contradict each other, as names of sockets imitate lines: they were left out.',
    params: { lines: 'count' },
  },
  'diag-module-not-loaded': {
    about: 'sock_diag was not used: it would make the kernel load a module.',
    params: { module: 'word' },
  },
  'diag-module-unknown': {
    about: 'sock_diag was not used: whether its kernel module is loaded could not be read.',
    params: { module: 'word' },
  },
  'diag-failed': {
    about: 'sock_diag was not used: a system call failed.',
    params: { syscall: 'word', errno: 'errno' },
  },
  'dump-changing': { about: 'An rtnetlink dump kept changing while it was read.', params: { dump: 'word' } },
  'dump-broke-off': { about: 'An rtnetlink dump ended with an error.', params: { dump: 'word', errno: 'errno' } },
  'wireguard-ports-unknown': {
    about: 'The ports of WireGuard devices are unknown; the next note says why.',
    params: { devices: 'devices' },
  },
  'bound-not-listed': {
    about: 'The kernel is too old to list TCP sockets that are bound and do not listen.',
    params: { kernel: 'version', needed: 'version' },
  },
  'socket-file-unread': { about: 'What is at a path could not be read.', params: { path: 'path' } },
  'socket-file-elsewhere': {
    about:
      'A path is not looked at as the process sees it, which is in another user namespace, or had a relative path and has ended.',
    params: { path: 'path' },
  },
  'address-released': { about: 'When the owners of an address were looked up, nothing had it any more.', params: {} },
  'no-free-port': { about: 'A process asked for any free port, and there was none.', params: {} },
  'lookups-limited': { about: 'So many binds fail that not all owners of addresses are looked up.', params: {} },
  'arguments-not-literal': {
    about: 'An arguments file has an expansion, or a syntax error, behind which any option may be set.',
    params: { path: 'path', line: 'count' },
  },
  'setting-not-understood': {
    about: 'An option is set to something that cannot be known from the text, or is no value of its kind.',
    params: { path: 'path', line: 'count', service: 'service', flag: 'flag' },
  },
  'options-missing': {
    about: 'A file of options that the arguments of a service name is not there, or not in the bundle.',
    params: { path: 'path' },
  },
  'options-not-understood': {
    about: 'A file of options is none that the service takes, or what the service makes of it is not certain.',
    params: { path: 'path' },
  },
  'settings-unknown': {
    about: 'Not all settings of these services are known; other errors say why.',
    params: { services: 'services' },
  },
  'node-address-unusable': {
    about:
      'The address that k8sd was given is a wildcard, loopback, or no address of this node, so routes decide what `default` means.',
    params: { address: 'setting' },
  },
  'host-files-unseen': {
    about: 'The files of the host cannot be seen from this mount namespace.',
    params: {},
  },
  'owners-not-looked-up': { about: 'Owners were not looked up, as requested.', params: {} },
  'owners-unseen': {
    about: 'Listeners are without owner because processes could not be read.',
    params: { unseen: 'count', listeners: 'count' },
  },
  'processes-unreadable': {
    about: 'Processes could not be read for lack of permission.',
    params: { unreadable: 'count', processes: 'count' },
  },
  'programs-unreadable': {
    about: 'The programs (`exe`) of owners could not be read for lack of permission.',
    params: { unreadable: 'count', processes: 'count' },
  },
  confined: {
    about:
      'A security module forbids reading other processes, as AppArmor does with the profile of a container; `profile` is ours.',
    params: { profile: 'errorText?' },
  },
  'processes-late': { about: 'Processes did not answer in time.', params: { late: 'count', processes: 'count' } },
  'own-pid-namespace': {
    about:
      'The inspection ran in a PID namespace of its own, and some listeners have owners that cannot be seen from it.',
    params: {},
  },
  hidepid: { about: '/proc is mounted with hidepid: processes of other users are hidden.', params: {} },
  'bpf-left-out': { about: 'This build has no eBPF programs.', params: {} },
  'bpf-kernel-too-old': {
    about: 'The kernel is too old for the eBPF programs.',
    params: { kernel: 'version', needed: 'version' },
  },
  'bpf-no-btf': { about: 'The kernel has no BTF.', params: {} },
  'bpf-needs-capabilities': { about: 'eBPF needs further capabilities.', params: { capabilities: 'words' } },
  'bpf-needs-tracefs': { about: 'tracefs is not mounted, and mounting it elsewhere needs CAP_SYS_ADMIN.', params: {} },
  'bpf-tracefs-unreadable': {
    about: 'Reading tracefs needs CAP_DAC_READ_SEARCH.',
    params: { syscall: 'word', errno: 'errno' },
  },
  'bpf-perf-event-refused': {
    about: 'Attaching to tracepoints needs CAP_SYS_ADMIN here: kernel.perf_event_paranoid forbids perf events.',
    params: { errno: 'errno' },
  },
  'bpf-locked-down': { about: 'The kernel is locked down (confidentiality).', params: {} },
  'bpf-forbidden': { about: 'A seccomp filter or a security module forbids bpf(2).', params: {} },
  'bpf-rejected': { about: 'The kernel rejected an eBPF program.', params: { syscall: 'word', errno: 'errno' } },
  'bpf-failed': { about: 'Loading an eBPF program failed with another error.', params: { text: 'errorText' } },
  'source-incomplete': {
    about: 'A source of a namespace is incomplete; what follows says why.',
    params: { source: 'word' },
  },
  'namespace-gone': { about: 'The namespace was gone before it was entered.', params: {} },
  'namespace-incomplete': {
    about: 'A namespace was not read completely; its own errors say why.',
    params: { netns: 'word' },
  },
  'namespaces-unreadable': {
    about: 'The namespaces of processes could not be read for lack of permission.',
    params: { processes: 'count' },
  },
  'not-collected': { about: 'The bundle has no file with these facts.', params: { facts: 'word' } },
  'file-not-understood': {
    about: 'A file of the bundle is not in the format that its name stands for.',
    params: { path: 'path' },
  },
  'ss-no-network': { about: 'ss output has no routes, addresses or devices.', params: {} },
  'ss-no-listener': { about: 'ss output has no listener of the protocol.', params: { protocol: 'word' } },
  'ss-no-header': { about: 'ss output has no header: it is a part, or was filtered.', params: {} },
  'ss-filtered': { about: 'The command of ss output has a filter, or options that are not known.', params: {} },
  'ss-rows-removed': { about: 'ss output has wider columns than its lines need: some were removed.', params: {} },
  'ss-one-family': { about: 'ss output has sockets of one address family only.', params: { family: 'word' } },
  'ss-other-text': { about: 'A line within ss output is not of ss.', params: { line: 'count' } },
  'ss-text-before-row': { about: 'A line of ss output has other text before it.', params: { line: 'count' } },
  'ss-unknown-kind': {
    about: 'A line of ss output has no Netid, and may be of TCP, UDP or raw.',
    params: { line: 'count' },
  },
  'ss-among-unix': {
    about: 'A line of ss output is among those of unix sockets, whose names may forge one.',
    params: { line: 'count' },
  },
  'ss-no-endpoint': { about: 'A line of ss output has no local and peer address.', params: { line: 'count' } },
  'ss-unknown-port': {
    about: 'A line of ss output has an unknown service name instead of a port.',
    params: { line: 'count', name: 'errorText' },
  },
  'ss-no-name': { about: 'A line of ss output has no name and inode.', params: { line: 'count' } },
  'ss-bad-users': { about: 'A line of ss output has users of an unknown format.', params: { line: 'count' } },
  'ss-bad-details': { about: 'A line of ss output ends with text that is not of ss.', params: { line: 'count' } },
  'netstat-bad-end': {
    about: 'A line of netstat output has no state, or other columns than those of its options.',
    params: { line: 'count' },
  },
  'netstat-address-cut': {
    about: 'A line of netstat output without -W has an IPv6 address that may be cut.',
    params: { line: 'count' },
  },
  'ss-truncated': { about: 'ss output ends without a newline.', params: {} },
  'more-errors': { about: 'Further errors are not listed.', params: { count: 'count' } },
  'ss-no-processes': { about: 'ss output has no processes.', params: {} },
  'ss-without-process': {
    about: 'Sockets in ss output are without process.',
    params: { unseen: 'count', sockets: 'count' },
  },
  'ss-comm-only': { about: 'ss output has the comm and pid of processes, not their program or unit.', params: {} },
  'netstat-names': {
    about:
      'Output of netstat has one process of each socket, by the beginning of its argv[0], and neither v6only nor the interface.',
    params: {},
  },
  'ss-host-name-file': { about: 'The host name comes from a file beside the ss output.', params: {} },
  'ss-no-host-name': {
    about: 'No host name is beside the ss output, so the node is named after its location.',
    params: { name: 'hostname' },
  },
  'ss-time': { about: 'The time of the snapshot is the modification time of the ss output.', params: {} },
} as const satisfies CodeTable;

/** Why a source is incomplete, or was read another way than the usual one. */
export type CoverageFault = Coded<typeof COVERAGE_CODES>;
