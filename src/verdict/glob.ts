/** Whether a name matches a pattern in which `*` stands for any number of characters. */
export function matchesName(name: string, pattern: string): boolean {
  return matches(name, pattern, null);
}

/** Whether a path matches a pattern in which `*` stays within a segment and `**` crosses segments. */
export function matchesPath(path: string, pattern: string): boolean {
  return matches(path, pattern, '/');
}

/** What follows a wildcard, and how far that reaches so far. */
interface Wildcard {
  readonly next: number;
  end: number;
}

/**
 * A single `*` does not stand for `separator`. Only the last wildcard of each kind is tried again, from where it last reached: the
 * earliest match of what precedes it leaves the most for the rest. A regular expression would try every combination.
 */
function matches(text: string, pattern: string, separator: string | null): boolean {
  let at = 0;
  let next = 0;
  let within: Wildcard | null = null;
  let across: Wildcard | null = null;
  for (;;) {
    if (pattern[next] === '*') {
      const start = next;
      while (pattern[next] === '*') next += 1;
      const isAcross = separator === null || next - start > 1;
      if (isAcross) across = { next, end: at };
      within = isAcross ? null : { next, end: at };
    } else if (next === pattern.length && at === text.length) {
      return true;
    } else if (at < text.length && next < pattern.length && text[at] === pattern[next]) {
      at += 1;
      next += 1;
    } else {
      const isOpen = within !== null && within.end < text.length && text[within.end] !== separator;
      const retried: Wildcard | null = isOpen ? within : across;
      if (retried === null || retried.end >= text.length) return false;
      retried.end += 1;
      at = retried.end;
      next = retried.next;
      if (!isOpen) within = null;
    }
  }
}
