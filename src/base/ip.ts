// As in node:net, which takes longer to load than all sockets take to read.

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const WORD = /^[0-9a-f]{1,4}$/i;
/** RFC 4007: the zone of an address. */
const ZONE = /%[0-9a-z.:-]+$/i;

/** 4 or 6, the version of an IP address; 0: it is none. */
export function isIP(text: string): 0 | 4 | 6 {
  return isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0;
}

export function isIPv4(text: string): boolean {
  return IPV4.test(text);
}

function isIPv6(text: string): boolean {
  // Its last two words may be an IPv4 address.
  const hex = text.replace(ZONE, '').replace(/[^:]+$/, (end) => (isIPv4(end) ? '0:0' : end));
  const [before = '', after, ...more] = hex.split('::');
  const words = [before, after ?? ''].flatMap((part) => (part === '' ? [] : part.split(':')));
  const isLong = after === undefined ? words.length === 8 : words.length < 8;
  return isLong && more.length === 0 && words.every((word) => WORD.test(word));
}
