import { isIPv4 } from 'node:net';
import { printable } from '../../base/text.js';
import { type Addresses, isAddress } from './addresses.js';
import type { KnownNames } from './known_names.js';
import type { Names } from './names.js';

/** Numbers and measures: `812`, `0.3`, `4026531840`, `5s`. */
const NUMBER = /^\d{1,20}(?:\.\d{1,3})?(?:s|ms|%)?$/;

/** `[fe80::1%eth0]:546`, `192.0.2.1%eth0:53`, either without its zone, port or brackets. */
const ENDPOINT = /^(\[?)([0-9a-f:.]+)(?:%([^\]:]+))?(\]?)(:\d{1,5})?$/i;

/** `192.0.2.0/24`, `[fd00::/64]:6400`. */
const NETWORK = /^(\[?)([0-9a-f:.]+)\/(\d{1,3})(\]?)(:\d{1,5})?$/i;

/**
 * Replaces in sentences whatever is not this program's own: names as they are replaced elsewhere, and every word that is
 * not known to be harmless.
 */
export class Texts {
  readonly #names: Names;
  readonly #addresses: Addresses;
  readonly #known: KnownNames;
  readonly #vocabulary: ReadonlySet<string>;
  readonly #words = new Map<string, string>();
  /** Names with spaces, quotes and the like, which cannot be told from the sentence around them. */
  readonly #phrases = new Map<string, string>();
  /** By the first word of a phrase, how many characters such phrases have before and from it: what to look for in a text. */
  readonly #shapes = new Map<string, Map<string, Shape>>();

  constructor(names: Names, addresses: Addresses, known: KnownNames, vocabulary: ReadonlySet<string>) {
    this.#names = names;
    this.#addresses = addresses;
    this.#known = known;
    this.#vocabulary = vocabulary;
  }

  /** Notes that a name was replaced, so that it is replaced alike where sentences have it. */
  remember(original: string, replaced: string): void {
    if (original === replaced) return;
    const shown = printable(original);
    if (ONE_WORD.test(shown)) this.#words.set(shown, replaced);
    else this.#rememberPhrase(shown, replaced);
  }

  #rememberPhrase(phrase: string, replaced: string): void {
    const first = WORD.exec(phrase);
    // One without letters is left to its fate as punctuation.
    if (first === null) return;
    const shape = { before: first.index, length: phrase.length };
    const shapes = this.#shapes.get(first[0]) ?? new Map<string, Shape>();
    this.#shapes.set(first[0], shapes.set(`${shape.before} ${shape.length}`, shape));
    this.#phrases.set(phrase, replaced);
  }

  text(text: string): string {
    let out = '';
    let end = 0;
    for (const { index, 0: word } of text.matchAll(WORDS)) {
      const phrase = index < end ? null : this.#phraseAt(text, index, word, end);
      if (phrase === null) continue;
      out += this.#rest(text.slice(end, phrase.start)) + phrase.replaced;
      end = phrase.start + phrase.length;
    }
    return out + this.#rest(text.slice(end));
  }

  /** The longest of the remembered phrases whose first word is this one. */
  #phraseAt(text: string, at: number, word: string, end: number) {
    let longest: { readonly start: number; readonly length: number; readonly replaced: string } | null = null;
    for (const { before, length } of this.#shapes.get(word)?.values() ?? []) {
      const start = at - before;
      if (start < end || length <= (longest?.length ?? 0)) continue;
      const replaced = this.#phrases.get(text.slice(start, start + length));
      if (replaced !== undefined) longest = { start, length, replaced };
    }
    return longest;
  }

  #rest(text: string): string {
    return text.replace(/[^\s'"`,;()|]+/gu, (word) => this.#chunk(word));
  }

  /** What stands between spaces, quotes and the like. */
  #chunk(chunk: string): string {
    if (this.#isHarmless(chunk)) return chunk;
    const known = this.#words.get(chunk);
    if (known !== undefined) return known;
    const endpoint = this.#endpoint(chunk);
    if (endpoint !== null) return endpoint;
    if (/^@?\//.test(chunk)) return this.#path(chunk);
    if (chunk.includes('/') || chunk.includes('=')) {
      return chunk.replace(/[^/=]+/g, (part) => this.#chunk(part));
    }
    const [, before = '', core = '', behind = ''] = /^([*<{[!?.:]*)(.*?)([*>}\]!?.:]*)$/su.exec(chunk) ?? [];
    if (core === chunk) return this.#names.name(chunk);
    return core === '' ? chunk : before + this.#chunk(core) + behind;
  }

  /** Punctuation that ends the sentence is not the path's. */
  #path(chunk: string): string {
    const [, path = '', behind = ''] = /^(.*?)([:.!?]*)$/su.exec(chunk) ?? [];
    return this.#names.path(path) + behind;
  }

  #endpoint(chunk: string): string | null {
    const [, open = '', address = '', zone, close = '', port = ''] = ENDPOINT.exec(chunk) ?? [];
    if (isAddress(address)) {
      const device = zone === undefined ? '' : `%${this.#names.device(zone)}`;
      return `${open}${this.#addresses.replace(address)}${device}${close}${port}`;
    }
    const [, left = '', network = '', length = '', right = '', service = ''] = NETWORK.exec(chunk) ?? [];
    if (!isAddress(network) || Number(length) > (isIPv4(network) ? 32 : 128)) return null;
    return `${left}${this.#addresses.replaceNetwork(network, Number(length))}/${length}${right}${service}`;
  }

  #isHarmless(word: string): boolean {
    if (NUMBER.test(word) || this.#known.has(word) || this.#known.hasDevice(word)) return true;
    return word.split('-').every((part) => this.#vocabulary.has(part.toLowerCase()));
  }
}

interface Shape {
  /** Characters before the first word. */
  readonly before: number;
  readonly length: number;
}

const WORD = /[\p{L}\p{N}]+/u;
const WORDS = new RegExp(WORD, 'gu');

/** What `#chunk` sees as one, and splits no further than names are. */
const ONE_WORD = /^[\p{L}\p{N}_@%/.:-]+$/u;
