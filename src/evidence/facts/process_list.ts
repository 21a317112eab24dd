/** A process as ps lists it. What is not listed is null. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number | null;
  /** The command line, split at spaces, which are in no option that is looked at. */
  readonly words: readonly string[] | null;
  /** Whether the row may lack its end. */
  readonly isCut: boolean;
  readonly comm: string | null;
  /** Lines of /proc/PID/cgroup, with commas for newlines. */
  readonly cgroup: string | null;
}

/** A name has at most 15 characters, which is too short for the path of a unit, so the first that looks like a path is it. */
const COMM_AND_CGROUP = /^(.{0,15}?)\s+(\d+:[\w=,.-]*:\/.*)$/;

/** Where the width of the terminal is unknown, and wide ones; busybox prints a column less. */
const USUAL_WIDTHS: readonly number[] = [79, 80, 131, 132];

/** Of a control group in a row that may be cut: the name of a unit or container, with its end. */
const WHOLE_CGROUP = /\.(?:service|scope)$/;

/**
 * The output of `ps -ef`, `ps alx`, `ps aux`, or of `ps o …` with `comm,cgroup` at the end, by its header; null if it has none, or no
 * row. Each command line is the rest of its row, in which ps prints newlines as `?`. Some cut rows at the width of a terminal (busybox,
 * and where COLUMNS is set), so the longest may be cut, if several are as long. Pure.
 */
export function parseProcessList(text: string): ReadonlyMap<number, ListedProcess> | null {
  const [header = '', ...rows] = text.split('\n');
  const names = header.trim().split(/\s+/);
  const [pidAt, parentAt] = [names.indexOf('PID'), names.indexOf('PPID')];
  const hasCgroup = names.at(-1) === 'CGROUP' && names.at(-2) === 'COMMAND';
  const hasCommand = names.at(-1) === 'CMD' || names.at(-1) === 'COMMAND';
  if (pidAt < 0 || (!hasCgroup && !hasCommand)) return null;
  const count = names.length - (hasCgroup ? 2 : 1);
  const widths = rows.map(widthOf);
  const width = widths.reduce((longest, one) => Math.max(longest, one), 0);
  const isWidthOfAll = USUAL_WIDTHS.includes(width) || widths.filter((one) => one === width).length > 2;
  const isCut = (line: string, at: number): boolean => at === rows.length - 1 || (isWidthOfAll && line.length >= width);
  const processes = new Map<number, ListedProcess>();
  for (const [at, line] of rows.entries()) {
    const { values, rest } = columnsOf(line, count);
    const pid = Number(/^\d{1,10}$/.exec(values[pidAt] ?? '')?.[0] ?? 0);
    if (pid === 0) continue;
    const parent = parentAt < 0 ? null : Number(/^\d{1,10}$/.exec(values[parentAt] ?? '')?.[0] ?? Number.NaN);
    const [, comm = null, cgroup = null] = (hasCgroup ? COMM_AND_CGROUP.exec(rest) : null) ?? [];
    processes.set(pid, {
      pid,
      parent: Number.isNaN(parent) ? null : parent,
      isCut: isCut(line, at),
      words: hasCommand ? rest.split(' ').filter((word) => word !== '') : null,
      comm,
      cgroup: cgroup !== null && isCut(line, at) && !WHOLE_CGROUP.test(cgroup) ? null : cgroup,
    });
  }
  return processes.size === 0 ? null : processes;
}

/** In columns of a terminal; of text outside ASCII they are not known. */
function widthOf(line: string): number {
  return /^[ -~]*$/.test(line) ? line.length : 0;
}

/** The first words of a row, and what follows them. */
function columnsOf(row: string, count: number): { readonly values: readonly string[]; readonly rest: string } {
  const word = /\S+/g;
  const values: string[] = [];
  while (values.length < count) {
    const match = word.exec(row);
    if (match === null) return { values: [], rest: '' };
    values.push(match[0]);
  }
  return { values, rest: row.slice(word.lastIndex).trimStart() };
}
