import type { Style } from '../line.js';

/** A field without a name continues the one above it. */
export type Part =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'commands'; readonly texts: readonly string[] }
  | { readonly kind: 'field'; readonly name: string; readonly text: string; readonly style: Style };

export function heading(text: string): Part {
  return { kind: 'heading', text };
}

export function field(name: string, text: string, style: Style = 'plain'): Part {
  return { kind: 'field', name, text, style };
}

export function commandsPart(texts: readonly string[]): Part {
  return { kind: 'commands', texts };
}

export function optional(name: string, text: string | null | undefined): Part[] {
  return text === null || text === undefined || text === '' ? [] : [field(name, text)];
}
