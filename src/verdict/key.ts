/** A text for each list of texts and nulls, unlike that of every other: names in a snapshot may hold anything. */
export function keyOf(parts: readonly (string | null)[]): string {
  let lengths = '';
  let text = '';
  for (const part of parts) {
    lengths += part === null ? ',' : `${part.length},`;
    text += part ?? '';
  }
  return `${lengths} ${text}`;
}
