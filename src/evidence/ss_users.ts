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

/** A name has at most 15 bytes (TASK_COMM_LEN), so nothing longer is taken for one. */
const NAME = '\\("([^]{0,15}?)"';

/** `("name",pid=1,fd=2)`; -T adds the tid, -Z security contexts, with commas in them. */
const USER = new RegExp(
  `${NAME},pid=(\\d{1,10})(?:,tid=\\d{1,10})?(?:,proc_ctx=[^()"]*?)?,fd=(\\d{1,10})(?:,sock_ctx=[^()"]*)?\\)(?=,\\("|$)`,
  'y',
);

/** `("name",1,2)`, in old versions. */
const OLD_USER = new RegExp(`${NAME},(\\d{1,10}),(\\d{1,10})\\)(?=,\\("|$)`, 'y');

const BEGINNING = 'users:((';

/** A list ends at the last match: names are too short to contain a whole user. */
const END = /,(?:fd=)?\d{1,10}(?:,sock_ctx=[^()"]*)?\)\)/g;

/** Whether a text has a list that goes on. */
export function isListOpen(text: string): boolean {
  const at = text.indexOf(BEGINNING);
  return at >= 0 && text.slice(at).search(END) < 0;
}

/**
 * Parses `users:(("kubelet",pid=809,fd=7),("kubelet",pid=809,fd=8))` at the start of a text. A name may contain quotes,
 * commas, parentheses and newlines, so a user ends at the first `)` that is followed by another user or the end of the list.
 * @returns null for a malformed list; no users if the text does not start with one
 */
export function parseUsers(text: string): SsUsers | null {
  if (!text.startsWith('users:')) return { users: [], details: text };
  const end = Array.from(text.matchAll(END)).at(-1);
  if (end === undefined || !text.startsWith(BEGINNING)) return null;
  const length = end.index + end[0].length;
  const list = text.slice(BEGINNING.length - 1, length - 1);
  const format = list.includes(',pid=') ? USER : OLD_USER;
  const users: SsUser[] = [];
  for (let at = 0; at < list.length; ) {
    format.lastIndex = at;
    const [whole, comm, pid, fd] = format.exec(list) ?? [];
    if (whole === undefined || comm === undefined) return null;
    users.push({ comm, pid: Number(pid), fd: Number(fd) });
    // Skips the comma.
    at += whole.length + 1;
  }
  return { users, details: text.slice(length) };
}
