import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { messageOf } from '../base/errors.js';
import { inputError, quoted, shortened } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';

/** A YAML file as plain values with line numbers. */
export interface YamlInput {
  readonly value: unknown;
  /** Line of the value at `path`, or of its key; of the nearest parent if there is none. */
  lineOf(path: readonly string[], isKey: boolean): number;
  /** The scalar at a key of the document as it is written, without quotes; null if there is none. */
  sourceOf(key: string): string | null;
}

const MAX_ALIASES = 100;
const MAX_NESTING = 64;
/** Messages of the library quote the file. */
const MAX_MESSAGE_LENGTH = 120;
/** More of a key is not shown. */
const MAX_KEY_LENGTH = 200;

/** A fault of a document, at a position in the text. */
interface Fault {
  readonly at: number;
  readonly expected: string;
  readonly found: string;
}

/**
 * Parses a YAML 1.2 document. Throws ERR_INPUT with the line for invalid YAML, duplicate keys, unknown tags, and excessive
 * nesting or aliases. Without `mayQuote`, errors repeat nothing of the text: it may be any file of the machine.
 */
export function readYaml(source: TextSource, mayQuote = true): YamlInput {
  const { file, text } = source;
  refuseDeepNesting(source);
  const lines = new LineCounter();
  // The library compares every key with all keys before it.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line || 1;
  const refuse = ({ at, expected, found }: Fault): Error =>
    inputError({ file, line: lineAt(at), expected, found: mayQuote ? found : 'something else' });
  const fault = firstFault(document, text);
  if (fault !== null) throw refuse(fault);
  return {
    value: plainValue(document, refuse),
    lineOf: (path, isKey) => lineAt(offsetOf(document, path, isKey)),
    sourceOf: (key) => scalarSource(document, key),
  };
}

function firstFault(document: Document.Parsed, text: string): Fault | null {
  const faults = [...document.errors, ...document.warnings].map((error) => ({
    at: error.pos[0],
    expected: 'valid YAML',
    found: `an error: ${shortened(messageOf(error), MAX_MESSAGE_LENGTH)}`,
  }));
  const duplicate = firstDuplicate(document);
  if (duplicate !== null) {
    const [key = ''] = text.slice(duplicate, duplicate + MAX_KEY_LENGTH).split(/:|\n/, 1);
    faults.push({ at: duplicate, expected: 'unique keys', found: `${quoted(key)} a second time` });
  }
  return faults.reduce<Fault | null>((first, one) => (first === null || one.at < first.at ? one : first), null);
}

/** Position of the first key that its map has already; null: there is none. */
function firstDuplicate(document: Document.Parsed): number | null {
  let first: number | null = null;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const at = startOf(key);
        if (seen.has(key.value) && at !== null && (first === null || at < first)) first = at;
        seen.add(key.value);
      }
    },
  });
  return first;
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

function plainValue(document: Document.Parsed, refuse: (fault: Fault) => Error): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    let at = 0;
    visit(document, {
      Alias(_, alias) {
        at = alias.range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    const found = `an error: ${shortened(messageOf(error), MAX_MESSAGE_LENGTH)}`;
    throw refuse({ at, expected: 'valid aliases', found });
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

function scalarSource(document: Document.Parsed, key: string): string | null {
  const { contents } = document;
  const value = isMap(contents) ? contents.items.find((pair) => keyText(pair.key) === key)?.value : undefined;
  const scalar = isAlias(value) ? value.resolve(document) : value;
  return isScalar(scalar) ? (scalar.source ?? null) : null;
}

function keyText(key: unknown): string | null {
  return isNode(key) ? String(key.toJSON()) : null;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
