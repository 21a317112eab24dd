import { UNPRINTABLE } from '../base/text.js';
import type { Change } from '../watch/changes/change.js';

/**
 * A snapshot, or several with what they were read from, as JSON, indented. Characters that could act on a terminal are written as \uNNNN escapes, which leaves the
 * document's meaning as it is: names in it are what processes chose.
 */
export function toJson(document: object): string {
  return `${escapeUnprintable(JSON.stringify(document, null, 2))}\n`;
}

/** A change as one line of JSON, in the same manner. */
export function toJsonLine(change: Change): string {
  return `${escapeUnprintable(JSON.stringify(change))}\n`;
}

/** In JSON that was just made, the only control character that stands for itself is the newline of its layout. */
const NOT_LAYOUT = new RegExp(`(?!\\n)${UNPRINTABLE.source}`, UNPRINTABLE.flags);

/** Nearly every document: found out in a fraction of the time. */
const PLAIN = /^[\n\x20-\x7e]*$/;

/** JSON text in which nothing acts on a terminal, with the same meaning. */
export function escapeUnprintable(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(NOT_LAYOUT, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
