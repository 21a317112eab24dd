import type { VerdictCodes } from './verdict_codes.js';

/** What is said of owners that are not the service of the row, or may not be. */
export const OWNER_CODES = {
  'held-by-another': {
    verdict: 'wrong-owner',
    about: 'Another process holds the address or path; `path` is given where it is not that of the page.',
    params: { service: 'service', foreign: 'socketIds', path: 'path?' },
  },
  'not-its-unit': {
    verdict: 'wrong-owner',
    about:
      'A process with the name of the service holds it, outside of `units` or, if there are none, of pods: a copy, a login session, another installation.',
    params: { service: 'service', foreign: 'socketIds', units: 'services', path: 'path?' },
  },
  'shared-with-another': {
    verdict: 'wrong-owner',
    about:
      'The service and another program are listening on the same address, and connections are divided between them.',
    params: { service: 'service', foreign: 'socketIds', own: 'socketIds' },
  },
  'kernel-device-instead': {
    verdict: 'wrong-owner',
    about: 'A kernel network device that the service does not use holds the port.',
    params: { service: 'service', foreign: 'socketIds' },
  },
  'owner-unseen': {
    verdict: 'unverified',
    about:
      'Sockets may answer the row, but their owner is unknown, or may have been handed a socket that another user created.',
    params: { service: 'service', unseen: 'socketIds', path: 'path?' },
  },
  'role-unknown-and-held': {
    verdict: 'unverified',
    about: 'Another process holds the address, and whether the row applies is unknown because the role of the node is.',
    params: { roles: 'words', foreign: 'socketIds' },
  },
  'several-named': {
    verdict: 'unverified',
    about:
      'Listeners of the service and of others have the path as their name, and which of them has the file is unknown.',
    params: { service: 'service', path: 'path?', own: 'socketIds', foreign: 'socketIds' },
  },
} as const satisfies VerdictCodes;
