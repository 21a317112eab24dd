import type { Coded, CodeTable } from '../base/coded.js';

/** What the role of a node was read from. */
export const ROLE_CODES = {
  requested: { about: 'The role was requested (--role).', params: {} },
  'marker-file': { about: 'A file that the snap keeps on nodes of this role exists.', params: { path: 'path' } },
  'service-listens': {
    about: 'A service that runs on nodes of this role only is listening.',
    params: { sockets: 'socketIds' },
  },
  'conflicting-services': {
    about: 'Services of different roles are listening, so the role is unknown.',
    params: { sockets: 'socketIds' },
  },
  'no-service-seen': { about: 'No service of one role only was seen, so the role is unknown.', params: {} },
  'not-evaluated': { about: 'The role was not looked up yet.', params: {} },
} as const satisfies CodeTable;

/** What the role of a node was read from. */
export type RoleReason = Coded<typeof ROLE_CODES>;
