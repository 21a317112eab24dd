/*
 * ss (iproute2, misc/ss.c) prints one row per socket: Netid (if several kinds were requested), State, Recv-Q, Send-Q, local
 * and peer address, and details for some options. Columns are separated by any number of spaces. A row continues on further
 * lines on a narrow terminal, and before the details of some options.
 */

/** One socket, with its continuation lines. */
export interface SsRow {
  /** Line number of its first line, from 1. */
  readonly line: number;
  /** null if the text lacks that column. */
  readonly netid: string | null;
  readonly state: string;
  /** Everything after the state, with newlines. */
  readonly rest: string;
}

export interface SsRows {
  readonly rows: readonly SsRow[];
  readonly hasHeader: boolean;
  /** The text does not end with a newline. */
  readonly isTruncated: boolean;
}

/** sstate_name in misc/ss.c, including SCTP states. */
const STATES =
  'UNKNOWN|ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|UNCONN|CLOSE-WAIT|LAST-ACK|LISTEN|CLOSING|CLOSED';

/** Netid is `tcp`, `u_str`, `icmp6`, `???`, … */
const ROW = new RegExp(`^(?:([a-z?][a-z0-9_?]{1,5})[ \\t]+)?(${STATES})(?:[ \\t]+|$)`);
const HEADER = /^(?:Netid[ \t]+)?State[ \t]+Recv-Q[ \t]+Send-Q\b/;

/** Rows continue on one or two lines; more belong to something after the table. */
const MAX_ROW_LINES = 16;

interface OpenRow extends Omit<SsRow, 'rest'> {
  readonly lines: string[];
}

/** Joins the lines of an ss text into rows, without headers and anything before the first row. */
export function ssRows(lines: readonly string[]): SsRows {
  const isTruncated = lines.at(-1) !== '';
  const rows: SsRow[] = [];
  let open: OpenRow | null = null;
  let hasHeader = false;
  const close = (): void => {
    if (open !== null)
      rows.push({ line: open.line, netid: open.netid, state: open.state, rest: open.lines.join('\n') });
    open = null;
  };
  for (const [at, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const [start, netid = null, state] = ROW.exec(line) ?? [];
    if (start !== undefined && state !== undefined) {
      close();
      open = { line: at + 1, netid, state, lines: [line.slice(start.length)] };
    } else if (HEADER.test(line)) {
      close();
      hasHeader = true;
    } else if (open !== null) {
      continueRow(open, line);
    }
  }
  close();
  return { rows, hasHeader, isTruncated };
}

function continueRow(open: OpenRow, line: string): void {
  if (open.lines.length < MAX_ROW_LINES) open.lines.push(line);
}

/** Whether a text starts with a header of ss, or a row with Recv-Q and Send-Q. */
export function looksLikeSs(head: string): boolean {
  return head
    .split('\n', MAX_ROW_LINES)
    .some((line) => HEADER.test(line) || /^\d+[ \t]+\d+[ \t]/.test(afterState(line)));
}

function afterState(line: string): string {
  const start = ROW.exec(line)?.[0];
  return start === undefined ? '' : line.slice(start.length);
}
