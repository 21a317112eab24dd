/** A process as ss names it. */
export interface SsUser {
  /** One character a byte, as ss printed it: at most 15 bytes, which the process chose. */
  readonly comm: string;
  readonly pid: number;
  readonly fd: number;
}

export interface SsUsers {
  readonly users: readonly SsUser[];
  /** Behind them: what options such as -e add. */
  readonly details: string;
}

/** `("name",pid=1,fd=2)`; -T adds the thread, -Z contexts. */
const USER =
  /\("(.*?)",pid=(\d{1,10})(?:,tid=\d{1,10})?(?:,proc_ctx=[^,]*)?,fd=(\d{1,10})(?:,sock_ctx=[^,)]*)?\)(?=,\("|$)/sy;
const BEGINNING = 'users:(';

/** Where a list of users may end: at the last of these, since a name is too short to hold one whole user and more. */
const END = /,fd=\d{1,10}(?:,sock_ctx=[^,)]*)?\)\)/g;

/**
 * Reads `users:(("kubelet",pid=809,fd=7),("kubelet",pid=809,fd=8))` at the beginning of a text. A name may hold quotes,
 * commas, parentheses and line ends, so each user reaches to the first end that another user or the end of all follows. null where
 * they are not as ss prints them; no users where none stand there.
 */
export function parseUsers(text: string): SsUsers | null {
  if (!text.startsWith(BEGINNING)) return { users: [], details: text };
  const end = Array.from(text.matchAll(END)).at(-1);
  if (end === undefined) return null;
  const length = end.index + end[0].length;
  const list = text.slice(BEGINNING.length, length - 1);
  const users: SsUser[] = [];
  for (let at = 0; at < list.length; ) {
    USER.lastIndex = at;
    const [whole, comm, pid, fd] = USER.exec(list) ?? [];
    if (whole === undefined || comm === undefined) return null;
    users.push({ comm, pid: Number(pid), fd: Number(fd) });
    // The comma before the next one.
    at += whole.length + 1;
  }
  return { users, details: text.slice(length) };
}
