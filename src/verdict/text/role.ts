import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { RoleReason } from '../role_codes.js';
import { ownersText } from './format.js';

/** What the role of a node was read from. `sockets` are those of the document, by id. Pure. */
export function roleSourceText({ code, params }: RoleReason, sockets: ReadonlyMap<string, OwnedListener>): string {
  switch (code) {
    case 'requested':
      return 'flag';
    case 'marker-file':
      return params.path;
    case 'service-listens':
      return `${ownersText(params.sockets.flatMap((id) => sockets.get(id) ?? []))} is listening`;
    case 'conflicting-services': {
      const owners = params.sockets.map((id) => ownersText([sockets.get(id)].filter((one) => one !== undefined)));
      return `${owners.join(' and ')} are both listening`;
    }
    case 'no-service-seen':
      return 'no service that runs on nodes of one role only was seen';
    case 'not-evaluated':
      return 'the role was not looked up';
  }
}
