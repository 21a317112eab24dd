import type { Key } from './keys.js';

/** A line that is being typed, with the keys of readline(3). */
export interface Prompt {
  readonly kind: 'filter' | 'jump';
  readonly text: string;
  /** Characters before the cursor. */
  readonly cursor: number;
}

export function openPrompt(kind: Prompt['kind'], text: string): Prompt {
  return { kind, text, cursor: Array.from(text).length };
}

/** The line after a key; null for keys that do not edit. */
export function edit({ kind, text, cursor }: Prompt, { name, character }: Key): Prompt | null {
  const characters = Array.from(text);
  const [before, after] = [characters.slice(0, cursor), characters.slice(cursor)];
  const line = (left: readonly string[], right: readonly string[]): Prompt => ({
    kind,
    text: [...left, ...right].join(''),
    cursor: left.length,
  });
  switch (name) {
    case 'backspace':
    case 'C-h':
      return line(before.slice(0, -1), after);
    case 'delete':
    case 'C-d':
      return line(before, after.slice(1));
    case 'left':
    case 'C-b':
      return line(before.slice(0, -1), [...before.slice(-1), ...after]);
    case 'right':
    case 'C-f':
      return line([...before, ...after.slice(0, 1)], after.slice(1));
    case 'home':
    case 'C-a':
      return line([], characters);
    case 'end':
    case 'C-e':
      return line(characters, []);
    case 'C-u':
      return line([], after);
    case 'C-k':
      return line(before, []);
    case 'C-w':
      return line(Array.from(before.join('').replace(/\S*\s*$/, '')), after);
    default:
      return character === null ? null : line([...before, character], after);
  }
}

/** The line with text inserted that came at once; only its first line. */
export function paste(prompt: Prompt, text: string): Prompt {
  const [first = ''] = text.split(/[\r\n]/);
  return Array.from(first).reduce((line, character) => edit(line, { name: character, character }) ?? line, prompt);
}
