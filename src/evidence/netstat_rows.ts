import type { CoverageFault } from '../base/coverage_codes.js';
import { type NetstatCommand, netstatCommandIn } from './netstat_command.js';
import { continuesProgram } from './netstat_program.js';
import { numberedLines, type TextLine } from './ss_lines.js';
import { AROUND } from './ss_rows.js';

/*
 * netstat (net-tools, netstat.c) prints a title, a header and one row per socket: "Active Internet connections" with TCP, UDP and
 * others, then "Active UNIX domain sockets". Columns have a fixed width and grow with their text. The name of a program takes at
 * most 17 bytes and the path of a unix socket has no blanks, so neither can imitate a row.
 */

/** One socket. */
export interface NetstatRow {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What is below one title. */
export interface NetstatPart {
  readonly kind: 'inet' | 'unix';
  /** Its first line. */
  readonly line: number;
  /** It has the title and the header of netstat, in this order. */
  readonly isHeaded: boolean;
  /** The title says that it was not asked for listeners. */
  readonly isWithoutListeners: boolean;
  /** It has the column of -p. */
  readonly asksProcesses: boolean;
  readonly rows: readonly NetstatRow[];
  /** Lines that belong to it and are no rows. */
  readonly faults: readonly CoverageFault[];
  /** The text ends in it, without a newline. */
  readonly isTruncated: boolean;
}

/** What one run of netstat printed, or a part of it. */
export interface NetstatRun {
  readonly parts: readonly NetstatPart[];
  readonly command: NetstatCommand | null;
  /** It says that it could not see all processes. */
  readonly isDenied: boolean;
}

/** `cat -n` and `grep -n` write line numbers before a line. */
const NUMBER = '^(?:\\d+(?:[:\\t] *))?';

const TITLE = new RegExp(`${NUMBER}Active (Internet connections|UNIX domain sockets|[\\w/. ]+) ?(?:\\((.*)\\))?\\s*$`);
const HEADERS = {
  inet: new RegExp(`${NUMBER}Proto\\s+Recv-Q\\s+Send-Q\\s+Local Address\\s+Foreign Address\\b`),
  unix: new RegExp(`${NUMBER}Proto\\s+RefCnt\\s+Flags\\s+Type\\s+State\\s+I-Node\\b`),
};
const ROWS = {
  inet: new RegExp(`${NUMBER}((?:tcp|udpl?|raw)6?\\s+\\d+\\s+\\d+\\s+\\S.*|sctp6?\\s.*)`, 's'),
  unix: new RegExp(`${NUMBER}(unix\\s+\\d+\\s+\\[.*)`, 's'),
};
const KINDS = ['inet', 'unix'] as const;

/** Standard error, which may stand anywhere. */
const NOTICE =
  /^\((?:Not all processes could be identified|No info could be read for "-p")|^will not be shown, you would/;

interface OpenPart extends NetstatPart {
  readonly rows: { readonly line: number; text: string }[];
  readonly faults: CoverageFault[];
  readonly hasTitle: boolean;
  isHeaded: boolean;
  asksProcesses: boolean;
  isTruncated: boolean;
}

interface OpenRun extends NetstatRun {
  readonly parts: OpenPart[];
  isDenied: boolean;
}

/** Splits the lines of a text into runs of netstat, and those into rows. What is before and after them is left out. */
export function netstatRuns(lines: readonly string[]): NetstatRun[] {
  const reader = new RunReader();
  for (const line of numberedLines(lines, isNetstatLine)) reader.read(line);
  return reader.end(lines.at(-1) !== '');
}

/** Whether a text starts with a title, header or row of netstat. */
export function looksLikeNetstat(lines: readonly string[]): boolean {
  return numberedLines(lines.slice(0, MAX_HEAD_LINES), isNetstatLine).some(({ text }) => isNetstatLine(text));
}

const MAX_HEAD_LINES = 16;

function isNetstatLine(text: string): boolean {
  const title = TITLE.exec(text)?.[1];
  if (title === 'Internet connections' || title === 'UNIX domain sockets') return true;
  return KINDS.some((kind) => HEADERS[kind].test(text) || ROWS[kind].test(text));
}

class RunReader {
  private readonly runs: OpenRun[] = [];
  private run: OpenRun | null = null;
  private part: OpenPart | null = null;
  /** Of the next run. */
  private command: NetstatCommand | null = null;
  private isDenied = false;
  /** Below the title of sockets that are not evaluated. */
  private isElsewhere = false;
  private isAfterGap = false;
  /** Lines that may go on with the last row. */
  private broken: TextLine[] = [];
  /** Lines after a gap, which do not matter unless more rows follow. */
  private pending: CoverageFault[] = [];

  read(line: TextLine): void {
    if (this.continues(line)) return;
    for (const one of this.broken.splice(0)) this.interpret(one);
    this.interpret(line);
  }

  end(isTruncated: boolean): NetstatRun[] {
    for (const one of this.broken.splice(0)) this.interpret(one);
    if (this.part !== null) this.part.isTruncated = isTruncated;
    return this.runs;
  }

  /** Whether the last row goes on with this line, perhaps. */
  private continues(line: TextLine): boolean {
    const last = this.part?.rows.at(-1);
    if (last === undefined || isNetstatLine(line.text)) return false;
    const lines = [...this.broken, line].map(({ before, text }) => before + text).join('\n');
    const answer = continuesProgram(last.text, lines);
    if (answer === 'yes') last.text += `\n${lines}`;
    this.broken = answer === 'perhaps' ? [...this.broken, line] : answer === 'yes' ? [] : this.broken;
    return answer !== 'no';
  }

  private interpret({ number, text }: TextLine): void {
    const title = TITLE.exec(text);
    const header = KINDS.find((kind) => HEADERS[kind].test(text));
    const row = KINDS.find((kind) => ROWS[kind].test(text));
    if (title !== null) this.title(number, title);
    else if (header !== undefined) this.header(number, header, text);
    else if (row !== undefined) this.row(number, row, ROWS[row].exec(text)?.[1] ?? '');
    else if (NOTICE.test(text)) this.denied();
    else if (text === '') this.isAfterGap = true;
    else this.other(number, text);
  }

  private title(line: number, [, subject, listing]: RegExpExecArray): void {
    const kind = subject === 'Internet connections' ? 'inet' : subject === 'UNIX domain sockets' ? 'unix' : null;
    this.closePart();
    this.isElsewhere = kind === null;
    if (kind !== null) this.open(line, kind, true, listing === 'w/o servers');
  }

  private header(line: number, kind: NetstatPart['kind'], text: string): void {
    const { part } = this;
    const isBelowTitle = part?.kind === kind && part.hasTitle && !part.isHeaded && part.rows.length === 0;
    const headed = isBelowTitle ? part : this.open(line, kind, false, false);
    headed.isHeaded = isBelowTitle;
    headed.asksProcesses = text.includes('PID/Program name');
    this.isElsewhere = false;
  }

  private row(line: number, kind: NetstatPart['kind'], text: string): void {
    const part = this.part?.kind === kind ? this.part : this.open(line, kind, false, false);
    part.faults.push(...this.pending.splice(0));
    part.rows.push({ line, text });
    this.isAfterGap = false;
    this.isElsewhere = false;
  }

  private denied(): void {
    this.isDenied = true;
    if (this.run !== null) this.run.isDenied = true;
  }

  private other(line: number, text: string): void {
    const command = netstatCommandIn(text);
    if (command !== null || AROUND.test(text)) {
      this.closePart();
      this.run = null;
      this.command = command;
      this.isDenied = false;
    } else if (this.part !== null && !this.isElsewhere) {
      const fault: CoverageFault = { code: 'ss-other-text', params: { line } };
      (this.isAfterGap ? this.pending : this.part.faults).push(fault);
    }
  }

  private open(line: number, kind: NetstatPart['kind'], hasTitle: boolean, isWithoutListeners: boolean): OpenPart {
    this.closePart();
    if (this.run === null || this.run.parts.some((one) => one.kind === kind)) {
      this.run = { parts: [], command: this.command, isDenied: this.isDenied };
      this.runs.push(this.run);
      this.command = null;
    }
    const fields = { isHeaded: false, asksProcesses: false, rows: [], faults: [], isTruncated: false };
    this.part = { kind, line, hasTitle, isWithoutListeners, ...fields };
    this.run.parts.push(this.part);
    return this.part;
  }

  private closePart(): void {
    this.part = null;
    this.pending = [];
    this.isAfterGap = false;
  }
}
