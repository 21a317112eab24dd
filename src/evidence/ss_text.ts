import type { CoverageFault } from '../base/coverage_codes.js';
import type { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import { MAX_EVIDENCE_BYTES } from './classify_file.js';
import { isOfOldStyle, listenerOf, protocolOf, UnreadableRow } from './ss_listener.js';
import { type SsRows, ssRows } from './ss_rows.js';

/** The sockets of one protocol in an ss text. */
export interface SsTable {
  /** Those that accept. */
  readonly sockets: readonly OwnedListener[];
  /** Why there may be more. */
  readonly faults: readonly CoverageFault[];
}

/** Protocols without a listener are absent: ss may not have been asked for them. */
export type SsText = ReadonlyMap<Protocol, SsTable>;

const MAX_NAMED_FAULTS = 3;

/** With -a, every connection of a busy node is one line or more. */
const MAX_LINES = 500_000;

/** Nodes have a few thousand at most. */
const MAX_LISTENERS = 20_000;

interface Gathered {
  readonly sockets: OwnedListener[];
  readonly faults: CoverageFault[];
}

/**
 * Parses the output of ss with any of -t, -u, -x, -l, -a, -n, -p, -e, -m, -i. Facts that it lacks are null: executable and
 * unit of a process, v6only (except for `*`), and without -e the inode and cookie of TCP and UDP sockets.
 * @throws SockwatchError ERR_INPUT if the text contains no listener
 */
export function readSsText(bytes: Uint8Array, file: string): SsText {
  const tooLarge = (expected: string): SockwatchError => inputError({ file, line: null, expected, found: 'more' });
  if (bytes.length > MAX_EVIDENCE_BYTES.ss) throw tooLarge(`at most ${MAX_EVIDENCE_BYTES.ss} bytes of ss output`);
  // latin1 preserves the bytes of names.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const lines = text.split('\n', MAX_LINES + 1);
  if (lines.length > MAX_LINES) throw tooLarge(`at most ${MAX_LINES} lines of ss output`);
  const rows = ssRows(lines);
  const tables = gather(rows);
  const sockets = [...tables.values()].flatMap((table) => table.sockets);
  if (sockets.length > MAX_LISTENERS) throw tooLarge(`at most ${MAX_LISTENERS} listening sockets`);
  if (sockets.length === 0) {
    const hint = 'Give a snapshot (JSON), or the output of `ss -plntu` run as root.';
    throw inputError({
      file,
      line: null,
      expected: 'ss output with a listening socket',
      found: contentsOf(text, rows),
      hint,
    });
  }
  return new Map(
    [...tables].flatMap(([protocol, { sockets, faults }]) =>
      sockets.length === 0 && faults.length === 0 ? [] : [[protocol, { sockets, faults: limited(faults) }]],
    ),
  );
}

function gather(text: SsRows): Map<Protocol, Gathered> {
  const { rows, isTruncated } = text;
  const isOldStyle = rows.some(isOfOldStyle);
  const tables = new Map<Protocol, Gathered>(
    (['tcp', 'udp', 'unix'] as const).map((protocol) => [protocol, { sockets: [], faults: [] }]),
  );
  for (const row of rows) {
    const protocol = protocolOf(row);
    const table = protocol === null ? undefined : tables.get(protocol);
    if (protocol === null || table === undefined) continue;
    try {
      const listener = listenerOf(protocol, row, isOldStyle);
      if (listener !== null) table.sockets.push(listener);
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      table.faults.push(error.fault);
    }
  }
  const last = rows.at(-1);
  const cut = isTruncated && last !== undefined ? protocolOf(last) : null;
  if (cut !== null) tables.get(cut)?.faults.push({ code: 'ss-truncated', params: {} });
  return tables;
}

function limited(faults: readonly CoverageFault[]): CoverageFault[] {
  const more = faults.length - MAX_NAMED_FAULTS;
  const named = faults.slice(0, MAX_NAMED_FAULTS);
  return more > 0 ? [...named, { code: 'more-errors', params: { count: more } }] : named;
}

function contentsOf(text: string, { rows, hasHeader }: SsRows): string {
  if (text.trim() === '') return 'an empty file';
  if (rows.length > 0) return 'none';
  return hasHeader ? 'only its header' : 'other text';
}
