import { UNPRINTABLE } from '../sockets/bytes.js';
import type { SnapshotDocument } from './document.js';

/**
 * The snapshot as JSON, indented. Characters that could act on a terminal are written as \uNNNN escapes, which leaves the
 * document's meaning as it is: names in it are what processes chose.
 */
export function toJson(document: SnapshotDocument): string {
  const text = JSON.stringify(document, null, 2);
  return `${text.replace(UNPRINTABLE, (character) => (character === '\n' ? character : escapeUnits(character)))}\n`;
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
