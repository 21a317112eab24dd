import { isIPv4 } from 'node:net';
import { COMM_LENGTH, type ProcessOwner } from '../../kernel/owners/owner.js';
import { type Addresses, isAddress } from './addresses.js';
import type { KnownNames } from './known_names.js';
import type { Pseudonyms } from './pseudonyms.js';

/** Hex digits of a pseudonym: `name-` and 10 digits fit in a comm, and 40 bits avoid collisions among thousands. */
const DIGITS = 10;

/** Snap revisions, ports and pids do not identify anything. Several numbers, as in `1234-5678-9012`, may. */
const MAX_DIGITS = 7;
const SMALL_NUMBER = /^\d{1,7}$/;

/** Addresses within names: `10.1.2.3.nip.io`, `ip-10-1-2-3`, MAC addresses, IPv6 between other things, `::ffff:10.1.2.3`. */
const EMBEDDED_IPV4 = /(?<![\d.])(\d{1,3})([.:_-])(\d{1,3})\2(\d{1,3})\2(\d{1,3})(?!\d)/g;
const EMBEDDED_COLONS =
  /(?<![0-9a-z:])(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)|[0-9a-f]{0,4}(?![0-9a-z:]|\.\d))/gi;

/** UUIDs (with underscores in slices), and runs of hex digits such as container ids, or after `pod` those of static pods. */
const ID =
  /([0-9a-f]{8}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{4}[_-][0-9a-f]{12}|(?:(?<![0-9a-z])|(?<=\bpod))[0-9a-f]{12,}(?![0-9a-z]))/gi;

/** Units of users and login sessions (systemd-logind.service(8)). */
const OF_USER = /^(user-|user@|user-runtime-dir@)(\d{1,10})(\.(?:slice|service))?$/;
const SESSION = /^(session-c?\d{1,10})(\.scope)?$/;

/** Hyphens around a word that stay. */
const MAX_EDGE = 2;

function isEdge(character: string | undefined): boolean {
  return character === '-' || character === '_';
}

/** Replaces names, and keeps the parts that evaluation and readers rely on. */
export class Names {
  readonly #pseudonyms: Pseudonyms;
  readonly #known: KnownNames;
  readonly #addresses: Addresses;

  constructor(pseudonyms: Pseudonyms, known: KnownNames, addresses: Addresses) {
    this.#pseudonyms = pseudonyms;
    this.#known = known;
    this.#addresses = addresses;
  }

  /** The name of a program, unit or directory. Parts between dots, colons and @ are replaced separately. */
  name(text: string): string {
    if (this.#known.has(text)) return text;
    const [, before, uid, behind = ''] = OF_USER.exec(text) ?? [];
    if (before !== undefined && uid !== undefined) return before + this.#numberOf(uid) + behind;
    const [, session, scope = ''] = SESSION.exec(text) ?? [];
    if (session !== undefined) return `session-${this.#pseudonyms.number(session)}${scope}`;
    const beginning = this.#known.beginningOf(text);
    if (beginning !== null) return `${beginning}-${this.name(text.slice(beginning.length + 1))}`;
    return this.#aroundAddresses(text, (rest) => {
      const digits = rest.replace(ID, '').replace(/\D/g, '').length;
      return rest.replace(/[^.:@]+/g, (piece) => this.#piece(piece, digits <= MAX_DIGITS));
    });
  }

  /** The beginning of a name, which stays if it is that of a known one. */
  cutName(text: string): string {
    return this.#known.hasCut(text) ? text : this.name(text);
  }

  /** A path, or other text with slashes, part by part. User names in /home are always replaced. */
  path(text: string): string {
    const deleted = / \(deleted\)$/.exec(text)?.[0] ?? '';
    const parts = text.slice(0, text.length - deleted.length).split('/');
    return (
      parts
        .map((part, at) => {
          const above = parts[at - 1];
          if (above === 'home') return this.#pseudonym(part, 'user');
          return above === 'user' && SMALL_NUMBER.test(part) ? this.#numberOf(part) : this.name(part);
        })
        .join('/') + deleted
    );
  }

  /** A comm. If the kernel truncated it, it stays a prefix of the program's name. */
  comm(comm: string, { argv0, exe }: Pick<ProcessOwner, 'argv0' | 'exe'>): string {
    if (this.#known.has(comm)) return comm;
    if (Buffer.byteLength(comm) < COMM_LENGTH) return this.name(comm);
    const whole = [argv0, exe].map((path) => path?.split('/').at(-1) ?? '').find((name) => name.startsWith(comm));
    return this.name(whole ?? comm).slice(0, COMM_LENGTH);
  }

  /** A host name, label by label, so that hosts of one domain can be recognized. */
  host(text: string): string {
    if (text === 'localhost') return text;
    if (isAddress(text)) return this.#addresses.replace(text);
    return text.replace(/[^.]+/g, (label) => this.#pseudonym(label, 'host'));
  }

  /** A network interface, which has at most 15 bytes (IFNAMSIZ, include/uapi/linux/if.h). */
  device(text: string): string {
    return this.#known.hasDevice(text) ? text : `if-${this.#pseudonyms.hex(text, DIGITS + 2)}`;
  }

  /** A release or version. Numbers and suffixes of common builds are kept. */
  version(text: string): string {
    return this.#aroundAddresses(text, (rest) =>
      rest.replace(/[^.+~_-]+/g, (part) => (VERSION_PART.test(part) ? part : this.#pseudonym(part, 'build'))),
    );
  }

  /** System users have uids below 1000 (UID_MIN, login.defs(5)), which are kept. */
  uid(uid: number): number {
    return uid < 1000 || uid === 65534 ? uid : this.#pseudonyms.number(`uid ${uid}`);
  }

  /** Replaces addresses in a name as addresses, and the text around them with `replace`. */
  #aroundAddresses(text: string, replace: (rest: string) => string): string {
    let out = '';
    let end = 0;
    // Of two at the same place the longer form comes first.
    const found = [...text.matchAll(EMBEDDED_COLONS), ...text.matchAll(EMBEDDED_IPV4)];
    for (const match of found.sort((a, b) => a.index - b.index)) {
      const replaced = match.index < end ? null : this.#embedded(match[0]);
      if (replaced === null) continue;
      out += replace(text.slice(end, match.index)) + replaced;
      end = match.index + match[0].length;
    }
    return out + replace(text.slice(end));
  }

  /** null: not an address. */
  #embedded(text: string): string | null {
    if (isAddress(text)) return this.#addresses.replace(text);
    if (/^(?:[0-9a-f]{2}:){5,7}[0-9a-f]{2}$/i.test(text)) return this.#id(text);
    const [separator = ''] = /[.:_-]/.exec(text) ?? [];
    // Without leading zeros.
    const dotted = text.split(separator).map(Number).join('.');
    return isIPv4(dotted) ? this.#addresses.replace(dotted).replaceAll('.', separator) : null;
  }

  /** A part of a name. Ids remain ids; the words around them are kept if all of them are known. */
  #piece(piece: string, keepsNumbers: boolean): string {
    if (this.#isPlain(piece, keepsNumbers)) return piece;
    return piece
      .split(ID)
      .map((part, at) => (at % 2 === 1 ? this.#id(part) : this.#words(part, keepsNumbers)))
      .join('');
  }

  #words(text: string, keepsNumbers: boolean): string {
    if (text.split(/[-_]/).every((word) => this.#isPlain(word, keepsNumbers))) return text;
    let [start, end] = [0, text.length];
    while (start < MAX_EDGE && isEdge(text[start])) start += 1;
    while (end > start && text.length - end < MAX_EDGE && isEdge(text[end - 1])) end -= 1;
    return text.slice(0, start) + this.#pseudonym(text.slice(start, end), 'name') + text.slice(end);
  }

  #isPlain(word: string, keepsNumbers: boolean): boolean {
    return this.#known.has(word) || (keepsNumbers && SMALL_NUMBER.test(word)) || /^[!-/:-@[-`{-~]{0,3}$/.test(word);
  }

  #numberOf(uid: string): string {
    return String(this.uid(Number(uid)));
  }

  #pseudonym(text: string, kind: 'name' | 'host' | 'user' | 'build'): string {
    return text === '' ? '' : `${kind}-${this.#pseudonyms.hex(text, DIGITS)}`;
  }

  /** Keeps the number of digits and the separators; the same for all spellings of the id. */
  #id(id: string): string {
    const plain = id.toLowerCase().replace(/[^0-9a-f]/g, '');
    const digits = [...this.#pseudonyms.hex(plain, plain.length)];
    return id.replace(/[0-9a-f]/gi, () => digits.shift() ?? '');
  }
}

/** `5`, `rc3`, `el9`, `fc40`, `v8`, and kernel flavours of distributions. */
const VERSION_PART =
  /^(?:\d{1,10}|(?:rc|el|fc|amzn|amd|x|i|v|deb|bpo|cm|azl)\d{1,4}|generic|aws|azure|gcp|oracle|lowlatency|kvm|cloud|server|default|fips|realtime|hwe|Ubuntu|ubuntu|aarch64|arm64|ppc64le|s390x|riscv64|gke|eks|flatcar|talos|linuxkit|microsoft|standard|WSL2|dirty)$/;
