import { printable } from '../../base/text.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import { listenerText, ownerText } from '../../verdict/text/format.js';
import type { ListenerDifferenceFields, ListenerSide } from './difference.js';
import type { Group } from './groups.js';

/** The fields that every difference about listeners has. `named`: the group that gives program and protocol. */
export function fieldsOf(
  named: Group,
  { before, after }: { readonly before: Group | null; readonly after: Group | null },
): Pick<ListenerDifferenceFields, 'program' | 'protocol' | 'before' | 'after'> {
  return {
    program: printable(named.identity.program),
    protocol: named.protocol,
    before: before === null ? null : sideOf(before),
    after: after === null ? null : sideOf(after),
  };
}

function sideOf({ listeners }: Group): ListenerSide {
  return {
    places: unique(listeners, endpointText),
    owners: [...new Set(listeners.flatMap(({ owners }) => owners.map(ownerText)))],
    sockets: listeners.map(({ id }) => id),
  };
}

/** `127.0.0.1:22/tcp`, `/run/x.sock`. */
export function endpointText(listener: Listener): string {
  return listener.protocol === 'unix' ? listenerText(listener) : `${listenerText(listener)}/${listener.protocol}`;
}

/** The results for the items, without duplicates. */
export function unique<Item, Result>(items: readonly Item[], map: (item: Item) => Result): Result[] {
  return [...new Set(items.map(map))];
}
