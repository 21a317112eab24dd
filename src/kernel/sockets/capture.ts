import { nowMs } from '../../base/clock.js';
import { CoverageError, elapsedMs, faultOf, type SourceReading } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';
import { type InetColumns, isKernelError, type Netns, native, type UnixColumns } from '../addon.js';
import type { Protocol, Transport } from './listener.js';
import { NO_SOCKETS, type ProcUnixColumns, parseProcInet, parseProcUnix } from './proc_net.js';
import { type DiagAccess, inetDumps, unixDumps } from './sock_diag.js';
import { LISTENING, UNIX_LISTENING } from './states.js';

export interface CaptureOptions extends DiagAccess {
  readonly deadline?: Deadline;
}

/** One table as read: its columns, none if it could not be read, and how reading went. */
export interface Table<Columns> {
  readonly columns: readonly Columns[];
  /** False: from /proc/net, which says less about each socket. */
  readonly detailed: boolean;
  readonly source: SourceReading;
}

/** The listening sockets of one network namespace. UDP: bound and unconnected. */
export interface Tables {
  readonly tcp: Table<InetColumns>;
  readonly udp: Table<InetColumns>;
  readonly unix: Table<UnixColumns & Partial<ProcUnixColumns>>;
}

/** Reads all three tables at once, off the main thread. What cannot be read is in `source`; nothing is thrown. */
export async function captureTables(options: CaptureOptions): Promise<Tables> {
  const [tcp, udp, unix] = await Promise.all([
    captureInet('tcp', LISTENING.tcp, options),
    captureInet('udp', LISTENING.udp, options),
    captureUnix(options),
  ]);
  return { tcp, udp, unix };
}

/** The unix table alone. Nothing is thrown. */
export function captureUnix(options: CaptureOptions): Promise<Tables['unix']> {
  return captureTable<UnixColumns & Partial<ProcUnixColumns>>(
    'unix',
    options,
    () => unixDumps(UNIX_LISTENING, options),
    [async () => known('unix', parseProcUnix(await readProcNet(options.netns, 'unix')))],
  );
}

/** One of them in these states. Nothing is thrown. */
export function captureInet(protocol: Transport, states: number, options: CaptureOptions): Promise<Table<InetColumns>> {
  const dumps = () => inetDumps(protocol, states, options);
  const files = [protocol, `${protocol}6`].map((file) => async () => {
    const text = await readProcNet(options.netns, file).catch((error: unknown) => {
      // A kernel with IPv6 disabled has no such table, and no such sockets.
      if (file.endsWith('6') && isKernelError(error) && error.code === 'ENOENT') return Buffer.from(NO_SOCKETS);
      throw error;
    });
    return known(file, parseProcInet(Buffer.from(text).toString('latin1'), protocol, states));
  });
  return captureTable(protocol, options, dumps, files);
}

function known<Columns>(file: string, columns: Columns | null): Columns {
  if (columns === null) throw new CoverageError({ code: 'unknown-format', params: { file } });
  return columns;
}

/** /proc/net would be that of the main thread, even in other threads. */
function readProcNet(netns: Netns | null, file: string): Promise<Uint8Array> {
  return native().readInNetns(netns, `/proc/thread-self/net/${file}`);
}

type Read<Columns> = () => Promise<Columns & { readonly interrupted?: boolean }>;
/** Dumps that have begun, or why there are none. */
type Dumps<Columns> = () => Promise<readonly ReturnType<Read<Columns>>[] | CoverageFault>;

/** sock_diag, or /proc/net where that must not be used or fails. */
async function captureTable<Columns extends { readonly count: number }>(
  name: Protocol,
  options: CaptureOptions,
  dumps: Dumps<Columns>,
  files: readonly Read<Columns>[],
): Promise<Table<Columns>> {
  const start = nowMs();
  const late = (why: CoverageFault): Table<Columns> => result(name, 'sock_diag', [], [why], [], start);
  return (options.deadline ?? NO_DEADLINE).within(readTable(name, dumps, files, start), late);
}

async function readTable<Columns extends { readonly count: number }>(
  name: Protocol,
  dumps: Dumps<Columns>,
  files: readonly Read<Columns>[],
  start: number,
): Promise<Table<Columns>> {
  const begun = await dumps();
  const asked =
    'code' in begun ? { columns: [], interrupted: false, faults: [begun] } : await readAll(begun, diagFault);
  if (asked.faults.length === 0) {
    const errors: CoverageFault[] = asked.interrupted ? [{ code: 'table-changing', params: {} }] : [];
    return result(name, 'sock_diag', asked.columns, errors, [], start);
  }
  const read = await readAll(
    files.map((read) => read()),
    faultOf,
  );
  if (read.faults.length === 0) {
    const { errors, notes } = doubtsIn(read.columns);
    return result(name, '/proc/net', read.columns, errors, [...asked.faults, ...notes], start);
  }
  // Of two incomplete answers, the more complete one.
  const isProc = read.columns.length >= asked.columns.length;
  const errors = [...asked.faults, ...read.faults];
  return result(name, isProc ? '/proc/net' : 'sock_diag', isProc ? read.columns : asked.columns, errors, [], start);
}

/** Names of unix sockets may imitate lines of the table. */
function doubtsIn(tables: readonly Partial<ProcUnixColumns>[]): Record<'errors' | 'notes', CoverageFault[]> {
  const fault = (code: 'names-contradict' | 'names-ambiguous', lines: number): CoverageFault[] =>
    lines === 0 ? [] : [{ code, params: { lines } }];
  const [unix] = tables;
  return {
    errors: fault('names-contradict', unix?.contradicting ?? 0),
    notes: fault('names-ambiguous', unix?.doubtful?.size ?? 0),
  };
}

function diagFault(thrown: unknown): CoverageFault {
  if (!isKernelError(thrown)) return faultOf(thrown);
  return { code: 'diag-failed', params: { syscall: thrown.syscall, errno: thrown.code } };
}

async function readAll<Columns>(
  reads: readonly ReturnType<Read<Columns>>[],
  asFault: (thrown: unknown) => CoverageFault,
): Promise<{ columns: Columns[]; interrupted: boolean; faults: CoverageFault[] }> {
  const settled = await Promise.allSettled(reads);
  const columns = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return {
    columns,
    interrupted: columns.some((one) => one.interrupted === true),
    faults: settled.flatMap((one) => (one.status === 'rejected' ? [asFault(one.reason)] : [])),
  };
}

function result<Columns extends { readonly count: number }>(
  name: Protocol,
  via: 'sock_diag' | '/proc/net',
  columns: readonly Columns[],
  errors: readonly CoverageFault[],
  notes: readonly CoverageFault[],
  start: number,
): Table<Columns> {
  const status = errors.length === 0 ? 'ok' : columns.length === 0 ? 'failed' : 'partial';
  const rows = columns.reduce((sum, { count }) => sum + count, 0);
  return {
    columns,
    detailed: via === 'sock_diag',
    source: { name, via, status, errors, notes, rows, ms: elapsedMs(start) },
  };
}
