import { messageOf, type SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import { LARGEST } from './classify_file.js';
import { isOfOldStyle, listenerOf, NotUnderstood, protocolOf } from './ss_listener.js';
import { type SsRows, ssRows } from './ss_rows.js';

/** What an ss text holds of one kind of sockets. */
export interface SsTable {
  /** Those that accept, at least one. */
  readonly sockets: readonly OwnedListener[];
  /** Why there may be more of them; null where nothing says so. */
  readonly incomplete: string | null;
}

/** What an ss text says. Where it has no listener of a kind that kind is left out: it may not have been asked for. */
export type SsText = ReadonlyMap<Protocol, SsTable>;

/** How many rows that were not understood are named. */
const MOST_NAMED = 3;

/** With -a a text has a line or more for each of a busy node's connections. */
const MOST_LINES = 500_000;

/** A node has some thousand listeners at most. */
const MOST_LISTENERS = 20_000;

interface Gathered {
  readonly sockets: OwnedListener[];
  readonly faults: string[];
}

/**
 * Reads what ss printed with any of -t, -u, -x, -l, -a, -n, -p, -e, -m, -i. What a text does not tell is null in the
 * listeners: executable and unit of a process, v6only (but for `*`), inode and cookie of TCP and UDP (but with -e).
 * @throws SockwatchError ERR_INPUT for a text that holds no listener
 */
export function readSsText(bytes: Uint8Array, file: string): SsText {
  const bound = (expected: string): SockwatchError => inputError({ file, line: null, expected, found: 'more' });
  if (bytes.length > LARGEST.ss) throw bound(`at most ${LARGEST.ss} bytes of ss output`);
  // latin1 keeps every byte of a name.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const lines = text.split('\n', MOST_LINES + 1);
  if (lines.length > MOST_LINES) throw bound(`at most ${MOST_LINES} lines of ss output`);
  const rows = ssRows(lines);
  const tables = gather(rows);
  const sockets = [...tables.values()].flatMap((table) => table.sockets);
  if (sockets.length > MOST_LISTENERS) throw bound(`at most ${MOST_LISTENERS} listening sockets`);
  if (sockets.length === 0) {
    const hint = 'What is judged is a snapshot (JSON), or what `ss -plntu` prints when root runs it.';
    throw inputError({
      file,
      line: null,
      expected: 'the output of ss with a listening socket',
      found: kindOf(text, rows),
      hint,
    });
  }
  return new Map(
    [...tables].flatMap(([protocol, { sockets, faults }]) =>
      sockets.length === 0 && faults.length === 0 ? [] : [[protocol, { sockets, incomplete: faultsText(faults) }]],
    ),
  );
}

function gather(text: SsRows): Map<Protocol, Gathered> {
  const { rows, isCutOff } = text;
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
      if (!(error instanceof NotUnderstood)) throw error;
      table.faults.push(`line ${row.line}: ${messageOf(error)}`);
    }
  }
  const last = rows.at(-1);
  const cut = isCutOff && last !== undefined ? protocolOf(last) : null;
  if (cut !== null) tables.get(cut)?.faults.push('the text ends within a line, so it may be cut off');
  return tables;
}

function faultsText(faults: readonly string[]): string | null {
  if (faults.length === 0) return null;
  const more = faults.length > MOST_NAMED ? [`and ${faults.length - MOST_NAMED} more`] : [];
  return [...faults.slice(0, MOST_NAMED), ...more].join('; ');
}

function kindOf(text: string, { rows, hasHeader }: SsRows): string {
  if (text.trim() === '') return 'an empty text';
  if (rows.length > 0) return 'none that listens';
  return hasHeader ? 'its header alone' : 'other text';
}
