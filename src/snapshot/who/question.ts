import { SockwatchError } from '../../base/errors.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
import type { Listener, Protocol, Transport } from '../../kernel/sockets/listener.js';
import { canonicalAddress, parsePort } from '../../spec/endpoint.js';

/** An address that is asked about. */
export interface Question {
  /** As it was asked. */
  readonly what: string;
  readonly protocol: Protocol;
  /** null: any address, or a unix socket. */
  readonly address: string | null;
  /** null: a unix socket. */
  readonly port: number | null;
  /** Of a unix socket with a file. */
  readonly path: string | null;
  /** An abstract name, without its `@`. */
  readonly abstract: string | null;
}

/** For messages. */
export const QUESTION_FORMS = '10250, 8472/udp, 192.0.2.10:2379, [::1]:9890, /run/x.sock or @name';

/** @throws SockwatchError ERR_USAGE, on one line */
export function parseQuestion(what: string): Question {
  if (what.startsWith('@') && what.length > 1) return unixQuestion(what, { path: null, abstract: what.slice(1) });
  const path = what.replace(/^unix:\/\//, '');
  if (path.startsWith('/')) return unixQuestion(what, { path, abstract: null });
  if (/^\.\.?\//.test(path)) throw unclear(what, 'the path of a socket is absolute');
  const [, endpoint = '', suffix = 'tcp'] = /^(.*?)(?:\/([^/]*))?$/s.exec(what) ?? [];
  const protocol = suffix.toLowerCase();
  if (isTransport(endpoint.toLowerCase()) && parsePort(suffix) !== null) {
    throw unclear(what, `the protocol comes last: ${suffix}/${endpoint.toLowerCase()}`);
  }
  if (!isTransport(protocol)) throw unclear(what, `the protocol is tcp or udp, not ${shown(suffix)}`);
  const [, host = null, portText = ''] = /^(?:(.*):)?([^:\]]*)$/s.exec(endpoint) ?? [];
  // `::1:22` may be either.
  const isAddress = endpoint.startsWith('[') || !endpoint.includes(':');
  if (isAddress && canonicalAddress(bare(endpoint)) !== null)
    throw unclear(what, 'an address needs a port, as in 192.0.2.10:2379');
  const address = host === null || host === '*' || host === '' ? null : addressIn(host, what);
  const port = parsePort(portText);
  if (host === null && /^[a-z][^:]*$/i.test(portText)) {
    throw unclear(what, `names are not looked up; the abstract socket of that name is @${shortened(what)}`);
  }
  if (port === null) throw unclear(what, `a port is a number from 1 to 65535, not ${shown(portText || what)}`);
  return { what, protocol, address, port, path: null, abstract: null };
}

function addressIn(host: string, what: string): string {
  // Without brackets, the last part of an IPv6 address could as well be the port.
  if (bare(host) === host && host.includes(':'))
    throw unclear(what, 'an IPv6 address is in brackets, as in [::1]:9890');
  const address = canonicalAddress(unmapped(bare(host)));
  const [withoutZone = '', zone] = bare(host).split('%');
  if (zone !== undefined && canonicalAddress(withoutZone) !== null) {
    throw unclear(
      what,
      `ask without %${shortened(zone)}, which is about all interfaces: [${withoutZone}]${what.slice(what.lastIndexOf(':'))}`,
    );
  }
  if (host === 'localhost') throw unclear(what, `names are not looked up: localhost is 127.0.0.1 and [::1]`);
  if (address === null) throw unclear(what, `${shown(host)} is no address (names are not looked up)`);
  return address;
}

/** Without the brackets of an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/s, '$1');
}

function unixQuestion(what: string, name: Pick<Question, 'path' | 'abstract'>): Question {
  const text = name.path ?? name.abstract ?? '';
  if (name.path !== null && text.includes('\0')) throw unclear(what, 'a path has no NUL');
  return { what, protocol: 'unix', address: null, port: null, ...name };
}

function isTransport(text: string): text is Transport {
  return text === 'tcp' || text === 'udp';
}

function unclear(what: string, why: string): SockwatchError {
  return new SockwatchError('ERR_USAGE', `${shown(what)}: ${why}`, { hint: `ask for ${QUESTION_FORMS}` });
}

/** An argument can have any length. */
const MAX_SHOWN = 60;

function shown(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** The socket that could not be bound if anything had the address: on a port alone, one on every address of both families. */
export function wantedSocket({ protocol, address, port, path, abstract }: Question): Listener {
  const isV6 = address === null || address.includes(':');
  return {
    id: '',
    protocol,
    family: protocol === 'unix' ? 'unix' : isV6 ? 'ipv6' : 'ipv4',
    state: protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
    type: null,
    address: protocol === 'unix' ? null : (address ?? '::'),
    port,
    device: null,
    v6only: isV6 && isWildcard(address ?? '::') ? false : null,
    path,
    abstract,
    file: null,
    inode: 0,
    cookie: null,
    uid: null,
    netns: '',
    backlog: null,
    drops: null,
    cgroupId: null,
  };
}
