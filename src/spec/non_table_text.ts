import type { TextSource } from '../base/text_source.js';
import { frontMatterEnd, type Markdown } from './markdown.js';

/** `code` is program text between fences; what is in a directive such as ```{note} is text. */
export type LineKind = 'text' | 'heading' | 'front matter' | 'code';

export interface Line {
  readonly number: number;
  readonly text: string;
  readonly kind: LineKind;
}

/** Every line that is not part of a table, with what Markdown makes of it. Blank ones are left out. */
export function linesOutsideTables(source: TextSource, { blocks, fences }: Markdown): Line[] {
  const kinds = new Map<number, LineKind | 'table'>();
  for (let at = 0; at < frontMatterEnd(source); at += 1) kinds.set(at + 1, 'front matter');
  for (const block of [...blocks, ...fences]) {
    if (block.kind === 'prose' || (block.kind === 'fence' && directiveName(block.info) !== null)) continue;
    const kind = block.kind === 'fence' ? 'code' : block.kind;
    for (let line = block.line; line < block.end; line += 1) kinds.set(line, kind);
  }
  return source.lines.flatMap((text, at) => {
    const kind = kinds.get(at + 1) ?? 'text';
    return kind === 'table' || text.trim() === '' ? [] : [{ number: at + 1, text, kind }];
  });
}

/** A fence `{name}` is a directive of MyST; any other info string names a language. */
export function directiveName(info: string): string | null {
  return /^\{([^}]*)\}/.exec(info)?.[1]?.trim().toLowerCase() ?? null;
}
