import type { CoverageFault } from '../../base/coverage_codes.js';
import { textOf } from '../../base/text.js';
import type { FileText } from '../../node/file_text.js';
import type { FactKind, FactPlace } from './layout.js';

/** A file of a bundle besides its sockets. */
export interface FactFile {
  readonly place: FactPlace;
  /** Within the bundle. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a parser made of one file, and the path of the file below the node's directory. */
export interface Parsed<Value> {
  readonly path: string;
  readonly value: Value;
}

/** The files of one node, by what they tell. */
export class FactFiles {
  readonly #misread: { readonly fact: FactKind; readonly path: string }[] = [];
  readonly #files: readonly FactFile[];
  /** Whether line ends were changed on the way, which no command prints. In arguments alone, services have them in their arguments. */
  readonly #isConverted: boolean;

  constructor(files: readonly FactFile[]) {
    this.#files = files;
    this.#isConverted = files.some(({ place, bytes }) => place.fact !== 'arguments' && textOf(bytes).includes('\r\n'));
  }

  has(fact: FactKind): boolean {
    return this.#files.some(({ place }) => place.fact === fact);
  }

  /** The files of a kind that `parse` understands; it returns null for others, of which `faults` tells. */
  parsed<Value>(fact: FactKind, parse: (text: string, place: FactPlace) => Value | null): Parsed<Value>[] {
    return this.#files.flatMap((file) => {
      if (file.place.fact !== fact) return [];
      const value = parse(this.#textOf(file), file.place);
      const path = file.path.slice(file.place.root.length);
      if (value !== null) return [{ path, value }];
      this.#misread.push({ fact, path });
      return [];
    });
  }

  /** The first of them. */
  first<Value>(fact: FactKind, parse: (text: string, place: FactPlace) => Value | null): Parsed<Value> | null {
    return this.parsed(fact, parse)[0] ?? null;
  }

  /** A file as the node's own disk would give it. */
  text(fact: FactKind, service = ''): FileText {
    const file = this.#files.find(({ place }) => place.fact === fact && place.service === service);
    return file === undefined ? { state: 'absent' } : { state: 'read', text: this.#textOf(file) };
  }

  /** Names in a directory of files of this kind. */
  namesBelow(fact: FactKind, directory: string): readonly string[] {
    const paths = this.#files.flatMap(({ place }) => (place.fact === fact ? [place.service] : []));
    const below = paths
      .filter((path) => path.startsWith(`${directory}/`))
      .map((path) => path.slice(directory.length + 1));
    return [...new Set(below.map((path) => path.replace(/\/.*$/s, '')))];
  }

  #textOf({ bytes }: FactFile): string {
    return this.#isConverted ? textOf(bytes).replaceAll('\r\n', '\n') : textOf(bytes);
  }

  /** The files among these that were parsed and are not what their names say. */
  faults(facts: readonly FactKind[]): CoverageFault[] {
    const misread = this.#misread.filter(({ fact }) => facts.includes(fact));
    return misread.map(({ path }) => ({ code: 'file-not-understood', params: { path } }));
  }
}
