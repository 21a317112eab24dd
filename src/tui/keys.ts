/** A key as it is pressed, whatever a terminal makes of it. */
export interface Key {
  /** `up`, `return`, `escape`, `C-c`; the character itself for one that stands for itself. */
  readonly name: string;
  /** What would be typed; null for keys that type nothing. */
  readonly character: string | null;
}

/** As blessed tells it (lib/keys.js). */
export interface RawKey {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

const ESCAPE = '\x1b';
/** A key that a terminal sends as several characters (lib/keys.js of blessed), a report of the mouse, or one character. */
const SEQUENCE = new RegExp(
  String.raw`${ESCAPE}(?:\[M[\s\S]{3}|\[\[[A-E]|\[<?[\d;]*[A-Za-z~^$]|O\d*[A-Za-z])|[\s\S]`,
  'gu',
);

/**
 * What a terminal sent, key by key. Escape with another key right behind it is two keys: fast fingers and slow links send them
 * as one, which blessed takes for Meta with that key, if it knows it.
 */
export function sequencesOf(input: string): readonly string[] {
  return input.match(SEQUENCE) ?? [];
}

/** The keys behind one notice of blessed. */
export function keysOf(character: string | undefined, raw: RawKey): Key[] {
  const { name, ctrl = false, shift = false } = raw;
  if (name === 'enter' || name === 'linefeed') return [{ name: 'return', character: null }];
  if (name !== undefined && ctrl) return [{ name: `C-${name}`, character: null }];
  if (name === 'space') return [{ name: ' ', character: ' ' }];
  if (name === 'tab' && shift) return [{ name: 'S-tab', character: null }];
  if (name !== undefined && /^[a-z]$/.test(name)) {
    const letter = shift ? name.toUpperCase() : name;
    return [{ name: letter, character: letter }];
  }
  if (name !== undefined) return [{ name, character: null }];
  const typed = character ?? '';
  return typed === '' || typed < ' ' ? [] : [{ name: typed, character: typed }];
}

export interface Binding {
  readonly keys: readonly string[];
  /** How help writes them. */
  readonly label: string;
  readonly help: string;
}

/** What help says; update.ts does it. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['up', 'k', 'down', 'j'], label: 'arrows, j k', help: 'one line up or down' },
  {
    keys: ['pageup', 'C-b', 'pagedown', 'C-f', 'g', 'home', 'G', 'end'],
    label: 'PgUp PgDn g G',
    help: 'one screen up or down, to the beginning, to the end',
  },
  { keys: ['tab', 'S-tab', '1', '2', '3'], label: 'Tab, 1 2 3', help: 'spec, listeners, events' },
  { keys: ['return'], label: 'Enter', help: 'everything about the selected line, and what to do next' },
  { keys: ['escape'], label: 'Esc', help: 'close details or help; drop the filter' },
  { keys: ['/'], label: '/', help: 'filter as you type; all words count: port, name, verdict, pod' },
  { keys: ['s', 'o'], label: 's, o', help: 'sort by something else (spec: worst first), the other way round' },
  { keys: ['f'], label: 'f', help: 'faults only, and back' },
  { keys: ['p'], label: 'p', help: 'pause: the screen stands still while the node is watched on' },
  { keys: ['r'], label: 'r', help: 'read everything again now' },
  { keys: ['w'], label: 'w', help: 'write what is shown as a JSON snapshot into the working directory' },
  { keys: ['?'], label: '?', help: 'this help' },
  { keys: ['q', 'C-c'], label: 'q, Ctrl-C', help: 'leave' },
];
