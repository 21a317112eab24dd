import { isIPv4 } from 'node:net';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Family, Protocol } from '../kernel/sockets/listener.js';
import { commandInName, LISTS_ALL, type SsCommand } from './ss_command.js';
import { hasWiderColumns } from './ss_layout.js';
import { endpointOf, listenerOf, protocolOfNetid, UnreadableRow } from './ss_listener.js';
import type { SsRow, SsSection } from './ss_rows.js';

/** The sockets of one protocol in a text of ss or netstat. */
export interface SsTable {
  /** Absent: ss. */
  readonly program?: 'netstat' | undefined;
  /** Those that accept. */
  readonly sockets: readonly OwnedListener[];
  /** Why there may be more. */
  readonly faults: readonly CoverageFault[];
  /** Families of which no listener is missing, as far as a text can show it; none if there are faults. */
  readonly whole: ReadonlySet<Family>;
}

/** Protocols of which nothing is known are absent: ss may not have been asked for them. */
export type SsTables = ReadonlyMap<Protocol, SsTable>;

export const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/** The families that a table of a protocol has. */
export const FAMILIES: Readonly<Record<Protocol, readonly Family[]>> = {
  tcp: ['ipv4', 'ipv6'],
  udp: ['ipv4', 'ipv6'],
  unix: ['unix'],
};

/**
 * The tables in a section. This is the one place that decides what a text shows completely:
 * - it has the header of ss, and nothing between it and the last row that is not of ss;
 * - every row of the protocol can be read, and the text does not end in one;
 * - the columns are no wider than the rows that are there;
 * - the command, where the text or the name of its file tells it, has no filter, and names protocol and family;
 * - where no command is known, listeners of that protocol, and its sockets of that family, are among the rows.
 * @param name Name of the file, null where it says nothing about this section
 */
export function tablesOf(section: SsSection, name: string | null, isOldStyle: boolean): SsTables {
  const command = commandOf(section, name);
  const read = readRows(section, command, isOldStyle);
  const common = commonFaults(section, command);
  const tables = new Map<Protocol, SsTable>();
  for (const protocol of PROTOCOLS) {
    const { sockets, faults } = read.tables[protocol];
    const isAsked = section.header !== null && command?.kinds?.has(protocol) === true;
    if (sockets.length === 0 && faults.length === 0 && !(isAsked && hasLaterKind(section, protocol))) continue;
    const all = [...common, ...faults];
    const families = command?.families ?? read.families[protocol];
    const whole = all.length > 0 ? [] : FAMILIES[protocol].filter((one) => one === 'unix' || families.includes(one));
    tables.set(protocol, {
      sockets: sockets.map((one) => withReason(one, read.hasOwners, command)),
      faults: all,
      whole: new Set(whole),
    });
  }
  return tables;
}

/** ss prints unix sockets, then UDP, then TCP: that a kind has no row is certain only where a later one has. */
function hasLaterKind({ rows }: SsSection, protocol: Protocol): boolean {
  const order: readonly (Protocol | null)[] = ['unix', 'udp', 'tcp'];
  const at = order.indexOf(protocol);
  return rows.some(({ netid }) => netid !== null && order.indexOf(protocolOfNetid(netid)) > at);
}

/** The command that a text, the name of its file or its rows tell, unless the header contradicts it. */
function commandOf({ header, command, rows }: SsSection, name: string | null): SsCommand | null {
  const told = command ?? (name === null ? null : commandInName(name));
  // Netlink sockets, which do not listen, are listed with listeners only if neither a kind nor -4 or -6 was asked for.
  const listsAll = rows.some(({ netid }) => netid === 'nl') && rows.some(({ state }) => state === 'LISTEN');
  if (told === null && header !== null && listsAll) return LISTS_ALL;
  if (told === null || told.kinds === null || header === null) return told;
  const { kinds } = told;
  const isContradicted = hasNetid(header) ? kinds.size === 1 && (kinds.has('tcp') || kinds.has('udp')) : kinds.size > 1;
  return isContradicted && !told.isFiltered ? null : told;
}

function hasNetid(header: string): boolean {
  return header.startsWith('Netid');
}

interface ReadRows {
  readonly tables: Readonly<Record<Protocol, { readonly sockets: OwnedListener[]; readonly faults: CoverageFault[] }>>;
  /** Of all sockets of a protocol, also those that do not accept. ss prints IPv6 after IPv4, so that a cut shows here too. */
  readonly families: Readonly<Record<Protocol, readonly Family[]>>;
  readonly hasOwners: boolean;
}

function readRows(section: SsSection, command: SsCommand | null, isOldStyle: boolean): ReadRows {
  const { rows } = section;
  const empty = () => ({ sockets: [], faults: [] });
  const tables: ReadRows['tables'] = { tcp: empty(), udp: empty(), unix: empty() };
  const bare = kindWithoutNetid(section, command);
  const kindOf = ({ netid }: SsRow) => (netid === null ? bare : protocolOfNetid(netid));
  const unix = rows.flatMap(({ netid }, at) => (netid !== null && protocolOfNetid(netid) === 'unix' ? [at] : []));
  const [firstUnix = rows.length, lastUnix = -1] = [unix[0], unix.at(-1)];
  for (const [at, row] of rows.entries()) {
    const protocol = kindOf(row);
    // ss prints kind after kind, and the name of a unix socket may contain newlines and text like rows.
    const isAmongUnix = at > firstUnix && at < lastUnix && protocol !== 'unix';
    const { line, state } = row;
    if (isAmongUnix) {
      const known = protocol === null || protocol === 'unknown' ? 'unix' : protocol;
      tables[known].faults.push({ code: 'ss-among-unix', params: { line } });
    } else if (protocol === 'unknown') {
      const fault: CoverageFault = { code: 'ss-unknown-kind', params: { line } };
      if (state === 'UNCONN' || state === 'LISTEN') for (const one of [tables.tcp, tables.udp]) one.faults.push(fault);
    } else if (protocol !== null) {
      const { sockets, faults } = tables[protocol];
      try {
        const listener = listenerOf(protocol, row, isOldStyle);
        if (listener !== null) sockets.push(listener);
      } catch (error) {
        if (!(error instanceof UnreadableRow)) throw error;
        faults.push(error.fault);
      }
    }
  }
  const last = rows.at(-1);
  const cut = last === undefined ? null : kindOf(last);
  if (section.isTruncated && cut !== null && cut !== 'unknown')
    tables[cut].faults.push({ code: 'ss-truncated', params: {} });
  const hasOwners = PROTOCOLS.some((protocol) => tables[protocol].sockets.some(({ owners }) => owners.length > 0));
  const familiesOf = (protocol: Protocol): Family[] => [
    ...new Set(rows.flatMap((row) => (kindOf(row) === protocol ? (familyOf(row, isOldStyle) ?? []) : []))),
  ];
  const families = { tcp: familiesOf('tcp'), udp: familiesOf('udp'), unix: [] };
  return { tables, families, hasOwners };
}

/**
 * The protocol of rows without Netid, which ss omits if it was asked for one kind of sockets. LISTEN is TCP. UNCONN is UDP, or
 * a bound TCP socket (since iproute2 6.15), or a raw one, whose ports are protocol numbers.
 */
function kindWithoutNetid({ header, rows }: SsSection, command: SsCommand | null): Protocol | 'unknown' | null {
  if (header !== null && hasNetid(header)) return 'unknown';
  if (command?.kinds?.size === 1) return [...command.kinds][0] ?? null;
  const bare = rows.filter(({ netid }) => netid === null);
  if (bare.some(({ state }) => state === 'LISTEN')) return 'tcp';
  const isDatagram = bare.every(({ state }) => state === 'UNCONN' || state === 'ESTAB');
  const isRaw = bare.every((row) => (endpointOf(row)?.port ?? 0) <= 255);
  return header !== null && isDatagram && !isRaw ? 'udp' : 'unknown';
}

function commonFaults(section: SsSection, command: SsCommand | null): CoverageFault[] {
  const faults: CoverageFault[] = [];
  if (section.header === null) faults.push({ code: 'ss-no-header', params: {} });
  else if (hasWiderColumns(section.header, section.rows)) faults.push({ code: 'ss-rows-removed', params: {} });
  if (command?.isFiltered === true) faults.push({ code: 'ss-filtered', params: {} });
  return [...faults, ...section.faults];
}

function familyOf(row: SsRow, isOldStyle: boolean): Family | null {
  const endpoint = endpointOf(row);
  if (endpoint === null) return null;
  return (endpoint.address === null ? isOldStyle : isIPv4(endpoint.address)) ? 'ipv4' : 'ipv6';
}

/** Why a socket has no owner: ss saw others, or none although it was asked for them, or may not have been asked. */
function withReason(socket: OwnedListener, hasOwners: boolean, command: SsCommand | null): OwnedListener {
  if (socket.ownersUnknown === null) return socket;
  const withoutAny = command?.asksProcesses === true ? 'permission' : 'not-looked';
  return { ...socket, ownersUnknown: hasOwners ? 'not-found' : withoutAny };
}
