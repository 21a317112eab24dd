import { getSystemErrorName } from 'node:util';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { listenerText, ownerText } from '../../verdict/text/format.js';
import type { AddressOwner, BindFailed } from './change.js';
import type { SocketEvent } from './socket_event.js';

/** Pure. */
export function bindFailure(event: SocketEvent, process: ProcessOwner, holders: readonly AddressOwner[]): BindFailed {
  const call = event.kind === 'listen-failed' ? 'listen' : 'bind';
  const code = getSystemErrorName(-event.errno);
  const place = listenerText(event.listener);
  const wanted = `${ownerText(process)} could not ${call} ${place}/${event.listener.protocol}: ${code}`;
  const { protocol } = event.listener;
  return {
    event: 'bind-failed',
    at: new Date(event.at).toISOString(),
    call,
    code,
    errno: event.errno,
    protocol,
    place,
    process,
    holders,
    message: holders.length === 0 ? wanted : `${wanted}; ${holders.map(addressOwnerText).join('; ')}`,
  };
}

function addressOwnerText({ kind, place, owners }: AddressOwner): string {
  const who = owners.length === 0 ? 'an unknown process' : owners.map(ownerText).join(', ');
  switch (kind) {
    case 'listener':
      return `${who} is listening on ${place}`;
    case 'kernel':
      return `${who} owns ${place}`;
    case 'bound':
      return `${who} is bound to ${place} without listening`;
    case 'client':
      return `${who} has a connection from ${place}`;
    case 'file':
      return `the file ${place} exists without a listener; remove it`;
  }
}
