import type { CoverageFault } from '../base/coverage_codes.js';
import { commandIn, type SsCommand } from './ss_command.js';
import { numberedLines, type TextLine } from './ss_lines.js';
import { isListOpen } from './ss_users.js';

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
  /** Its first line. */
  readonly text: string;
}

/** What one run of ss printed, or a part of it. */
export interface SsSection {
  /** Its first line: the header, or the first row. */
  readonly line: number;
  readonly header: string | null;
  readonly command: SsCommand | null;
  readonly rows: readonly SsRow[];
  /** Lines that belong to it and are no rows. */
  readonly faults: readonly CoverageFault[];
  /** The text ends in it, without a newline. */
  readonly isTruncated: boolean;
}

/** sstate_name in misc/ss.c, including SCTP states. */
const STATES =
  'UNKNOWN|ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|UNCONN|CLOSE-WAIT|LAST-ACK|LISTEN|CLOSING|CLOSED';

/** Netid is `tcp`, `u_str`, `icmp6`, `???`, … `cat -n` and `grep -n` write line numbers before it. */
const ROW = new RegExp(`^(?:\\d+(?:[:\\t] *))?(?:([a-z?][a-z0-9_?]{1,5})[ \\t]+)?(${STATES})(?:[ \\t]+|$)`);
const HEADER = /^(?:\d+(?:[:\t] *))?((?:Netid[ \t]+)?State[ \t]+Recv-Q[ \t]+Send-Q\b.*)/s;

/** A row that does not begin its line: commented out, or behind the name of a file or node. */
const ROW_BEHIND_TEXT = new RegExp(`\\b(?:${STATES})[ \\t]+\\d+[ \\t]+\\d+[ \\t]+\\S+[ \\t]+\\S*:\\*`);

/** What options such as -e, -i, -m and -o add to a row, on its line or on one of its own. */
export const DETAILS = /^(?:[a-z][\w-]*$|(?:[a-z][\w-]*\s+){0,3}[a-z_][\w-]*:[\w(./[ ]|bpf filter|<->|-->|<--|---)/;

/** Code fences and prompts around a table. */
export const AROUND = /^(?:```|~~~|[$#]\s*$|\[?\S+@.{0,60}[$#](?:\s|$))/;

/** Rows continue on one or two lines; more belong to something after the table. */
const MAX_ROW_LINES = 16;

interface OpenRow extends Omit<SsRow, 'rest'> {
  readonly lines: string[];
}

interface OpenSection extends SsSection {
  readonly rows: SsRow[];
  readonly faults: CoverageFault[];
  isTruncated: boolean;
}

/** Splits an ss text into runs of ss, and those into rows. What is before and after them is left out. */
export function ssSections(lines: readonly string[]): SsSection[] {
  const reader = new SectionReader();
  for (const line of numberedLines(lines, (text) => ROW.test(text) || HEADER.test(text))) reader.read(line);
  return reader.end(lines.at(-1) !== '');
}

class SectionReader {
  private readonly sections: OpenSection[] = [];
  private section: OpenSection | null = null;
  private row: OpenRow | null = null;
  /** Of the next section. */
  private command: SsCommand | null = null;
  private isAfterGap = false;
  /** Lines after a gap, which do not matter unless more rows follow. */
  private pending: CoverageFault[] = [];

  read(line: TextLine): void {
    const { number, text } = line;
    const [start, netid = null, state] = ROW.exec(text) ?? [];
    const header = HEADER.exec(text)?.[1];
    if (start !== undefined && state !== undefined) {
      this.closeRow();
      this.opened(number).faults.push(...this.pending.splice(0));
      this.row = { line: number, netid, state, text, lines: [text.slice(start.length)] };
      this.isAfterGap = false;
    } else if (header !== undefined) {
      this.closeSection();
      this.open(number, header);
    } else if (this.row !== null && hasOpenList(this.row)) this.row.lines.push(line.before + text);
    else if (text === '') this.isAfterGap = true;
    else if (this.row !== null && continues(this.row, line, this.isAfterGap)) this.row.lines.push(line.before + text);
    else this.readOther(line);
  }

  end(isTruncated: boolean): SsSection[] {
    if (this.section !== null) this.section.isTruncated = isTruncated;
    this.closeSection();
    return this.sections;
  }

  private readOther({ number, text }: TextLine): void {
    const params = { line: number };
    const command = commandIn(text);
    if (ROW_BEHIND_TEXT.test(text)) {
      this.closeRow();
      this.opened(number).faults.push({ code: 'ss-text-before-row', params });
    } else if (command !== null || AROUND.test(text)) {
      this.closeSection();
      this.command = command;
    } else {
      this.closeRow();
      if (this.section !== null)
        (this.isAfterGap ? this.pending : this.section.faults).push({ code: 'ss-other-text', params });
    }
  }

  private opened(line: number): OpenSection {
    return this.section ?? this.open(line, null);
  }

  private open(line: number, header: string | null): OpenSection {
    const section: OpenSection = { line, header, command: this.command, rows: [], faults: [], isTruncated: false };
    this.command = null;
    this.isAfterGap = false;
    this.section = section;
    this.sections.push(section);
    return section;
  }

  private closeRow(): void {
    const { row } = this;
    if (row !== null) this.section?.rows.push({ ...row, rest: row.lines.join('\n') });
    this.row = null;
  }

  private closeSection(): void {
    this.closeRow();
    this.section = null;
    this.pending = [];
  }
}

function hasOpenList({ lines }: OpenRow): boolean {
  return lines.length < MAX_ROW_LINES && isListOpen(lines.join('\n'));
}

/** Whether a line continues a row that has no open list: with its columns, its users, or details. */
function continues({ netid, lines }: OpenRow, { before, text }: TextLine, isAfterGap: boolean): boolean {
  if (lines.length >= MAX_ROW_LINES) return false;
  if (text.startsWith('users:((')) return true;
  if (isAfterGap) return false;
  const columns = netid?.startsWith('u_') === true ? 6 : 4;
  if (lines.join('\n').trim().split(/\s+/, columns).length < columns) return true;
  return /[ \t]$/.test(before) && DETAILS.test(text);
}

/** Whether a text starts with a header of ss, or a row with Recv-Q and Send-Q. */
export function looksLikeSs(lines: readonly string[]): boolean {
  return numberedLines(lines.slice(0, MAX_ROW_LINES), () => true).some(({ text }) => {
    const start = ROW.exec(text)?.[0];
    return HEADER.test(text) || (start !== undefined && /^\d+[ \t]+\d+[ \t]/.test(text.slice(start.length)));
  });
}
