import type { Subject } from './row.js';

/** Subjects of the nodes of one page, each once, numbered from 0 in the order in which they were first seen. */
export class Subjects {
  readonly #numbers = new Map<string, number>();
  readonly #all: Subject[] = [];

  /** In the order of their numbers. */
  get all(): readonly Subject[] {
    return this.#all;
  }

  number(subject: Subject): number {
    const known = this.#numbers.get(subject.key);
    if (known !== undefined) return known;
    const number = this.#all.push(subject) - 1;
    this.#numbers.set(subject.key, number);
    return number;
  }
}
