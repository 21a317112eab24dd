/*
 * `ss` of iproute2 (misc/ss.c) prints one row a socket: Netid (only where several kinds were asked for), State, Recv-Q,
 * Send-Q, local and peer address, and what options add. Between columns stands any number of spaces; where the terminal
 * is narrow, and before the details of some options, a row goes on in further lines.
 */

/** One socket of an ss text, its lines put together. */
export interface SsRow {
  /** Of its first line in the text, counted from 1. */
  readonly line: number;
  /** null where the text has no such column. */
  readonly netid: string | null;
  readonly state: string;
  /** Behind the state, as it stands there; line ends are kept. */
  readonly rest: string;
}

export interface SsRows {
  readonly rows: readonly SsRow[];
  readonly hasHeader: boolean;
  /** The text ends without a line end: it may be cut off. */
  readonly isCutOff: boolean;
}

/** sstate_name in misc/ss.c, and those that SCTP has besides. */
const STATES =
  'UNKNOWN|ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|UNCONN|CLOSE-WAIT|LAST-ACK|LISTEN|CLOSING|CLOSED';

/** Netid is `tcp`, `u_str`, `icmp6`, `???`, … */
const ROW = new RegExp(`^(?:([a-z?][a-z0-9_?]{1,5})[ \\t]+)?(${STATES})(?:[ \\t]+|$)`);
const HEADER = /^(?:Netid[ \t]+)?State[ \t]+Recv-Q[ \t]+Send-Q\b/;

/** A row goes on in one or two lines; more of them belong to something that follows the table. */
const MOST_LINES = 16;

interface OpenRow extends Omit<SsRow, 'rest'> {
  readonly lines: string[];
}

/**
 * Puts the rows of an ss text together, given as what stands between its line ends. What comes before the first row, and
 * headers, are left out.
 */
export function ssRows(lines: readonly string[]): SsRows {
  const isCutOff = lines.at(-1) !== '';
  const rows: SsRow[] = [];
  let open: OpenRow | null = null;
  let hasHeader = false;
  const close = (): void => {
    if (open !== null)
      rows.push({ line: open.line, netid: open.netid, state: open.state, rest: open.lines.join('\n') });
    open = null;
  };
  for (const [at, ended] of lines.entries()) {
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    const [start, netid = null, state] = ROW.exec(line) ?? [];
    if (start !== undefined && state !== undefined) {
      close();
      open = { line: at + 1, netid, state, lines: [line.slice(start.length)] };
    } else if (HEADER.test(line)) {
      close();
      hasHeader = true;
    } else {
      goOn(open, line);
    }
  }
  close();
  return { rows, hasHeader, isCutOff };
}

function goOn(open: OpenRow | null, line: string): void {
  if (open !== null && open.lines.length < MOST_LINES) open.lines.push(line);
}

/** Whether a text begins like the output of ss: with a header, or with a row that has its two numbers. */
export function looksLikeSs(beginning: string): boolean {
  return beginning
    .split('\n', MOST_LINES)
    .some((line) => HEADER.test(line) || /^\d+[ \t]+\d+[ \t]/.test(afterState(line)));
}

function afterState(line: string): string {
  const start = ROW.exec(line)?.[0];
  return start === undefined ? '' : line.slice(start.length);
}
