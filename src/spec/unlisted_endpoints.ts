import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';
import { hostKey, parseEndpoint, parseSocketPath } from './endpoint.js';
import type { Markdown } from './markdown.js';
import { nonTableLines } from './non_table_text.js';
import type { Row } from './rows.js';

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?`;
const IPV6 = String.raw`\[[0-9a-f:.]+(?:\/\d{1,3})?\]`;
/** Listeners in running text: an endpoint (but not the authority of a URL), a unix socket, or `9345/tcp`. */
const MENTIONS = [
  new RegExp(String.raw`(?<![\w/.@-])(?:localhost|default|\*|${IPV4}|${IPV6}):\d{1,5}(?!\w|:\w)`, 'gi'),
  /unix:\/\/\/[^\s`"'()<>,;|*]*[^\s`"'()<>,;|*.:]/gi,
  /\bunix:(?!\/\/\/)[^\s`]+/gi,
  /(?<![\w/.:-])\/[\w./-]+\.sock(?:et)?\b/gi,
  /(?<![\w./-])\d{1,5}\/(?:tcp|udp)\b/gi,
];
/** A number that may be a port. */
const NUMBER = /(?<![\w.#%]|[a-z]-)(?:\d{2,5}|(?<=\bports? )\d)(?![\w%]|-[a-z]|\.\d)/gi;
/** Numbers that are no ports: in links, dates, versions and addresses, of documents, and with a unit. */
const NO_PORTS =
  /\b(?!unix:)[a-z][a-z+.-]{0,20}:\/\/\S+|\]\([^()]{0,500}\)|\b\d{4}-\d\d-\d\d\b|\brfc ?\d+|#\d+|\[[0-9a-f:./]+\]|(?<!\d)\d+(?:\.\d+)+(?:\/\d+)?|\b\d+ ?(?:bits?|bytes?|[kmg]i?b|ms|s|seconds?|minutes?|hours?|days?|years?|%|percent|times)(?!\w)/gi;

/** A line outside of tables, or a cell of one. */
interface Place {
  readonly line: number;
  readonly text: string;
  /** Whether a listener that is in a table may be mentioned from this position in the text on. */
  readonly from: number;
}

/**
 * Refuses ports and sockets that are mentioned in text but are in no table: they may be rows that were moved into a list or a
 * description. Lists, and the start of a line of code, must not mention any. Throws ERR_INPUT for the first.
 */
export function refuseUnlistedEndpoints(source: TextSource, markdown: Markdown, rows: readonly Row[]): void {
  const listed = new ListedPlaces(rows);
  for (const { line, text, from } of placesIn(source, markdown)) {
    const withoutOthers = text.replace(NO_PORTS, (part) => ' '.repeat(part.length));
    const matches = [...MENTIONS.flatMap((form) => [...text.matchAll(form)]), ...withoutOthers.matchAll(NUMBER)];
    for (const { 0: mention, index } of matches) {
      if (index >= from && listed.has(mention)) continue;
      const hint = 'If a service listens there, add it to a table; otherwise rephrase the text.';
      const expected = 'all listeners in tables';
      throw inputError({ file: source.file, line, expected, found: `${quoted(mention)} in the text`, hint });
    }
  }
}

function placesIn(source: TextSource, markdown: Markdown): Place[] {
  const nested = new Set<number>();
  for (const block of markdown.blocks) {
    if (block.kind !== 'prose' || !block.isNested) continue;
    for (let line = block.line; line < block.end; line += 1) nested.add(line);
  }
  const places: Place[] = [];
  for (const { number: line, text, kind } of nonTableLines(source, markdown)) {
    if (kind === 'front matter') continue;
    const start = kind === 'code' ? (/^\W*\w*/.exec(text)?.[0].length ?? 0) : 0;
    places.push({ line, text, from: nested.has(line) ? Number.POSITIVE_INFINITY : start });
  }
  for (const block of markdown.blocks) {
    if (block.kind !== 'table') continue;
    for (const { line, cells } of block.rows) {
      places.push(...cells.filter((cell) => !isPlace(cell)).map((text) => ({ line, text, from: 0 })));
    }
  }
  return places;
}

function isPlace(cell: string): boolean {
  return parseEndpoint(cell) !== null || parseSocketPath(cell) !== null;
}

/** The places of the rows of a page. */
class ListedPlaces {
  readonly #keys = new Set<string>();

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      if (row.kind === 'unix') this.#keys.add(row.path);
      else
        this.#keys
          .add(`${row.port}`)
          .add(`${row.port}/${row.protocol}`)
          .add(`${hostKey(row.host)} ${row.port}`);
    }
  }

  has(mention: string): boolean {
    const path = parseSocketPath(mention);
    if (path !== null && this.#keys.has(path)) return true;
    if (this.#keys.has(mention.toLowerCase())) return true;
    const endpoint = parseEndpoint(mention);
    if (endpoint === null) return false;
    return ['any', hostKey(endpoint.host)].some((host) => this.#keys.has(`${host} ${endpoint.port}`));
  }
}
