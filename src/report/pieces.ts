/** Characters that are written at once: fewer calls, and no string that V8 takes for a large object. */
const CHUNK = 96 * 1024;

/** The same text in pieces of about equal length. */
export function* chunks(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
