import type { TextSource } from '../base/text_source.js';
import { frontMatterEnd, type Markdown } from './markdown.js';

/** `code` is fenced code; the content of a directive such as ```{note} is text. */
export type LineKind = 'text' | 'heading' | 'front matter' | 'code';

export interface TextLine {
  readonly number: number;
  readonly text: string;
  readonly kind: LineKind;
}

/** The lines that are not in a table, without blank ones. */
export function nonTableLines(source: TextSource, { blocks, fences }: Markdown): TextLine[] {
  const kinds = new Map<number, LineKind | 'table'>();
  const end = frontMatterEnd(source);
  for (let line = 1; line <= end; line += 1) kinds.set(line, 'front matter');
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

/** The info string `{name}` marks a MyST directive; any other names a language. */
export function directiveName(info: string): string | null {
  return /^\{([^}]*)\}/.exec(info)?.[1]?.trim().toLowerCase() ?? null;
}
