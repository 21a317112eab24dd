import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { BUILTIN_SOURCE } from '../../spec/builtin.js';
import type { Spec } from '../../spec/spec.js';
import { Addresses, isAddress } from './addresses.js';
import { KnownNames } from './known_names.js';
import { Names } from './names.js';
import { Pseudonyms } from './pseudonyms.js';
import { Texts } from './texts.js';
import { vocabularyOf } from './vocabulary.js';

/** What a field of each kind becomes in one document. */
export class Redaction {
  readonly keyId: string;
  readonly #pseudonyms: Pseudonyms;
  readonly #addresses: Addresses;
  readonly #names: Names;
  readonly #texts: Texts;

  constructor(spec: Spec, key: string | Uint8Array | undefined) {
    this.#pseudonyms = new Pseudonyms(key);
    this.keyId = this.#pseudonyms.keyId;
    this.#addresses = new Addresses(this.#pseudonyms);
    const known = new KnownNames(spec);
    this.#names = new Names(this.#pseudonyms, known, this.#addresses);
    this.#texts = new Texts(this.#names, this.#addresses, known, vocabularyOf(spec));
  }

  /**
   * Of a document that has been redacted before, with the key of `first`: its names are pseudonyms of pseudonyms, and go together
   * with those of documents only that have been through the same keys.
   */
  keyIdAfter(first: string): string {
    return this.#pseudonyms.hex(`key id ${first}`, 16);
  }

  orNull(text: string | null, replace: (text: string) => string): string | null {
    return text === null ? null : replace(text);
  }

  readonly address = (text: string): string =>
    isAddress(text) ? this.#addresses.replace(text) : this.#names.name(text);

  readonly name = (text: string): string => this.#remembered(text, this.#names.name(text));

  readonly path = (text: string): string => this.#remembered(text, this.#names.path(text));

  /** A name of five hex digits was chosen by the kernel (autobind, unix(7)). */
  readonly abstract = (text: string): string => (/^[0-9a-f]{5}$/.test(text) ? text : this.path(text));

  readonly device = (text: string): string => this.#remembered(text, this.#names.device(text));

  readonly host = (text: string): string => this.#remembered(text, this.#names.host(text));

  readonly version = (text: string): string => this.#names.version(text);

  readonly text = (text: string): string => this.#texts.text(text);

  comm(comm: string, owner: Pick<ProcessOwner, 'argv0' | 'exe'>): string {
    return this.#remembered(comm, this.#names.comm(comm, owner));
  }

  uid(uid: number): number {
    return this.#names.uid(uid);
  }

  /** Where a page or notes come from: `builtin:canonical-k8s`, or a path. */
  source(source: string): string {
    return source === BUILTIN_SOURCE ? source : this.path(source);
  }

  /** An id made of numbers says nothing; another is somebody's own. */
  socketId(id: string): string {
    return /^(?:tcp|udp|unix):[a-z]?\d{1,20}(?:@\d{1,20})?$/.test(id) ? id : `socket:${this.#pseudonyms.hex(id, 16)}`;
  }

  /** ISO 8601, as every time here; anything else is no time. */
  time(time: string | null): string | null {
    return time !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(time) ? time : null;
  }

  #remembered(original: string, replaced: string): string {
    this.#texts.remember(original, replaced);
    return replaced;
  }
}
