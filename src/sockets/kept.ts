import { isDeepStrictEqual } from 'node:util';

interface Made {
  readonly from: readonly unknown[];
  readonly result: unknown;
}

/**
 * What one look was made of, for the next: most are like the one before, and what is made of the same need not be made again.
 * Everything is known by a name, under which it must always be of the same type.
 */
export class Kept {
  readonly #values = new Map<string, unknown>();
  readonly #made = new Map<string, Made>();

  /** The value of the last time where this one is equal to it, else this one. */
  same<Value>(name: string, value: Value): Value {
    const before = this.#values.get(name);
    if (isDeepStrictEqual(before, value)) return before as Value;
    this.#values.set(name, value);
    return value;
  }

  /** What was made the last time where it was made of the very same, else what is made now. `make` must be pure. */
  once<Result>(name: string, from: readonly unknown[], make: () => Result): Result {
    const last = this.#made.get(name);
    if (last?.from.length === from.length && last.from.every((one, at) => one === from[at])) {
      return last.result as Result;
    }
    const result = make();
    this.#made.set(name, { from, result });
    return result;
  }
}
