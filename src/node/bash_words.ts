/** A word of a file that bash splits and expands. */
export interface BashWord {
  readonly text: string;
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** How much of `text`, from its start, is certain; null: all of it. The rest comes from an expansion that only bash itself can do. */
  readonly known: number | null;
}

export interface BashWords {
  readonly words: readonly BashWord[];
  /** Line of what bash does not take as words, after which nothing is known; null: there is none. */
  readonly brokenAt: number | null;
}

/**
 * Splits a text as bash does in `declare -a words="($(cat FILE))"`, by which the snap's services read their arguments: quotes, escapes,
 * comments, and variables of `variables`. Of other expansions nothing is known but where they are.
 */
export function bashWords(text: string, variables: ReadonlyMap<string, string>): BashWords {
  return new Splitter(text, variables).split();
}

/** A word while it is read. */
interface Part {
  text: string;
  readonly line: number;
  known: number | null;
}

class Splitter {
  readonly #text: string;
  readonly #variables: ReadonlyMap<string, string>;
  readonly #words: BashWord[] = [];
  #at = 0;
  #line = 1;
  #word: Part | null = null;

  constructor(text: string, variables: ReadonlyMap<string, string>) {
    this.#text = text;
    this.#variables = variables;
  }

  split(): BashWords {
    while (this.#at < this.#text.length) if (!this.#step()) return this.#broken();
    this.#end();
    return { words: this.#words, brokenAt: null };
  }

  /** Reads what is at the current place; false: bash takes it for a syntax error. */
  #step(): boolean {
    const next = this.#take();
    // To bash a carriage return is a character like others.
    if (/[ \t\n]/.test(next)) {
      this.#end();
      return true;
    }
    switch (next) {
      case '#':
        if (this.#word === null) this.#skipComment();
        else this.#append(next);
        return true;
      case '\\':
        return this.#escape();
      case "'":
        return this.#singleQuoted();
      case '"':
        return this.#doubleQuoted();
      case '$':
        return this.#expansion();
      case '`':
        return this.#unknownUntil('`');
      case '~':
        if (this.#word === null) this.#append('', false);
        this.#append(next);
        return true;
      case '{':
        // Brace expansion makes several words of one.
        this.#append('', false);
        this.#append(next);
        return true;
      case '(':
      case ')':
      case '<':
      case '>':
      case '|':
      case '&':
      case ';':
        return false;
      default:
        this.#append(next);
        return true;
    }
  }

  #take(): string {
    const next = this.#text[this.#at] ?? '';
    this.#at += 1;
    if (next === '\n') this.#line += 1;
    return next;
  }

  #append(text: string, isKnown = true): void {
    this.#word ??= { text: '', line: this.#line, known: null };
    if (!isKnown) this.#word.known ??= this.#word.text.length;
    this.#word.text += text;
  }

  #end(): void {
    if (this.#word !== null) {
      const { text, line, known } = this.#word;
      this.#words.push({ text, line, known });
    }
    this.#word = null;
  }

  #broken(): BashWords {
    return { words: this.#words, brokenAt: this.#line };
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  /** A backslash keeps the next character; before a newline, both go. */
  #escape(): boolean {
    if (this.#at >= this.#text.length) return false;
    const escaped = this.#take();
    if (escaped !== '\n') this.#append(escaped);
    return true;
  }

  #singleQuoted(): boolean {
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) return false;
    this.#append('');
    while (this.#at < end) this.#append(this.#take());
    this.#at = end + 1;
    return true;
  }

  #doubleQuoted(): boolean {
    this.#append('');
    while (this.#at < this.#text.length) {
      const next = this.#take();
      if (next === '"') return true;
      if (next === '\\') {
        const escaped = this.#take();
        if (escaped !== '\n') this.#append(/["\\$`]/.test(escaped) ? escaped : `\\${escaped}`);
      } else if (next === '$') {
        if (!this.#expansion()) return false;
      } else if (next === '`') {
        if (!this.#unknownUntil('`')) return false;
      } else {
        this.#append(next);
      }
    }
    return false;
  }

  /** After a `$`: a variable, or something that is not known. */
  #expansion(): boolean {
    const rest = this.#text.slice(this.#at, this.#at + MAX_NAME);
    const variable = /^(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(rest);
    if (variable !== null) {
      this.#at += variable[0].length;
      const value = this.#variables.get(variable[1] ?? variable[2] ?? '');
      this.#append(value ?? '', value !== undefined);
      return true;
    }
    if (rest.startsWith('{')) return this.#unknownUntil('}');
    if (rest.startsWith('(')) return this.#unknownUntil(')');
    // $'…', $"…", $1, or a mere dollar.
    this.#append('', /^(?:\s|$)/.test(rest));
    this.#append('$');
    return true;
  }

  #unknownUntil(end: string): boolean {
    this.#append('', false);
    while (this.#at < this.#text.length) if (this.#take() === end) return true;
    return false;
  }
}

/** Longer names than any variable of the snap has. */
const MAX_NAME = 256;
