import { getSystemErrorName } from 'node:util';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { bindFailureText } from '../../verdict/text/event.js';
import { listenerText } from '../../verdict/text/format.js';
import type { AddressOwner, BindFailed } from './change.js';
import type { SocketEvent } from './socket_event.js';

/** Pure. */
export function bindFailure(event: SocketEvent, process: ProcessOwner, holders: readonly AddressOwner[]): BindFailed {
  const failure = {
    call: event.kind === 'listen-failed' ? 'listen' : 'bind',
    code: getSystemErrorName(-event.errno),
    protocol: event.listener.protocol,
    place: listenerText(event.listener),
    process,
    holders,
  } as const;
  const at = new Date(event.at).toISOString();
  return { event: 'bind-failed', at, errno: event.errno, ...failure, message: bindFailureText(failure) };
}
