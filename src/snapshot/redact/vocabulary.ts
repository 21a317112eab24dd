import { getSystemErrorMap } from 'node:util';
import type { Spec } from '../../spec/spec.js';

/**
 * The words of this program's own sentences. In a free text every other word may be somebody's name, so a word that is
 * missing here costs a reader something and nobody a secret; a test holds the list against the sentences.
 */
const WORDS = `
  a able about absent abstract accept access accord add additional address after again against all allow alone along already
  also although an and another answer any anybody anything are argument as ask asked at attempt auto away back bad be because
  been before behind being below beside between beyond bind both bound bpf broken btf buffer build built but by bytes call can
  cancelled cannot cap_bpf cap_dac_read_search cap_net_admin cap_perfmon cap_sys_admin cap_sys_ptrace cgroup cgroup2
  changed changing checkout children client clients close closed code comm complete completely conditional confidentiality
  config_debug_info_btf connect connection contradict control controller cookie could count counted coverage cut deadline decimal
  default denied descriptor description details device devices dgram did different directories directory do does done down drop
  dropped dump each ebpf either else elsewhere empty end ended enter entered entering entries entry ephemeral errno error errors
  event every exact exe executable exist exists expected explained explains exposed fact failed fails fault few fewer fields file files
  finding first fit flag for forbids foreign forgotten form found from full gave geneve give given gives gone got group had has have he
  held here hex hidden hidepid hierarchy hint his hold holder holders holding holds how however id if in incomplete index info
  inode inodes inside installation instance instead interface interfaces internal interrupted into invalid ip ipv4 ipv6 is it its itself
  keeps kept kernel key kind known knows large last later least leave leaves less level like limit line link links listen listener
  listeners listening listens little load loaded loads local lock locked lockdown long longer look looked looks loopback lost machine
  made make malformed malloc many mapped marker mask match matched may meant memory message might missing mode module modules more most
  mount mounted moved ms must name named names namespace namespaces narrower native needed needs neither netlink netns network never
  no nobody node nodes none nor not note notes nothing now null number numbers object capture observationof of off old older on once one ones only open options origins
  opened or original other others out outside over own owner owners package page parent part partial partly path perf_event_paranoid
  permission permitted pid pids place pod pods port ports prebuilt present probably problem proc process processes program programs
  protocol queue raw reachable read readable readlink reason received refuse refused refuses regular rejected remain removed replaced
  reply request restart return role root route routes row rows rtnetlink run running runs s same say says seccomp second seconds security
  see seen seqpacket server serves service set setns several shared short should show shows signal since size small so sock_diag socket spec
  sockets some somebody somewhere soon source sources stale stand stands start started state still stopped stream stricter strictly string
  subject such sure syscall systemd t table tables take taken tcp tell tells text than that the their them then there these they this
  those thread threads through time times to told too took tracefs tracepoint tracing tried truncated try twice two type udp unable under
  unexpected unit unix unknown unless unprivileged_bpf_disabled unreadable unseen unshare until unverified up upon used user users v6only
  verified version very via vxlan wait waited want was way were what where whether which while who whoever whole whose why wide wider
  wildcard wireguard with within without word work worker workers works would wrong yes yet you zero
  bareudp nsproxy sysctl tunnel tunnels port_range ip_local_port_range fstat getsockname recvmsg sendmsg setsockopt eventfd mmap readdir
  allows answered answers asking broke filter sockwatch k8s local_address sl scandir stat open lstat perf ring iterator reads holder's
`;

/** Words that may stay in a text: ours, those of the system's errors, and those of the page and its notes. */
export function vocabularyOf(spec: Spec): ReadonlySet<string> {
  const errors = [...getSystemErrorMap().values()].flat();
  const { notes } = spec;
  const sentences = [
    WORDS,
    ...errors,
    spec.title,
    ...spec.rows.flatMap(({ description, condition }) => [description, condition ?? '']),
    ...notes.rows.flatMap(({ condition, hardening, reason }) => [condition ?? '', hardening ?? '', reason]),
    ...notes.listeners.map(({ reason }) => reason),
  ];
  return new Set(sentences.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}_]+/u)));
}
