/** The whole text of a document that is written in pieces. */
export function joined(pieces: Iterable<string>): string {
  return Array.from(pieces).join('');
}
