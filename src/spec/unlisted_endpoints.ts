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
  /(?<![\w./-])\d{1,5}\/(?:tcp|udp)\b/gi,
];

/**
 * Refuses listeners that are mentioned in text but are in no table: they may be rows that were moved into a list. In fenced
 * code, only those at the start of a line count. Throws ERR_INPUT for the first.
 */
export function refuseUnlistedEndpoints(source: TextSource, markdown: Markdown, rows: readonly Row[]): void {
  const listed = new ListedPlaces(rows);
  for (const { number: line, text, kind } of nonTableLines(source, markdown)) {
    if (kind === 'front matter') continue;
    for (const match of MENTIONS.flatMap((form) => [...text.matchAll(form)])) {
      const [mention] = match;
      if (kind === 'code' && text.slice(0, match.index).trim() !== '') continue;
      if (listed.has(mention)) continue;
      const hint = 'If a service listens there, add it to a table; otherwise rephrase the text.';
      const expected = 'all listeners in tables';
      throw inputError({ file: source.file, line, expected, found: `${quoted(mention)} in the text`, hint });
    }
  }
}

/** The places of the rows of a page. */
class ListedPlaces {
  readonly #keys = new Set<string>();

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      if (row.kind === 'unix') this.#keys.add(row.path);
      else this.#keys.add(`${row.port}/${row.protocol}`).add(`${hostKey(row.host)} ${row.port}`);
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
