/** Parts of texts, by number: templates, and what fills their holes. */
export type Parts = readonly string[];

/** Stands in a template for what was taken out. `printable` leaves no control character in a text, so none is taken for it. */
export const HOLE = '\0';

/** A filling from here on is a number that stands in the text (less this), one below it the number of a part. */
export const LITERAL = 0x8000_0000;

/** The text of a template; its fillings are those from `from` on. */
export function filled(parts: Parts, template: number, fillings: ArrayLike<number>, from: number): string {
  const text = parts[template] ?? '';
  let whole = '';
  let begin = 0;
  let at = from;
  for (let hole = text.indexOf(HOLE); hole !== -1; hole = text.indexOf(HOLE, begin)) {
    const filling = fillings[at++] ?? 0;
    whole += text.slice(begin, hole) + (filling >= LITERAL ? String(filling - LITERAL) : (parts[filling] ?? ''));
    begin = hole + 1;
  }
  return begin === 0 ? text : whole + text.slice(begin);
}

/** How many fillings a template takes. */
export function holesIn(parts: Parts, template: number): number {
  return (parts[template] ?? '').split(HOLE).length - 1;
}
