import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import type { BindFailed } from '../../snapshot/document/change.js';
import type { AddressOwners } from '../../snapshot/who/address_owners.js';
import { bindFailureText } from '../../verdict/text/event.js';
import { listenerText } from '../../verdict/text/format.js';
import type { SocketEvent } from './socket_event.js';

/** A bind or listen that failed, before the owners of the address are known. */
export interface FailedCall {
  readonly event: 'failed';
  readonly cause: SocketEvent;
  readonly process: ProcessOwner;
}

/** Others failed for another reason than the owners of the address. */
export function isInUse({ cause }: FailedCall): boolean {
  return cause.errno === constants.errno.EADDRINUSE;
}

/** Pure. */
export function bindFailure(
  event: SocketEvent,
  process: ProcessOwner,
  { holders, omitted, unknown }: AddressOwners,
): BindFailed {
  const failure = {
    call: event.kind === 'listen-failed' ? 'listen' : 'bind',
    code: getSystemErrorName(-event.errno),
    protocol: event.listener.protocol,
    place: listenerText(event.listener),
    process,
    holders,
    holdersOmitted: omitted,
    holdersUnknown: unknown ?? (holders.length === 0 ? reasonForNone(event) : null),
  } as const;
  const at = new Date(event.at).toISOString();
  return { event: 'bind-failed', at, errno: event.errno, ...failure, message: bindFailureText(failure) };
}

/** Why nothing has an address that was in use; null: it was not. */
function reasonForNone({ errno, listener }: SocketEvent): CoverageFault | null {
  if (errno !== constants.errno.EADDRINUSE) return null;
  return { code: listener.port === 0 ? 'no-free-port' : 'address-released', params: {} };
}
