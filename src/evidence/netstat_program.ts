import { textField } from '../base/text.js';
import type { ProcessOwner } from '../kernel/owners/owner.js';
import { UNKNOWN_PROCESS } from '../kernel/owners/process_fields.js';

/** netstat prints at most 19 bytes of `PID/name` (PROGNAME_WIDTH in netstat.c) in a column of 20. */
const MAX_BYTES = 19;

/** `sshd: /usr/sbin/sshd -D`: what a service makes of its command line begins with its name. */
const TITLE = /^([\w.-]+): /;

/**
 * The process in `PID/name`, as far as it can be told. netstat prints the base name of argv[0], or all of argv[0] if that is no absolute
 * path, and of several processes that have the socket the first one. That is systemd, if it created the socket for a service: null,
 * since the service is then not shown.
 */
export function ownerIn(pid: number, name: string): ProcessOwner | null {
  if (pid === 1) return null;
  const isCut = `${pid}/${name}`.length === MAX_BYTES;
  const title = TITLE.exec(name)?.[1];
  // The end of a path that was cut is the beginning of any name.
  const known = title ?? (isCut && name.includes('/') ? null : name);
  return {
    kind: 'process',
    pid,
    fd: null,
    ...UNKNOWN_PROCESS,
    ...textField('argv0', known === null || known === '' ? null : Buffer.from(known, 'latin1')),
    isArgv0Cut: isCut && title === undefined && known !== null,
  };
}

/** `PID/name` at the end of a row. */
const CELL = /\s(\d{1,7}\/.{0,18})$/s;

/** -o, or the path of a unix socket. */
const NEXT_COLUMN = /^(?: [a-z][\w-]* \([\d.]+\/\d+\/\d+\)| [^\s]+)?$/;

/** Whether lines go on with a row that a newline in the name of its program broke: together they fill the column. */
export function continuesProgram(row: string, lines: string): 'yes' | 'perhaps' | 'no' {
  const [, start] = CELL.exec(row) ?? [];
  if (start === undefined) return 'no';
  const cell = `${start}\n${lines}`;
  if (cell.length <= MAX_BYTES) return 'perhaps';
  return cell[MAX_BYTES] === ' ' && NEXT_COLUMN.test(cell.slice(MAX_BYTES + 1)) ? 'yes' : 'no';
}
