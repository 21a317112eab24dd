import type { VerdictCodes } from './verdict_codes.js';

/** What is said of listeners that no row explains. */
export const UNEXPECTED_CODES = {
  'not-in-spec': {
    verdict: 'unexpected',
    about: 'No row of the page and no note explains the listener.',
    params: {},
  },
  'not-in-spec-link-local': {
    verdict: 'unexpected',
    about: 'No row of the page and no note explains the listener, which only neighbours on one link can reach.',
    params: {},
  },
  'in-the-way': {
    verdict: 'unexpected',
    about:
      'The node is not bootstrapped yet, and the listener has the port of a row, so that `service` could not start.',
    params: { service: 'service' },
  },
  'noted-by-name-only': {
    verdict: 'unexpected',
    about: 'A note allows the listener for `owners`, but nothing shows that it is one of them except its name.',
    params: { owners: 'services', purpose: 'prose' },
  },
  'noted-if-owner-seen': {
    verdict: 'unverified',
    about: 'A note allows the listener for some owners, but the owner is unknown.',
    params: { owners: 'services', devices: 'devices', purpose: 'prose' },
  },
  'ephemeral-range-unknown': {
    verdict: 'unverified',
    about: 'The socket may be a client, but the ephemeral port range is unknown.',
    params: {},
  },
} as const satisfies VerdictCodes;
