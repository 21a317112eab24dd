/** Values with their numbers, each once. */
export class Interned<Value> {
  readonly #numbers = new Map<string, number>();
  readonly #values: Value[] = [];

  get values(): readonly Value[] {
    return this.#values;
  }

  /** The number of a key; `make` gives the value of a new one. */
  add(key: string, make: () => Value): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#values.push(make());
    this.#numbers.set(key, number);
    return number;
  }

  /** Gives up the values that are new since the last time. Their numbers stay. */
  take(): Value[] {
    return this.#values.splice(0);
  }

  append(values: readonly Value[]): void {
    for (const value of values) this.#values.push(value);
  }

  get(number: number): Value {
    const value = this.#values[number];
    if (value === undefined) throw new RangeError(`there is no number ${number}`);
    return value;
  }
}
