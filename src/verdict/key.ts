/** A map key for a list of strings and nulls, unambiguous whatever characters they contain. */
export function keyOf(parts: readonly (string | null)[]): string {
  let lengths = '';
  let text = '';
  for (const part of parts) {
    lengths += part === null ? ',' : `${part.length},`;
    text += part ?? '';
  }
  return `${lengths} ${text}`;
}
