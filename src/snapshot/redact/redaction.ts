import { isIPv4 } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import type { Replacers } from '../../base/coded.js';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { endpointOf, endpointText } from '../../node/flag_value.js';
import { FLAGS } from '../../node/flags.js';
import { BUILTIN_SOURCE } from '../../spec/builtin.js';
import { DEFAULT_PATHS } from '../../spec/claims.js';
import { parseEndpoint } from '../../spec/endpoint.js';
import type { Spec } from '../../spec/spec.js';
import { Addresses, isAddress } from './addresses.js';
import { KnownNames } from './known_names.js';
import { Names } from './names.js';
import { Pseudonyms } from './pseudonyms.js';

/** Stands for text that may contain anything. */
export const REDACTED = '(redacted)';

/** Replaces the fields of a document by their kind. */
export class Redaction {
  readonly keyId: string;
  readonly #pseudonyms: Pseudonyms;
  readonly #addresses: Addresses;
  readonly #names: Names;
  readonly #prose: ReadonlySet<string>;

  constructor(spec: Spec, key: string | Uint8Array | undefined) {
    this.#pseudonyms = new Pseudonyms(key);
    this.keyId = this.#pseudonyms.keyId;
    this.#addresses = new Addresses(this.#pseudonyms);
    this.#names = new Names(this.#pseudonyms, new KnownNames(spec), this.#addresses);
    this.#prose = new Set(proseOf(spec));
  }

  /** For a document that was redacted before: its pseudonyms only match documents redacted with the same keys in the same order. */
  keyIdAfter(first: string): string {
    return this.#pseudonyms.hex(`key id ${first}`, 16);
  }

  orNull(text: string | null, replace: (text: string) => string): string | null {
    return text === null ? null : replace(text);
  }

  readonly address = (text: string): string =>
    isAddress(text) ? this.#addresses.replace(text) : this.#names.name(text);

  readonly name = (text: string): string => this.#names.name(text);

  readonly cutName = (text: string): string => this.#names.cutName(text);

  readonly path = (text: string): string => this.#names.path(text);

  /** Names of five hex digits are mostly chosen by the kernel (autobind, unix(7)), and remain such names. */
  readonly abstract = (text: string): string =>
    /^[0-9a-f]{5}$/.test(text) ? this.#pseudonyms.hex(text, text.length) : this.path(text);

  readonly device = (text: string): string => this.#names.device(text);

  readonly host = (text: string): string => this.#names.host(text);

  readonly version = (text: string): string => this.#names.version(text);

  comm(comm: string, owner: Pick<ProcessOwner, 'argv0' | 'exe'>): string {
    return this.#names.comm(comm, owner);
  }

  uid(uid: number): number {
    return this.#names.uid(uid);
  }

  /** Text of the spec stays if it is that of the spec given. */
  readonly prose = (text: string): string => (this.#prose.has(text) ? text : REDACTED);

  readonly flag = (flag: string): string => (FLAG_NAMES.has(flag) ? flag : REDACTED);

  /** Value of an option: a port, a path, addresses with or without ports, alone or in URLs. */
  readonly setting = (value: string): string => {
    if (value.startsWith('/')) return this.path(value);
    return value
      .split(',')
      .map((part) => {
        const [, scheme = '', rest = ''] = /^(https?:\/\/|unix:\/\/)?(.*)$/s.exec(part) ?? [];
        if (rest.startsWith('/')) return `${scheme}${this.path(rest)}`;
        return /^\d+$/.test(rest) ? rest : `${scheme}${this.#endpoint(rest)}`;
      })
      .join(',');
  };

  #endpoint(text: string): string {
    const endpoint = endpointOf(text);
    if (endpoint === null)
      return isAddress(text) || text.includes(':') === false ? this.address(text) : this.host(text);
    const { address, port } = endpoint;
    if (address === null || address === 'localhost') return text;
    return endpointText({ address: this.address(address), port });
  }

  /** Keeps the name of a system error. */
  readonly errorText = (text: string): string => {
    const [errno = ''] = /^E[A-Z0-9]+/.exec(text) ?? [];
    return ERRNOS.has(errno) ? `${errno}: ${REDACTED}` : REDACTED;
  };

  /** Host of a row: `localhost`, `192.0.2.7`, `[fd00::/64]`. */
  readonly rowHost = (text: string): string => {
    const host = parseEndpoint(`${text}:1`)?.host;
    if (host === undefined) return this.name(text);
    if (host.kind !== 'network') return text;
    const { address, prefix } = host;
    const isWhole = prefix === (isIPv4(address) ? 32 : 128);
    const replaced = isWhole
      ? this.#addresses.replace(address)
      : `${this.#addresses.replaceNetwork(address, prefix)}/${prefix}`;
    return address.includes(':') ? `[${replaced}]` : replaced;
  };

  /** A coverage source, or how it was read: a word of this program, or for evidence a path. */
  readonly sourceWord = (text: string): string => (SOURCE_WORDS.has(text) ? text : this.path(text));

  /** Source of a page or notes: `builtin:canonical-k8s`, or a path. */
  source(source: string): string {
    return source === BUILTIN_SOURCE ? source : this.path(source);
  }

  /** Ids made of numbers identify nothing; others may. */
  socketId(id: string): string {
    return /^(?:tcp|udp|unix):(?:line|[a-z])?\d{1,20}(?:@\d{1,20})?$/.test(id)
      ? id
      : `socket:${this.#pseudonyms.hex(id, 16)}`;
  }

  /** null for anything but ISO 8601. */
  time(time: string | null): string | null {
    return time !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(time) ? time : null;
  }

  /** For the parameters of codes. */
  readonly replacers: Replacers = {
    word: (word) => word,
    words: (words) => words,
    count: (count) => count,
    seconds: (seconds) => seconds,
    errno: (errno) => errno,
    version: this.version,
    hostname: this.host,
    errorText: this.errorText,
    flag: this.flag,
    setting: this.setting,
    service: this.name,
    services: (names) => names.map(this.name),
    path: this.path,
    devices: (names) => names.map(this.device),
    socketIds: (ids) => ids.map((id) => this.socketId(id)),
    prose: this.prose,
  };
}

const SOURCE_WORDS: ReadonlySet<string> = new Set([
  ...['tcp', 'udp', 'unix', 'owners', 'network', 'host', 'namespaces', 'configuration', 'machine', 'files'],
  ...['sock_diag', '/proc/net', 'bpf', '/proc', 'none', 'rtnetlink', 'setns', 'ss'],
]);

const FLAG_NAMES: ReadonlySet<string> = new Set(FLAGS.map(({ name }) => name));

const ERRNOS: ReadonlySet<string> = new Set(Array.from(getSystemErrorMap().values(), ([name]) => name));

/** The texts that the author of a spec and its notes wrote. */
function proseOf({ title, rows, notes, builtin }: Spec): string[] {
  return [
    title,
    ...Object.values(DEFAULT_PATHS),
    ...[...rows, ...builtin.flatMap((page) => page.rows)].flatMap(({ description, condition }) => [
      description,
      condition ?? '',
    ]),
    ...notes.rows.flatMap(({ condition, hardening, claims, noClaims, reason }) => [
      condition ?? '',
      hardening ?? '',
      noClaims ?? '',
      ...Object.values(claims).filter((value) => typeof value === 'string'),
      reason,
    ]),
    ...notes.listeners.map(({ reason }) => reason),
  ];
}
