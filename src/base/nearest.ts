/** More differences than these are no slip of the keyboard. */
const MAX_DISTANCE = 3;

/** The candidate that was probably meant; null: none is close. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const [first] = candidates.toSorted((a, b) => distance(word, a) - distance(word, b));
  return first !== undefined && distance(word, first) <= MAX_DISTANCE ? first : null;
}

/** Levenshtein distance. */
export function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const current = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (previous[j] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
