import type { Column } from './column.js';
import type { Subject } from './row.js';
import type { Share } from './share.js';
import { holesIn, LITERAL } from './text_parts.js';
import type { TextTable } from './texts.js';

/**
 * From the numbers of one reducer to those of a matrix, which come out as if there had been no reducer: of several, the shares
 * have to come in the order of the snapshots. What is new to the matrix is then new in the share as well, and stands there in
 * the order in which the matrix would have seen it.
 */
export class Renumbering {
  readonly #rows: number[] = [];
  /** Undefined until a text is met. */
  readonly #texts: (number | undefined)[] = [];

  column(
    { node: { column }, subjects, parts }: Share,
    numberOf: (subject: Subject) => number,
    texts: TextTable,
  ): Column {
    const known = this.#texts.length;
    for (const subject of subjects) this.#rows.push(numberOf(subject));
    this.#texts.length += parts.length;
    const text = (number: number): number => {
      const there = this.#texts[number] ?? texts.number(parts[number - known] ?? '');
      this.#texts[number] = there;
      return there;
    };
    const textOf = (number: number): string => {
      const there = this.#texts[number];
      return (there === undefined ? parts[number - known] : texts.parts[there]) ?? '';
    };
    const filling = (one: number): number => (one >= LITERAL ? one : text(one));

    const rows = Uint32Array.from(column.rows, (row) => this.#rows[row] ?? 0);
    const order = Uint32Array.from(rows, (_, at) => at).sort((a, b) => (rows[a] ?? 0) - (rows[b] ?? 0));
    const messages = new Uint32Array(order.length);
    const reasons = new Uint32Array(order.length);
    const fillings = new Uint32Array(column.fillings.length);
    const fillingsFrom = new Uint32Array(order.length);
    let filled = 0;
    order.forEach((from, at) => {
      const message = column.messages[from] ?? 0;
      const reason = column.reasons[from] ?? 0;
      const begin = column.fillingsFrom[from] ?? 0;
      const end = column.fillingsFrom[from + 1] ?? column.fillings.length;
      // Those of the message come first, and a text is numbered behind what fills it, as TextTable.store does.
      const middle = reason === 0 ? end : begin + holesIn([textOf(message)], 0);
      fillingsFrom[at] = filled;
      for (const one of column.fillings.subarray(begin, middle)) fillings[filled++] = filling(one);
      messages[at] = text(message);
      for (const one of column.fillings.subarray(middle, end)) fillings[filled++] = filling(one);
      reasons[at] = reason === 0 ? 0 : text(reason - 1) + 1;
    });
    return {
      rows: Uint32Array.from(order, (from) => rows[from] ?? 0),
      states: Uint8Array.from(order, (from) => column.states[from] ?? 0),
      matchedBy: Uint8Array.from(order, (from) => column.matchedBy[from] ?? 0),
      messages,
      reasons,
      fillings,
      fillingsFrom,
    };
  }
}
