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

  /**
   * For each value the one of the last time that is equal to it and has the same key, so that whoever knows that one knows this
   * one, and only one of them is kept.
   */
  sameEach<Value>(name: string, values: readonly Value[], keyOf: (value: Value) => string): readonly Value[] {
    const before = (this.#values.get(name) ?? new Map()) as ReadonlyMap<string, Value>;
    const kept = values.map((value) => {
      const known = before.get(keyOf(value));
      return known !== undefined && areAlike(known, value) ? known : value;
    });
    this.#values.set(name, new Map(kept.map((value) => [keyOf(value), value])));
    return kept;
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

/** Whether two values of objects, arrays and what is neither are equal; isDeepStrictEqual() takes ten times as long for them. */
function areAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isRecord(one) || !isRecord(other)) return false;
  let fields = 0;
  for (const key in one) {
    if (!(key in other) || !areAlike(one[key], other[key])) return false;
    fields += 1;
  }
  for (const _ in other) fields -= 1;
  return fields === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
