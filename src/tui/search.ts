import type { Owner } from '../kernel/owners/owner.js';
import { podText } from '../verdict/text/format.js';

/** A word of a filter, looked for in many items. Case does not matter. */
export class Search {
  readonly #word: string;
  /** By pid: a few processes own most listeners. */
  readonly #processes = new Map<number, { readonly startedAt: string | null; readonly isFound: boolean }>();

  constructor(word: string) {
    this.#word = word.toLowerCase();
  }

  isIn(text: string): boolean {
    return text.toLowerCase().includes(this.#word);
  }

  /** Whether it is in any text of one of them. */
  isInOwners(owners: readonly Owner[]): boolean {
    for (const owner of owners) if (this.#isInOwner(owner)) return true;
    return false;
  }

  #isInOwner(owner: Owner): boolean {
    if (owner.kind === 'kernel') return this.isIn(`${owner.device} ${owner.deviceKind}`);
    const { pid, startedAt, comm, exe, argv0, unit, pod, container, containerName } = owner;
    const known = this.#processes.get(pid);
    // A pid is used again by another process.
    if (known !== undefined && startedAt !== null && known.startedAt === startedAt) return known.isFound;
    const texts = [comm, exe, argv0, unit, pod, podText(owner), container, containerName, `pid ${pid}`];
    const isFound = texts.some((text) => typeof text === 'string' && this.isIn(text));
    this.#processes.set(pid, { startedAt, isFound });
    return isFound;
  }
}
