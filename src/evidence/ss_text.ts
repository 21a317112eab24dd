import type { CoverageFault } from '../base/coverage_codes.js';
import type { SockwatchError } from '../base/errors.js';
import { EMPTY_HINT, inputError } from '../base/input_error.js';
import { faultsText } from '../verdict/text/coverage.js';
import { MAX_EVIDENCE_BYTES } from './classify_file.js';
import { netstatRuns } from './netstat_rows.js';
import { netstatTables } from './netstat_table.js';
import { ssLines } from './ss_lines.js';
import { isOfOldStyle } from './ss_listener.js';
import { compareTables, hasSecondNode, mergeTables } from './ss_merge.js';
import { ssSections } from './ss_rows.js';
import { type SsTable, type SsTables, tablesOf } from './ss_table.js';

const MAX_NAMED_FAULTS = 3;

/** With -a, every connection of a busy node is one line or more. */
const MAX_LINES = 500_000;

/** Nodes have a few thousand at most. */
const MAX_LISTENERS = 20_000;

/**
 * Parses the output of ss with any of -t, -u, -x, -l, -a, -n, -p, -e, -m, -i, or that of netstat. Facts that it lacks are null:
 * executable and unit of a process, v6only (except for `*`), and without -e the inode and cookie of TCP and UDP sockets.
 * @param name Name of the file, which may be that of the command
 * @throws SockwatchError ERR_INPUT if the text contains no listener, or those of two nodes
 */
export function readSsText(bytes: Uint8Array, file: string, name: string = file): SsTables {
  const tooLarge = (expected: string): SockwatchError => inputError({ file, line: null, expected, found: 'more' });
  if (bytes.length > MAX_EVIDENCE_BYTES.ss) throw tooLarge(`at most ${MAX_EVIDENCE_BYTES.ss} bytes of ss output`);
  const lines = ssLines(bytes);
  if (lines.length > MAX_LINES) throw tooLarge(`at most ${MAX_LINES} lines of ss output`);
  const runs = runsIn(lines, name);
  const tables = mergeTables(runs.map((run) => run.tables));
  const count = [...tables.values()].reduce((sum, { sockets }) => sum + sockets.length, 0);
  if (count > MAX_LISTENERS) throw tooLarge(`at most ${MAX_LISTENERS} listening sockets`);
  if (count === 0) throw withoutListener(file, lines, runs, tables);
  refuseSeveralNodes(file, runs);
  return new Map([...tables].map(([protocol, table]) => [protocol, { ...table, faults: limited(table.faults) }]));
}

/** What one command printed, or a part of it. */
interface Run {
  /** Its first line. */
  readonly line: number;
  readonly hasRows: boolean;
  readonly faults: readonly CoverageFault[];
  /** The command leaves out sockets. */
  readonly isPart: boolean;
  readonly tables: SsTables;
}

function runsIn(lines: readonly string[], name: string): Run[] {
  const sections = ssSections(lines);
  const netstat = netstatRuns(lines);
  const ownName = sections.length + netstat.length === 1 ? name : null;
  const isOldStyle = sections.some(({ rows }) => rows.some(isOfOldStyle));
  const ofSs = sections.map((section): Run => {
    const { line, rows, faults, command } = section;
    const isPart = command?.isFiltered === true;
    return { line, hasRows: rows.length > 0, faults, isPart, tables: tablesOf(section, ownName, isOldStyle) };
  });
  const ofNetstat = netstat.map((run): Run => {
    const { parts, command } = run;
    return {
      line: parts[0]?.line ?? 1,
      hasRows: parts.some(({ rows }) => rows.length > 0),
      faults: parts.flatMap((part) => part.faults),
      isPart: command?.isFiltered === true,
      tables: netstatTables(run, ownName),
    };
  });
  return [...ofSs, ...ofNetstat].sort((a, b) => a.line - b.line);
}

/** Runs of a command in one text agree, or they are of two nodes or times, of which neither would be shown right. */
function refuseSeveralNodes(file: string, runs: readonly Run[]): void {
  const hint = 'Give the output of each node and run as a file of its own.';
  for (const [at, { line, isPart, tables }] of runs.entries()) {
    if (hasSecondNode(tables)) {
      const found = 'the same addresses again, held by other processes';
      throw inputError({ file, line, expected: 'the sockets of one node', found, hint });
    }
    for (const earlier of runs.slice(0, at)) {
      const { differing, isContained } = compareTables(earlier.tables, tables);
      if (differing === 0 && (isContained || isPart || earlier.isPart)) continue;
      throw inputError({
        file,
        line,
        expected: `the sockets that are in line ${earlier.line} and below it`,
        found: 'other ones: they are of another node, or of another time',
        hint,
      });
    }
  }
}

function limited(faults: SsTable['faults']): CoverageFault[] {
  const more = faults.length - MAX_NAMED_FAULTS;
  const named = faults.slice(0, MAX_NAMED_FAULTS);
  return more > 0 ? [...named, { code: 'more-errors', params: { count: more } }] : named;
}

function withoutListener(
  file: string,
  lines: readonly string[],
  runs: readonly Run[],
  tables: SsTables,
): SockwatchError {
  const faults = [...tables.values()].flatMap((table) => table.faults);
  const all = [...new Set([...faults, ...runs.flatMap((run) => run.faults)])];
  const unread = all.filter(({ params }) => 'line' in params);
  const found = unread.length > 0 ? `none that can be read: ${faultsText(limited(unread))}` : contentsOf(lines, runs);
  const hint = found === EMPTY ? EMPTY_HINT : 'Give a snapshot (JSON), or the output of `ss -plntu` run as root.';
  return inputError({ file, line: null, expected: 'ss or netstat output with a listening socket', found, hint });
}

/** Other programs that list sockets, and what is left of ss output after `awk` and the like, by their own words. */
const OTHERS: readonly (readonly [pattern: RegExp, found: string])[] = [
  [/^COMMAND\s+PID\s|\bIPv[46]\s+\d+\s+\S+\s+(?:TCP|UDP)\s/m, 'output of lsof'],
  [/^Transport\s+Total\s+IP/m, 'a summary (ss -s)'],
  [/^(?:Ip|Icmp|Tcp|Udp):\s*$/m, 'statistics (netstat -s)'],
  [/^Kernel (?:IP|IPv6) routing table|^Destination\s+Gateway\s/m, 'routes (netstat -r)'],
  [/^Kernel Interface table|^Iface\s+MTU\s/m, 'interfaces (netstat -i)'],
  [/^(?:IPv6\/)?IPv4 Group Memberships/m, 'multicast groups (netstat -g)'],
  [/users:\(\(|Local Address/, 'lines of ss without State, Recv-Q, Send-Q and both addresses at their beginning'],
];

const EMPTY = 'an empty file';

function contentsOf(lines: readonly string[], runs: readonly Run[]): string {
  const text = lines.join('\n');
  if (text.trim() === '') return EMPTY;
  if (runs.some(({ hasRows }) => hasRows)) return 'none';
  if (runs.length > 0) return 'only its header';
  return OTHERS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other text';
}
