import { getSystemErrorName } from 'node:util';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { listenerText, ownerText } from '../../verdict/text/format.js';
import type { AddressHolder, BindFailed } from './change.js';
import type { SocketEvent } from './socket_event.js';

/** A failed bind or listen as one line: who wanted what, why not, and who is in the way. Pure. */
export function bindFailure(event: SocketEvent, actor: ProcessOwner, holders: readonly AddressHolder[]): BindFailed {
  const call = event.kind === 'listen-failed' ? 'listen' : 'bind';
  const code = getSystemErrorName(-event.errno);
  const place = listenerText(event.listener);
  const wanted = `${ownerText(actor)} could not ${call} ${place}/${event.listener.protocol}: ${code}`;
  const { protocol } = event.listener;
  return {
    event: 'bind-failed',
    at: new Date(event.at).toISOString(),
    call,
    code,
    errno: event.errno,
    protocol,
    place,
    process: actor,
    holders,
    message: holders.length === 0 ? wanted : `${wanted}; ${holders.map(holderText).join('; ')}`,
  };
}

function holderText({ kind, place, owners }: AddressHolder): string {
  const who = owners.length === 0 ? 'somebody unseen' : owners.map(ownerText).join(', ');
  switch (kind) {
    case 'listener':
      return `${who} listens on ${place}`;
    case 'kernel':
      return `${who} has ${place}`;
    case 'bound':
      return `${who} has ${place} without listening on it`;
    case 'client':
      return `${who} uses ${place} as its own end of a connection`;
    case 'file':
      return `the file ${place} is there, and nobody listens behind it; remove it`;
  }
}
