/** A process in ss's `users:` list. */
export interface SsUser {
  /** In latin1, so that no byte is lost; chosen by the process, at most 15 bytes. */
  readonly comm: string;
  readonly pid: number;
  readonly fd: number;
}

export interface SsUsers {
  readonly users: readonly SsUser[];
  /** The text after them, from options such as -e. */
  readonly details: string;
}

/** `("name",pid=1,fd=2)`; -T adds the tid, -Z security contexts. */
const USER =
  /\("(.*?)",pid=(\d{1,10})(?:,tid=\d{1,10})?(?:,proc_ctx=[^,]*)?,fd=(\d{1,10})(?:,sock_ctx=[^,)]*)?\)(?=,\("|$)/sy;
const BEGINNING = 'users:(';

/** A list ends at the last match: names are too short to contain a whole user. */
const END = /,fd=\d{1,10}(?:,sock_ctx=[^,)]*)?\)\)/g;

/**
 * Parses `users:(("kubelet",pid=809,fd=7),("kubelet",pid=809,fd=8))` at the start of a text. A name may contain quotes,
 * commas, parentheses and newlines, so a user ends at the first `)` that is followed by another user or the end of the list.
 * @returns null for a malformed list; no users if the text does not start with one
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
    // Skips the comma.
    at += whole.length + 1;
  }
  return { users, details: text.slice(length) };
}
