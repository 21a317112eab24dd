import { isIP } from '../base/ip.js';

/** What the value of a flag is. */
export type ValueKind = 'port' | 'address' | 'endpoint' | 'urls' | 'path';

/** An address and a port; null: all addresses. */
export interface Endpoint {
  /** null: none is given, which stands for all. */
  readonly address: string | null;
  readonly port: number;
}

/**
 * The value in the one form in which it is stored, so that nothing but an address, port or path ever is: URLs lose user, path and query.
 * null: the text is no such value.
 */
export function storedValue(kind: ValueKind, text: string): string | null {
  switch (kind) {
    case 'port':
      return portOf(text)?.toString() ?? null;
    case 'address':
      return addressOf(text);
    case 'endpoint': {
      const endpoint = endpointOf(text);
      return endpoint === null ? null : endpointText(endpoint);
    }
    case 'urls': {
      const urls = text.split(',').map(urlText);
      return urls.every((url) => url !== null) ? urls.join(',') : null;
    }
    case 'path':
      return pathOf(text);
  }
}

/** The endpoints that a stored value of kind `urls` has; those of unix sockets are left out. */
export function urlEndpoints(urls: string): Endpoint[] {
  return urls.split(',').flatMap((url) => endpointOf(url.replace(/^https?:\/\//, '')) ?? []);
}

/** `HOST:PORT`, `[IPv6]:PORT` or `:PORT`; null for anything else. */
export function endpointOf(text: string): Endpoint | null {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = portOf(digits);
  if (port === null) return null;
  const host = bracketed ?? plain ?? '';
  if (host === '') return { address: null, port };
  const address = host === 'localhost' ? host : addressOf(host);
  return address === null ? null : { address, port };
}

export function endpointText({ address, port }: Endpoint): string {
  return `${address?.includes(':') === true ? `[${address}]` : (address ?? '')}:${port}`;
}

export function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  return port <= 65_535 ? port : null;
}

function addressOf(text: string): string | null {
  return isIP(text) === 0 || text.includes('%') ? null : text.toLowerCase();
}

/** Also as a URL: `unix:///run/containerd/containerd.sock`. */
export function pathOf(text: string): string | null {
  const path = text.replace(/^unix:(?:\/\/)?(?=\/)/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be in a path that is shown.
  return /^\/[^\u0000-\u001f\u007f]{0,4095}$/.test(path) ? path.replaceAll(/\/{2,}/g, '/') : null;
}

function urlText(url: string): string | null {
  const unix = /^unixs?:(?:\/\/)?(\/.*)$/s.exec(url.trim());
  if (unix?.[1] !== undefined) {
    const path = pathOf(unix[1]);
    return path === null ? null : `unix://${path}`;
  }
  const [, scheme, authority] = /^(https?):\/\/([^/?#]*)/.exec(url.trim()) ?? [];
  if (scheme === undefined || authority === undefined) return null;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const endpoint = endpointOf(host);
  // The name of a machine is no address, but tells a datastore elsewhere.
  if (endpoint === null) return /^[\w.-]+:\d{1,5}$/.test(host) ? `${scheme}://${host}` : null;
  return `${scheme}://${endpointText(endpoint)}`;
}
