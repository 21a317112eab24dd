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
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

/**
 * The keys behind one notice of blessed; none for what it tells twice. Escape with a letter right behind it arrives as that
 * letter with Meta, which nothing here is bound to.
 */
export function keysOf(character: string | undefined, raw: RawKey): Key[] {
  const { name, ctrl = false, meta = false, shift = false } = raw;
  const before: Key[] = meta && name !== 'escape' ? [{ name: 'escape', character: null }] : [];
  // blessed tells Return once more by the name of Enter, before it.
  if (name === 'enter') return [];
  if (name === 'linefeed') return [{ name: 'return', character: null }];
  if (name !== undefined && ctrl) return [{ name: `C-${name}`, character: null }];
  if (name === 'space') return [...before, { name: ' ', character: ' ' }];
  if (name === 'tab' && shift) return [{ name: 'S-tab', character: null }];
  if (name !== undefined && /^[a-z]$/.test(name)) {
    const letter = shift ? name.toUpperCase() : name;
    return [...before, { name: letter, character: letter }];
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
  { keys: ['pageup', 'C-b', 'pagedown', 'C-f'], label: 'PgUp PgDn', help: 'one screen up or down' },
  { keys: ['g', 'home', 'G', 'end'], label: 'g G', help: 'to the beginning, to the end' },
  { keys: ['tab', 'S-tab', '1', '2', '3'], label: 'Tab, 1 2 3', help: 'spec, listeners, events' },
  { keys: ['return'], label: 'Enter', help: 'everything about the selected line, and what to do next' },
  { keys: ['escape'], label: 'Esc', help: 'close details or help; drop the filter' },
  { keys: ['/'], label: '/', help: 'filter as you type: port, name, verdict, address, pod; all words must fit' },
  { keys: ['s'], label: 's', help: 'sort by something else; worst first is the first of them in the spec view' },
  { keys: ['o'], label: 'o', help: 'the other way round' },
  { keys: ['f'], label: 'f', help: 'faults only, and back' },
  { keys: ['p'], label: 'p', help: 'pause: the screen stands still while the node is watched on' },
  { keys: ['r'], label: 'r', help: 'read everything again now' },
  { keys: ['w'], label: 'w', help: 'write what is shown as a JSON snapshot into the working directory' },
  { keys: ['?'], label: '?', help: 'this help' },
  { keys: ['q', 'C-c'], label: 'q, Ctrl-C', help: 'leave' },
];
