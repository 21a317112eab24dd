import { isDeepStrictEqual } from 'node:util';

interface Memoized {
  readonly inputs: readonly unknown[];
  readonly result: unknown;
}

/**
 * Values of the last capture, reused by the next: most captures are like the one before. Each name must always be used with the
 * same type.
 */
export class Memo {
  readonly #values = new Map<string, unknown>();
  readonly #results = new Map<string, Memoized>();

  /** The last value of this name if it is deeply equal to this one, else this one. */
  reuseEqual<Value>(name: string, value: Value): Value {
    const last = this.#values.get(name);
    if (last !== undefined && isDeepStrictEqual(last, value)) return last as Value;
    this.#values.set(name, value);
    return value;
  }

  /** Each value replaced by the last one of the same key if they are equal. */
  reuseEach<Value>(name: string, values: readonly Value[], keyOf: (value: Value) => string): readonly Value[] {
    const last = this.#values.get(name) as readonly Value[] | undefined;
    const byKey = new Map(last?.map((value) => [keyOf(value), value]));
    const reuse = (value: Value): Value => {
      const known = byKey.get(keyOf(value));
      return known !== undefined && areEqual(known, value) ? known : value;
    };
    const reused = last === undefined ? values : values.map(reuse);
    this.#values.set(name, reused);
    return reused;
  }

  /** The last result of this name if the inputs are identical (===), else the result of `make`, which must be pure. */
  memoize<Result>(name: string, inputs: readonly unknown[], make: () => Result): Result {
    const last = this.#results.get(name);
    if (last?.inputs.length === inputs.length && last.inputs.every((input, at) => input === inputs[at])) {
      return last.result as Result;
    }
    const result = make();
    this.#results.set(name, { inputs, result });
    return result;
  }
}

/** Deep equality of objects, arrays and primitives; for these, isDeepStrictEqual() takes ten times as long. */
function areEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isRecord(one) || !isRecord(other)) return false;
  let fields = 0;
  for (const key in one) {
    if (!(key in other) || !areEqual(one[key], other[key])) return false;
    fields += 1;
  }
  for (const _ in other) fields -= 1;
  return fields === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
