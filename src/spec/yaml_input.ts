import { type Document, isAlias, isMap, isNode, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { messageOf } from '../base/errors.js';
import { inputError, quoted, shortened } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';

/** A YAML file as plain values with line numbers. */
export interface YamlInput {
  readonly value: unknown;
  /** Line of the value at `path`, or of its key; of the nearest parent if there is none. */
  lineOf(path: readonly string[], isKey: boolean): number;
}

const MAX_ALIASES = 100;
const MAX_NESTING = 64;
/** Messages of the library quote the file. */
const MAX_MESSAGE_LENGTH = 120;

/**
 * Parses a YAML 1.2 document. Throws ERR_INPUT with the line for invalid YAML, duplicate keys, unknown tags, and excessive
 * nesting or aliases.
 */
export function readYaml(source: TextSource): YamlInput {
  const { file, text } = source;
  refuseDeepNesting(source);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line || 1;
  const [error] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) {
    const line = lineAt(error.pos[0]);
    if (error.code === 'DUPLICATE_KEY') {
      const [key = ''] = text.slice(error.pos[0]).split(/:|\n/, 1);
      const found = `${quoted(key)} a second time`;
      throw inputError({ file, line, expected: 'unique keys', found });
    }
    throw inputError({
      file,
      line,
      expected: 'valid YAML',
      found: `an error: ${shortened(messageOf(error), MAX_MESSAGE_LENGTH)}`,
    });
  }
  return {
    value: plainValue(file, document, lineAt),
    lineOf: (path, isKey) => lineAt(offsetOf(document, path, isKey)),
  };
}

/** The library is recursive, and a stack overflow within V8's regular expressions is fatal. */
function refuseDeepNesting({ file, lines }: TextSource): void {
  let depth = 0;
  for (const [at, text] of lines.entries()) {
    const indicators = /^[\s?:-]*/.exec(text)?.[0].length ?? 0;
    for (const [bracket] of text.matchAll(/[[{\]}]/g)) depth = Math.max(0, depth + ('[{'.includes(bracket) ? 1 : -1));
    if (Math.max(depth, indicators) > MAX_NESTING) {
      throw inputError({ file, line: at + 1, expected: `at most ${MAX_NESTING} levels of nesting`, found: 'more' });
    }
  }
}

function plainValue(file: string, document: Document.Parsed, lineAt: (offset: number) => number): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    let offset = 0;
    visit(document, {
      Alias(_, alias) {
        offset = alias.range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    const found = `an error: ${shortened(messageOf(error), MAX_MESSAGE_LENGTH)}`;
    throw inputError({ file, line: lineAt(offset), expected: 'valid aliases', found });
  }
}

function offsetOf(document: Document.Parsed, path: readonly string[], isKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [at, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => keyText(key) === segment) : undefined;
    if (isKey && at === path.length - 1) return startOf(pair?.key) ?? offset;
    node = isSeq(node) ? node.items[Number(segment)] : pair?.value;
    offset = startOf(node) ?? startOf(pair?.key) ?? offset;
  }
  return offset;
}

function keyText(key: unknown): string | null {
  return isNode(key) ? String(key.toJSON()) : null;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
