import type { VerdictCodes } from './verdict_codes.js';

/** What is said of a service that listens, by its address or path. */
export const PLACE_CODES = {
  listens: {
    verdict: 'ok',
    about: 'The service is listening where the page says.',
    params: {},
  },
  'listens-at-noted-path': {
    verdict: 'ok',
    about: 'The service is listening at another path, which the notes allow.',
    params: { service: 'service', path: 'path' },
  },
  'configured-place': {
    verdict: 'configured',
    about:
      'The service is listening as the page says, but at the port or path that the configuration of the node gives it: `value` of `flag`.',
    params: { service: 'service', flag: 'flag', value: 'setting' },
  },
  'stricter-address': {
    verdict: 'narrowed',
    about: 'The service is listening on a stricter address; `hardening` is what the notes say of that.',
    params: { hardening: 'prose?' },
  },
  'unreachable-address': {
    verdict: 'narrowed',
    about: 'The service is listening only where the clients that the row is for cannot reach it; a warning.',
    params: {},
  },
  'serves-ipv6-only': {
    verdict: 'narrowed',
    about:
      'The service is listening on the IPv6 wildcard with v6only set, so IPv4 clients cannot connect; a warning if the node has an IPv4 address.',
    params: {},
  },
  'serves-ipv4-only': {
    verdict: 'narrowed',
    about: 'The service is listening on 0.0.0.0, but all addresses of the node are IPv6 addresses; a warning.',
    params: {},
  },
  'v6only-unknown': {
    verdict: 'unverified',
    about: 'The service is listening on the IPv6 wildcard, and the kernel did not report v6only.',
    params: {},
  },
  'wider-address': {
    verdict: 'exposed',
    about: 'Sockets listen on a wider address than the page says; the owner of those in `unseen` is unknown.',
    params: { wider: 'socketIds', unseen: 'socketIds' },
  },
  'other-address': {
    verdict: 'wrong-address',
    about: 'The service is listening on an address that is neither wider nor stricter.',
    params: { elsewhere: 'socketIds' },
  },
  'no-default-route': {
    verdict: 'unverified',
    about: 'The node has no default route, so the address meant by `default` is unknown.',
    params: {},
  },
  'no-default-address': {
    verdict: 'unverified',
    about: 'No interface of the default route has an address, so the address meant by `default` is unknown.',
    params: {},
  },
  'default-route-unread': {
    verdict: 'unverified',
    about: 'The default route could not be read, so the address meant by `default` is unknown.',
    params: {},
  },
  'wider-address-unread': {
    verdict: 'unverified',
    about:
      'The service is listening where the clients of the row cannot reach it; whether elsewhere too is unknown, because the socket table was not read completely.',
    params: {},
  },
  'path-not-protected': {
    verdict: 'unverified',
    about: 'The service is listening there, but users other than root can replace the file at the path.',
    params: { service: 'service', path: 'path' },
  },
  'file-unchecked': {
    verdict: 'unverified',
    about: 'A listener has the path, but whether its file still exists was not checked.',
    params: { path: 'path?' },
  },
} as const satisfies VerdictCodes;
