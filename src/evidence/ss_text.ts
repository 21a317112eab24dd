import type { CoverageFault } from '../base/coverage_codes.js';
import type { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { faultsText } from '../verdict/text/coverage.js';
import { MAX_EVIDENCE_BYTES } from './classify_file.js';
import { ssLines } from './ss_lines.js';
import { isOfOldStyle } from './ss_listener.js';
import { compareTables, hasSecondNode, mergeTables } from './ss_merge.js';
import { type SsSection, ssSections } from './ss_rows.js';
import { type SsTable, type SsTables, tablesOf } from './ss_table.js';

const MAX_NAMED_FAULTS = 3;

/** With -a, every connection of a busy node is one line or more. */
const MAX_LINES = 500_000;

/** Nodes have a few thousand at most. */
const MAX_LISTENERS = 20_000;

/**
 * Parses the output of ss with any of -t, -u, -x, -l, -a, -n, -p, -e, -m, -i. Facts that it lacks are null: executable and
 * unit of a process, v6only (except for `*`), and without -e the inode and cookie of TCP and UDP sockets.
 * @param name Name of the file, which may be that of the command
 * @throws SockwatchError ERR_INPUT if the text contains no listener, or those of two nodes
 */
export function readSsText(bytes: Uint8Array, file: string, name: string = file): SsTables {
  const tooLarge = (expected: string): SockwatchError => inputError({ file, line: null, expected, found: 'more' });
  if (bytes.length > MAX_EVIDENCE_BYTES.ss) throw tooLarge(`at most ${MAX_EVIDENCE_BYTES.ss} bytes of ss output`);
  const lines = ssLines(bytes);
  if (lines.length > MAX_LINES) throw tooLarge(`at most ${MAX_LINES} lines of ss output`);
  const sections = ssSections(lines);
  const isOldStyle = sections.some(({ rows }) => rows.some(isOfOldStyle));
  const runs = sections.map((section) => ({
    section,
    tables: tablesOf(section, sections.length === 1 ? name : null, isOldStyle),
  }));
  const tables = mergeTables(runs.map((run) => run.tables));
  const count = [...tables.values()].reduce((sum, { sockets }) => sum + sockets.length, 0);
  if (count > MAX_LISTENERS) throw tooLarge(`at most ${MAX_LISTENERS} listening sockets`);
  if (count === 0) throw withoutListener(file, lines, sections, tables);
  refuseSeveralNodes(file, runs);
  return new Map([...tables].map(([protocol, table]) => [protocol, { ...table, faults: limited(table.faults) }]));
}

interface Run {
  readonly section: SsSection;
  readonly tables: SsTables;
}

/** Runs of ss in one text agree, or they are of two nodes or times, of which neither would be shown right. */
function refuseSeveralNodes(file: string, runs: readonly Run[]): void {
  const hint = 'Give the output of each node and run as a file of its own.';
  for (const [at, { section, tables }] of runs.entries()) {
    if (hasSecondNode(tables)) {
      const found = 'the same addresses again, held by other processes';
      throw inputError({ file, line: section.line, expected: 'the sockets of one node', found, hint });
    }
    for (const earlier of runs.slice(0, at)) {
      const { differing, isContained } = compareTables(earlier.tables, tables);
      const isPart = [section, earlier.section].some(({ command }) => command?.isFiltered === true);
      if (differing === 0 && (isContained || isPart)) continue;
      throw inputError({
        file,
        line: section.line,
        expected: `the sockets that are in line ${earlier.section.line} and below it`,
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
  sections: readonly SsSection[],
  tables: SsTables,
): SockwatchError {
  const faults = [...tables.values()].flatMap((table) => table.faults);
  const all = [...new Set([...faults, ...sections.flatMap((section) => section.faults)])];
  const unread = all.filter(({ params }) => 'line' in params);
  const hint = 'Give a snapshot (JSON), or the output of `ss -plntu` run as root.';
  const found =
    unread.length > 0 ? `none that can be read: ${faultsText(limited(unread))}` : contentsOf(lines, sections);
  return inputError({ file, line: null, expected: 'ss output with a listening socket', found, hint });
}

/** Other programs that list sockets, and what is left of ss output after `awk` and the like, by their own words. */
const OTHERS: readonly (readonly [pattern: RegExp, found: string])[] = [
  [/^(?:Active Internet connections|Proto\s+Recv-Q|(?:tcp|udp)6?\s+\d+\s+\d+\s)/m, 'output of netstat'],
  [/^COMMAND\s+PID\s|\bIPv[46]\s+\d+\s+\S+\s+(?:TCP|UDP)\s/m, 'output of lsof'],
  [/^Transport\s+Total\s+IP/m, 'a summary (ss -s)'],
  [/users:\(\(|Local Address/, 'lines of ss without State, Recv-Q, Send-Q and both addresses at their beginning'],
];

function contentsOf(lines: readonly string[], sections: readonly SsSection[]): string {
  const text = lines.join('\n');
  if (text.trim() === '') return 'an empty file';
  if (sections.some(({ rows }) => rows.length > 0)) return 'none';
  if (sections.length > 0) return 'only its header';
  return OTHERS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other text';
}
