import { UNPRINTABLE } from '../base/text.js';
import type { Change } from '../snapshot/document/change.js';

/**
 * A document as indented JSON, in pieces: as one string, the listeners of a machine can exceed what a string can hold. Names in it are
 * chosen by processes, so characters that could act on a terminal are written as \uNNNN escapes, which does not change the document.
 */
export function* toJson(document: object): Generator<string> {
  let before = '{\n  ';
  for (const [key, value] of Object.entries(document)) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(key)}: `;
    if (Array.isArray(value) && value.length > 0) yield* listPieces(value);
    else yield indented(value, '  ');
    before = ',\n  ';
  }
  yield before.startsWith(',') ? '\n}\n' : '{}\n';
}

/** What JSON.stringify() writes around an item of a list in an object, which is as deep as one of a document. */
const [BEFORE, AFTER] = ['{\n  "": [', '\n  ]\n}'];

/** One after the other, so that no string has more than one of them. */
function* listPieces(items: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const item of items) {
    const json = JSON.stringify({ '': [item] }, null, 2);
    yield before + escapeUnprintable(json.slice(BEFORE.length, -AFTER.length));
    before = ',';
  }
  yield '\n  ]';
}

/** What JSON.stringify() writes for a value that is `indent` deep in a document. Newlines occur between lines only. */
function indented(value: unknown, indent: string): string {
  return escapeUnprintable(JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
}

/** A change as one line of JSON, escaped likewise. */
export function toJsonLine(change: Change): string {
  return `${escapeUnprintable(JSON.stringify(change))}\n`;
}

/** The only unescaped control character that JSON.stringify writes is the newline between lines. */
const NOT_LAYOUT = new RegExp(`(?!\\n)${UNPRINTABLE.source}`, UNPRINTABLE.flags);

/** The same JSON with escapes for everything that could act on a terminal. */
export function escapeUnprintable(json: string): string {
  // ASCII without DEL, as nearly every document: JSON.stringify() escapes the other controls.
  if (Buffer.byteLength(json) === json.length && !json.includes('\x7f')) return json;
  return json.replace(NOT_LAYOUT, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
