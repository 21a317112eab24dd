import type { CoverageFault } from '../base/coverage_codes.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Family, Protocol } from '../kernel/sockets/listener.js';
import { type NetstatCommand, netstatCommandInName } from './netstat_command.js';
import { inetSocket, isWideRow, type NetstatSocket, unixSocket } from './netstat_listener.js';
import type { NetstatPart, NetstatRun } from './netstat_rows.js';
import { UnreadableRow } from './ss_listener.js';
import { FAMILIES, PROTOCOLS, type SsTable, type SsTables } from './ss_table.js';

/** The sockets of a part, and the faults of each protocol. */
interface ReadPart {
  readonly part: NetstatPart;
  readonly sockets: readonly NetstatSocket[];
  readonly faults: ReadonlyMap<Protocol, readonly CoverageFault[]>;
}

/**
 * The tables in a run. A table is whole under the same conditions as one of ss (`tablesOf` in ss_table.ts); the title stands for
 * what the width of columns shows there, since `grep -e Proto -e kube` takes it away.
 * @param name Name of the file, null where it says nothing about this run
 */
export function netstatTables(run: NetstatRun, name: string | null): SsTables {
  const command = commandOf(run, name);
  const parts = run.parts.filter(({ isWithoutListeners }) => !isWithoutListeners);
  const isWide = command?.isWide === true || parts.some((part) => part.rows.some(isWideRow));
  const read = parts.map((part) => readPart(part, isWide));
  const listeners = read.flatMap(({ sockets }) => sockets.flatMap(({ listener }) => listener ?? []));
  const reason = reasonOf(run, listeners);
  const tables = new Map<Protocol, SsTable>();
  for (const protocol of PROTOCOLS) {
    const all = read.filter(({ part }) => (part.kind === 'unix') === (protocol === 'unix'));
    const sockets = all.flatMap((one) => one.sockets.filter((socket) => socket.protocol === protocol));
    const own = sockets.flatMap(({ listener }) => listener ?? []);
    const faults = all.flatMap(({ part, faults }) => [...commonFaults(part, command), ...(faults.get(protocol) ?? [])]);
    const isRead = own.length > 0 || all.some((one) => one.faults.has(protocol));
    if (!isRead && !isWholeWithout(protocol, run, command)) continue;
    const families = command?.families ?? new Set(sockets.map(({ family }) => family));
    const whole = FAMILIES[protocol].filter((family) => family === 'unix' || new Set<Family>(families).has(family));
    tables.set(protocol, {
      program: 'netstat',
      sockets: own.map((one) => (one.ownersUnknown === 'not-found' ? { ...one, ownersUnknown: reason } : one)),
      faults,
      whole: new Set(faults.length > 0 ? [] : whole),
    });
  }
  return tables;
}

/** The command that a text or the name of its file tells, unless the titles contradict it. */
function commandOf({ command, parts }: NetstatRun, name: string | null): NetstatCommand | null {
  const told = command ?? (name === null ? null : netstatCommandInName(name));
  if (told === null || told.isFiltered) return told;
  const has = (kind: NetstatPart['kind']): boolean => parts.some((part) => part.kind === kind && part.isHeaded);
  const isContradicted =
    told.kinds.has('unix') !== has('unix') || (told.kinds.has('tcp') || told.kinds.has('udp')) !== has('inet');
  return isContradicted ? null : told;
}

/** Whether a protocol was asked for and has no row. UDP comes after TCP, so that what follows must show that nothing was cut. */
function isWholeWithout(protocol: Protocol, { parts }: NetstatRun, command: NetstatCommand | null): boolean {
  if (command?.kinds.has(protocol) !== true) return false;
  const last = parts.at(-1);
  if (protocol === 'unix') return last?.kind === 'unix' && !last.isTruncated;
  return (
    last?.kind === 'unix' || (protocol === 'tcp' && last?.rows.some(({ text }) => text.startsWith('udp')) === true)
  );
}

function readPart(part: NetstatPart, isWide: boolean): ReadPart {
  const sockets: NetstatSocket[] = [];
  const faults = new Map<Protocol, CoverageFault[]>();
  const add = (protocol: Protocol, fault: CoverageFault) =>
    faults.set(protocol, [...(faults.get(protocol) ?? []), fault]);
  for (const row of part.rows) {
    try {
      const socket = part.kind === 'unix' ? unixSocket(row, part.asksProcesses) : inetSocket(row, isWide);
      if (socket !== null) sockets.push(socket);
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      add(protocolOf(row.text), error.fault);
    }
  }
  const last = part.rows.at(-1);
  if (part.isTruncated && last !== undefined) add(protocolOf(last.text), { code: 'ss-truncated', params: {} });
  return { part, sockets: part.kind === 'unix' ? withoutImitated(sockets, add) : sockets, faults };
}

function protocolOf(row: string): Protocol {
  return row.startsWith('unix') ? 'unix' : row.startsWith('udp') ? 'udp' : 'tcp';
}

/** netstat reads /proc/net/unix, where the name of a socket can imitate a line about another one. */
function withoutImitated(
  sockets: readonly NetstatSocket[],
  add: (protocol: Protocol, fault: CoverageFault) => void,
): readonly NetstatSocket[] {
  const counts = new Map<number, number>();
  for (const { inode } of sockets) counts.set(inode, (counts.get(inode) ?? 0) + 1);
  const isTwice = ({ inode }: NetstatSocket): boolean => inode !== 0 && (counts.get(inode) ?? 0) > 1;
  const lines = sockets.filter(isTwice).length;
  if (lines > 0) add('unix', { code: 'names-contradict', params: { lines } });
  return sockets.filter((socket) => !isTwice(socket));
}

function commonFaults(part: NetstatPart, command: NetstatCommand | null): CoverageFault[] {
  const faults: CoverageFault[] = [];
  if (!part.isHeaded) faults.push({ code: 'ss-no-header', params: {} });
  if (command?.isFiltered === true) faults.push({ code: 'ss-filtered', params: {} });
  return [...faults, ...part.faults];
}

/** Why a socket has no owner, where none is shown. */
function reasonOf(
  { parts, isDenied }: NetstatRun,
  listeners: readonly OwnedListener[],
): NonNullable<OwnedListener['ownersUnknown']> {
  if (isDenied) return 'permission';
  if (!parts.some(({ asksProcesses }) => asksProcesses)) return 'not-looked';
  const isSeen = listeners.some(({ owners }) => owners.length > 0);
  return isSeen || listeners.every(({ protocol }) => protocol === 'udp') ? 'not-found' : 'permission';
}
