import { isIP, isIPv4 } from 'node:net';
import type { Transport } from '../kernel/sockets/listener.js';

/** A local address as ss prints it. */
export interface SsEndpoint {
  /** null: `*`, whose meaning depends on the version of ss. */
  readonly address: string | null;
  readonly device: string | null;
  /** null if given by an unknown name. */
  readonly port: number | null;
  readonly portText: string;
  /** IPv6 without brackets, as before iproute2 4.15. */
  readonly isOldStyle: boolean;
}

/**
 * Service names that ss prints instead of ports without -n, for services found on nodes. They come from /etc/services where
 * ss ran; these are the same everywhere (IANA Service Name and Transport Protocol Port Number Registry).
 */
const PORT_NAMES: ReadonlyMap<string, number> = new Map([
  ['ssh', 22],
  ['smtp', 25],
  ['domain', 53],
  ['bootps', 67],
  ['bootpc', 68],
  ['tftp', 69],
  ['http', 80],
  ['sunrpc', 111],
  ['ntp', 123],
  ['snmp', 161],
  ['bgp', 179],
  ['https', 443],
  ['syslog', 514],
  ['dhcpv6-client', 546],
  ['dhcpv6-server', 547],
  ['ipp', 631],
  ['iscsi-target', 3260],
  ['nfs', 2049],
  ['etcd-client', 2379],
  ['etcd-server', 2380],
  ['mdns', 5353],
  ['sun-sr-https', 6443],
]);

/** The other names mean the same port for TCP and UDP. */
const UDP_ONLY: readonly string[] = ['syslog'];

/** Parses `127.0.0.53%lo:53`, `[fe80::1]%eth0:546`, `*:22`, `:::22`; null if it is not an address and port. */
export function parseSsEndpoint(text: string, protocol: Transport): SsEndpoint | null {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(0, colon));
  const portText = text.slice(colon + 1);
  const [, bracketed, plain = '', outside] = /^(?:\[([^\]]*)\]|([^[%]*))(?:%(.+))?$/.exec(host) ?? [];
  if (portText === '' || host === '') return null;
  const [written = '', inside] = (bracketed ?? plain).split('%');
  const port = portOf(portText, protocol);
  const common = { device: outside ?? inside ?? null, port, portText, isOldStyle: false };
  if (written === '*') return { ...common, address: null };
  if (isIP(written) === 0 || (bracketed !== undefined && isIPv4(written))) return null;
  return { ...common, address: written, isOldStyle: bracketed === undefined && !isIPv4(written) };
}

/** A port, by its number or name; null if neither is known. */
export function portOf(text: string, protocol: Transport): number | null {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : null;
  if (protocol === 'tcp' && UDP_ONLY.includes(text)) return null;
  return PORT_NAMES.get(text) ?? null;
}
