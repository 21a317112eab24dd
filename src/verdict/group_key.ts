/** One text for several, which no others have: a name out of a file may hold any character, so that none can stand between. */
export function groupKey(parts: readonly (string | null)[]): string {
  return parts.map((part) => (part === null ? '-' : `${part.length}:${part}`)).join('');
}
