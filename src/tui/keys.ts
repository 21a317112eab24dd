/** A key press, independent of what the terminal sends for it. */
export interface Key {
  /** `up`, `return`, `escape`, `C-c`, or the character itself. */
  readonly name: string;
  /** null for keys that do not type a character. */
  readonly character: string | null;
}

/** A key as blessed reports it (lib/keys.js). */
export interface BlessedKey {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

const ESCAPE = '\x1b';
/** A key sent as several characters (lib/keys.js of blessed), a mouse report, or a single character. */
const SEQUENCE = new RegExp(
  String.raw`${ESCAPE}(?:\[M[\s\S]{3}|\[\[[A-E]|\[<?[\d;]*[A-Za-z~^$]|O\d*[A-Za-z])|[\s\S]`,
  'gu',
);

/**
 * Splits terminal input into keys. Escape followed by another key counts as two keys: fast typing and slow links deliver them
 * together, which blessed would read as Meta and that key.
 */
export function splitKeys(input: string): readonly string[] {
  return input.match(SEQUENCE) ?? [];
}

/** null for input that is not a key. */
export function keyOf(character: string | undefined, { name, ctrl = false, shift = false }: BlessedKey): Key | null {
  // What blessed names a sequence that it does not know, such as the report of a terminal that gets the focus.
  if (name === 'undefined') return null;
  if (name === 'enter' || name === 'linefeed') return { name: 'return', character: null };
  if (name !== undefined && ctrl) return { name: `C-${name}`, character: null };
  if (name === 'space') return { name: ' ', character: ' ' };
  if (name === 'tab' && shift) return { name: 'S-tab', character: null };
  if (name !== undefined && /^[a-z]$/.test(name)) {
    const letter = shift ? name.toUpperCase() : name;
    return { name: letter, character: letter };
  }
  if (name !== undefined) return { name, character: null };
  return character === undefined || character < ' ' ? null : { name: character, character };
}
