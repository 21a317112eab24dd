import type { InterfaceAddress } from '../../kernel/network/addresses.js';
import type { Link } from '../../kernel/network/links.js';

export interface AddressList {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  /** Printed with `-d`: the kinds and ports of devices are known. */
  readonly hasDetails: boolean;
}

/** `3: eth0@if4: <BROADCAST,UP> mtu …`; the kernel allows neither colons nor white space in names (dev_valid_name()). */
const LINK = /^(\d{1,10}): ([^\s:@]+)(?:@[^\s:]+)?: <([A-Z0-9_,-]*)>/;

/** `inet 10.0.0.1 peer 10.0.0.2/32 scope global tun0`; the peer has the prefix if there is one. */
const ADDRESS = /^\s+inet6? ([0-9a-fA-F.:]+)(?:\/\d{1,3})?(?: .*?)? scope (\S+)/;

/** Behind the kind, which is the first word of its line, come its own options. */
const TUNNEL = /^\s+(vxlan|geneve|bareudp|wireguard|dummy)(?:\s(?:.*\s)?dstport (\d{1,5})(?=\s|$)|\s|$)/;

/** The output of `ip address`, with `-d` or without; null if it has no link, or no address: `ip link` shows none. Pure. */
export function parseAddressList(text: string): AddressList | null {
  const links: Link[] = [];
  const addresses: InterfaceAddress[] = [];
  for (const line of text.split('\n')) {
    const [, index, name, flags = ''] = LINK.exec(line) ?? [];
    if (index !== undefined && name !== undefined) {
      links.push({ index: Number(index), name, up: flags.split(',').includes('UP'), kind: null, port: null });
      continue;
    }
    const current = links.at(-1);
    if (current === undefined) continue;
    const [, address, scope] = ADDRESS.exec(line) ?? [];
    if (address !== undefined) {
      addresses.push({ index: current.index, address: address.toLowerCase(), linkLocal: scope === 'link' });
    }
    const [, kind, port] = TUNNEL.exec(line) ?? [];
    if (kind !== undefined)
      links[links.length - 1] = { ...current, kind, port: port === undefined ? null : Number(port) };
  }
  return links.length === 0 || addresses.length === 0
    ? null
    : { links, addresses, hasDetails: / promiscuity \d/.test(text) };
}
