import type { Listener } from '../../kernel/sockets/listener.js';
import { listenerText, ownerText } from '../../verdict/text/format.js';
import type { ListenerSide } from './difference.js';
import type { Group } from './groups.js';

export function sideOf({ listeners }: Group): ListenerSide {
  return {
    places: each(listeners, placeText),
    owners: [...new Set(listeners.flatMap(({ owners }) => owners.map(ownerText)))],
    sockets: listeners.map(({ id }) => id),
  };
}

/** More than these make a line too long to be read. */
const MOST_PLACES = 4;

/**
 * `127.0.0.1:22/tcp and [::1]:22/tcp`, with a word where it is not in the namespace that is judged, and where asked for with
 * what `::` stands for.
 */
export function placesOf({ listeners, isElsewhere }: Group, what: 'places' | 'families' = 'places'): string {
  const places = each(listeners, what === 'places' ? placeText : familyText);
  const more = places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more` : '';
  return `${places.slice(0, MOST_PLACES).join(' and ')}${more}${isElsewhere ? ' of another namespace' : ''}`;
}

function placeText(listener: Listener): string {
  return listener.protocol === 'unix' ? listenerText(listener) : `${listenerText(listener)}/${listener.protocol}`;
}

function familyText(listener: Listener): string {
  if (listener.address !== '::' || listener.v6only === null) return placeText(listener);
  return `${placeText(listener)} (${listener.v6only ? 'IPv6 only' : 'IPv4 too'})`;
}

/** Who it is, without what every start changes: `kubelet (snap.k8s.kubelet.service)`. */
export function whoOf({ identity, listeners }: Group): string {
  const facts = each(
    listeners.flatMap(({ owners }) => owners),
    (owner) => {
      if (owner.kind === 'kernel') return `kernel device, ${owner.deviceKind}`;
      return owner.unit ?? (owner.pod === null ? owner.exe : `pod ${owner.pod}`);
    },
  );
  const shown = facts.filter((fact) => fact !== null).slice(0, 2);
  return shown.length === 0 ? identity.program : `${identity.program} (${shown.join(', ')})`;
}

function each<Item, Made>(items: readonly Item[], make: (item: Item) => Made): Made[] {
  return [...new Set(items.map(make))];
}
