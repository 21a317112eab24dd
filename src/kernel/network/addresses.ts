import { addressText } from '../sockets/address.js';
import type { Message } from './dump_messages.js';

export interface InterfaceAddress {
  readonly index: number;
  readonly address: string;
  /** Valid on this link only (fe80::/10, 169.254.0.0/16). */
  readonly linkLocal: boolean;
}

/** A network interface of the captured namespace. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** Without link-local ones. */
  readonly addresses: readonly string[];
}

/** include/uapi/linux/if_addr.h */
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

/** include/uapi/linux/rtnetlink.h */
const RT_SCOPE_LINK = 253;

/** From one answer to RTM_GETADDR (struct ifaddrmsg: family, prefix length, flags, scope, index u32). */
export function addressOf({ header, attributes }: Message): InterfaceAddress | null {
  // On a point-to-point link IFA_ADDRESS is the peer's; IFA_LOCAL, if present, is always ours.
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 16)) return null;
  return {
    index: header.readUInt32LE(4),
    address: addressText(bytes),
    linkLocal: header.readUInt8(3) === RT_SCOPE_LINK,
  };
}
