import { getSystemErrorMap } from 'node:util';
import type { Coverage, CoverageSource, SourceReading } from '../../base/coverage.js';
import { coverageOf } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { printable } from '../../base/text.js';
import { listed } from './format.js';

/** Readings with text, as a document has them. Pure. */
export function renderCoverage(readings: readonly SourceReading[]): Coverage {
  return coverageOf(readings.map(renderSource));
}

/** One reading with text. Pure. */
export function renderSource(reading: SourceReading): CoverageSource {
  return { ...reading, error: faultsText(reading.errors), note: faultsText(reading.notes) };
}

/** Several faults in one text; null: there is none. */
export function faultsText(faults: readonly CoverageFault[]): string | null {
  if (faults.length === 0) return null;
  // Both families of a table often fail alike.
  return listed(faults.map(faultText), '; ');
}

/** One fault in words, safe on a terminal. */
export function faultText(fault: CoverageFault): string {
  return printable(textOf(fault));
}

const ERRNO_TEXT = new Map(getSystemErrorMap().values());

function errnoText(errno: string): string {
  const text = ERRNO_TEXT.get(errno);
  return text === undefined ? errno : `${text} (${errno})`;
}

function textOf({ code, params }: CoverageFault): string {
  switch (code) {
    case 'no-answer':
      return `no answer within ${params.seconds.toFixed(1)} s`;
    case 'still-unanswered':
      return 'an earlier read has not been answered yet';
    case 'system-call-failed': {
      const { syscall, subject, errno } = params;
      return `${subject === null ? syscall : `${syscall} ${subject}`}: ${errnoText(errno)}`;
    }
    case 'other-error':
      return params.text;
    case 'table-changing':
      return 'the table kept changing while it was read: entries may be missing';
    case 'unknown-format':
      return `/proc/net/${params.file} has an unknown format`;
    case 'names-ambiguous':
      return `${params.lines} lines of /proc/net/unix may be part of the name before them: the owners of these sockets are unknown`;
    case 'names-contradict':
      return `${params.lines} lines of /proc/net/unix were left out: names of sockets imitate lines, and they contradict each other`;
    case 'diag-module-not-loaded':
      return `sock_diag was not used: the kernel module ${params.module} is not loaded, and asking would load it`;
    case 'diag-module-unknown':
      return `sock_diag was not used: whether the kernel module ${params.module} is loaded could not be read`;
    case 'diag-failed':
      return `sock_diag was not used: ${params.syscall}: ${errnoText(params.errno)}`;
    case 'arguments-not-literal':
      return `${params.path}, line ${params.line}: what the shell makes of it is unknown, and so are options set there`;
    case 'setting-not-understood':
      return `${params.path}, line ${params.line}: the value of ${params.flag} is not understood`;
    case 'options-missing':
      return `${params.path}: no such file here, although a service takes its options from it`;
    case 'options-not-understood':
      return `${params.path}: what a service makes of this file of options is unknown`;
    case 'settings-unknown':
      return `where ${listed(params.services, ', ')} should listen is not known for certain`;
    case 'node-address-unusable':
      return `the address of k8sd, ${params.address}, is not one of this node: the default route decides what "default" means`;
    case 'host-files-unseen':
      return 'the files of the host cannot be seen from here (name them with --host-root)';
    case 'dump-changing':
      return `the ${params.dump} kept changing while they were read`;
    case 'dump-broke-off':
      return `the dump of ${params.dump} broke off: ${errnoText(params.errno)}`;
    case 'wireguard-ports-unknown':
      return `the ports of ${params.devices.join(', ')} are unknown`;
    case 'owners-not-looked-up':
      return 'owners were not looked up, as requested';
    case 'owners-unseen':
      return `the owners of ${params.unseen} of ${params.listeners} listeners are unknown`;
    case 'bound-not-listed':
      return `this kernel (${params.kernel}) is older than ${params.needed}, and does not list TCP sockets that are bound and do not listen`;
    case 'socket-file-unread':
      return `what is at ${params.path} could not be read`;
    case 'socket-file-elsewhere':
      return `${params.path} is not looked at as the process sees it (it is in another user namespace, or had a relative path and has ended)`;
    case 'address-released':
      return 'it was free again when it was looked for';
    case 'no-free-port':
      return 'the process asked for any free port, and none was free';
    case 'lookups-limited':
      return 'so many binds fail that not all owners are looked up';
    case 'processes-unreadable':
      return `${params.unreadable} of ${params.processes} processes could not be read (permission denied)`;
    case 'programs-unreadable':
      return `the programs of ${params.unreadable} of ${params.processes} processes could not be read (permission denied)`;
    case 'confined': {
      const profile = params.profile === null ? '' : ` (${params.profile})`;
      return `a security module${profile} forbids reading other processes: run unconfined, in Kubernetes with appArmorProfile: {type: Unconfined}`;
    }
    case 'processes-late':
      return `${params.late} of ${params.processes} processes did not answer in time`;
    case 'own-pid-namespace':
      return 'processes outside of this PID namespace cannot be seen: run on the host, in Kubernetes with hostPID: true';
    case 'hidepid':
      return 'processes of other users are hidden (/proc is mounted with hidepid)';
    case 'bpf-left-out':
      return 'eBPF was not used: this build has no eBPF programs';
    case 'bpf-kernel-too-old':
      return `eBPF was not used: this kernel (${params.kernel}) is older than ${params.needed}`;
    case 'bpf-no-btf':
      return 'eBPF was not used: this kernel has no BTF (built without CONFIG_DEBUG_INFO_BTF)';
    case 'bpf-needs-capabilities': {
      const { capabilities } = params;
      const verb = capabilities.length === 1 ? 'is' : 'are';
      return `eBPF was not used: ${capabilities.join(' and ')} ${verb} needed`;
    }
    case 'bpf-needs-tracefs':
      return 'eBPF was not used: tracefs is not mounted on /sys/kernel/tracing, and reading it elsewhere needs CAP_SYS_ADMIN';
    case 'bpf-tracefs-unreadable':
      return `eBPF was not used: CAP_DAC_READ_SEARCH is needed to read tracefs (${params.syscall}: ${errnoText(params.errno)})`;
    case 'bpf-perf-event-refused':
      return `eBPF was not used: CAP_SYS_ADMIN or a lower kernel.perf_event_paranoid is needed (perf_event_open: ${errnoText(params.errno)})`;
    case 'bpf-locked-down':
      return 'eBPF was not used: the kernel is locked down (confidentiality)';
    case 'bpf-forbidden':
      return 'eBPF was not used: a seccomp filter or a security module forbids bpf(2)';
    case 'bpf-rejected':
      return `eBPF was not used: the kernel rejected the program (${params.syscall}: ${errnoText(params.errno)})`;
    case 'bpf-failed':
      return `eBPF was not used: ${params.text}`;
    case 'source-incomplete':
      return `${params.source} was not read completely`;
    case 'namespace-gone':
      return 'it was gone before it was entered';
    case 'namespace-incomplete':
      return `namespace ${params.netns} was not read completely`;
    case 'namespaces-unreadable':
      return `the namespaces of ${params.processes} processes could not be read (permission denied)`;
    case 'not-collected':
      return `no file has the ${params.facts.replaceAll('-', ' ').replace('ipv6', 'IPv6')} of this node`;
    case 'file-not-understood':
      return `${params.path} is not in the format that its name stands for`;
    case 'ss-no-network':
      return 'the text has no routes, addresses or devices';
    case 'ss-no-listener':
      return `no ${params.protocol} listener is in this text`;
    case 'ss-no-header':
      return 'the text has no header, so lines may be missing';
    case 'ss-filtered':
      return 'the command in the text may leave out sockets';
    case 'ss-rows-removed':
      return 'the columns are wider than any line needs, so lines were removed';
    case 'ss-one-family':
      return `only ${params.family} sockets are in this text: the command may not have asked for others`;
    case 'ss-other-text':
      return `line ${params.line} is other text, so lines may be missing there`;
    case 'ss-text-before-row':
      return `line ${params.line}: other text is before the columns of ss`;
    case 'ss-unknown-kind':
      return `line ${params.line}: without Netid, it may be TCP, UDP or raw`;
    case 'ss-among-unix':
      return `line ${params.line} is among unix sockets, whose names can look like it`;
    case 'ss-no-endpoint':
      return `line ${params.line}: expected a local and a peer address`;
    case 'ss-unknown-port':
      return `line ${params.line}: unknown service name "${params.name}" instead of a port`;
    case 'ss-no-name':
      return `line ${params.line}: expected a name and inode`;
    case 'ss-bad-users':
      return `line ${params.line}: expected users:(("name",pid=N,fd=N))`;
    case 'ss-bad-details':
      return `line ${params.line}: its end is not output of ss`;
    case 'netstat-bad-end':
      return `line ${params.line}: expected the columns of netstat after the addresses`;
    case 'netstat-address-cut':
      return `line ${params.line}: its address may be cut, as netstat does without -W`;
    case 'ss-truncated':
      return 'the text ends without a newline, so it may be truncated';
    case 'more-errors':
      return `and ${params.count} more`;
    case 'ss-no-processes':
      return 'no process is in this text: the command ran without -p, or without permission to see any';
    case 'ss-without-process':
      return `${params.unseen} of ${params.sockets} sockets have no process: it could not be seen, or it is the kernel`;
    case 'ss-comm-only':
      return 'processes are known by name and pid only, not by program or unit';
    case 'netstat-names':
      return 'netstat shows one process of each socket, by the beginning of its argv[0], and no interface that a socket is bound to';
    case 'ss-host-name-file':
      return 'the host name comes from there';
    case 'ss-no-host-name':
      return `no host name is beside the text, so the node is named after its location, ${params.name}`;
    case 'ss-time':
      return 'the time of the snapshot is the modification time of the text';
  }
}
