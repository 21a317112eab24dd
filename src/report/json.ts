import { UNPRINTABLE } from '../base/text.js';
import type { Change } from '../watch/changes/change.js';

/**
 * A document as indented JSON. Names in it are chosen by processes, so characters that could act on a terminal are written as
 * \uNNNN escapes, which does not change the document.
 */
export function toJson(document: object): string {
  return `${escapeUnprintable(JSON.stringify(document, null, 2))}\n`;
}

/** A change as one line of JSON, escaped likewise. */
export function toJsonLine(change: Change): string {
  return `${escapeUnprintable(JSON.stringify(change))}\n`;
}

/** The only unescaped control character that JSON.stringify writes is the newline between lines. */
const NOT_LAYOUT = new RegExp(`(?!\\n)${UNPRINTABLE.source}`, UNPRINTABLE.flags);

/** True of nearly every document, and faster to test. */
const PLAIN = /^[\n\x20-\x7e]*$/;

/** The same JSON with escapes for everything that could act on a terminal. */
export function escapeUnprintable(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(NOT_LAYOUT, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
