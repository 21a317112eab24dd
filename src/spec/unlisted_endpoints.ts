import { inputError, quoted } from '../base/input_error.js';
import type { TextSource } from '../base/text_source.js';
import { hostKey, parseEndpoint, parseSocketPath } from './endpoint.js';
import type { Markdown } from './markdown.js';
import { linesOutsideTables } from './non_table_text.js';
import type { Row } from './rows.js';

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?`;
const IPV6 = String.raw`\[[0-9a-f:.]+(?:\/\d{1,3})?\]`;
/**
 * How a listener is written in running text: an endpoint (but not the authority of a URL, where something is said about
 * it rather than listed), a socket, or `9345/tcp`.
 */
const MENTIONS = [
  new RegExp(String.raw`(?<![\w/.@-])(?:localhost|default|\*|${IPV4}|${IPV6}):\d{1,5}(?!\w|:\w)`, 'gi'),
  /unix:\/\/\/[^\s`"'()<>,;|*]*[^\s`"'()<>,;|*.:]/gi,
  /(?<![\w./-])\d{1,5}\/(?:tcp|udp)\b/gi,
];

/**
 * Refuses a listener that is mentioned outside of the tables and is in none of them: it may be a row that was moved into
 * a list. In program text only one at the start of a line counts. Throws ERR_INPUT for the first.
 */
export function refuseUnlisted(source: TextSource, markdown: Markdown, rows: readonly Row[]): void {
  for (const { number: line, text, kind } of linesOutsideTables(source, markdown)) {
    if (kind === 'front matter') continue;
    for (const match of MENTIONS.flatMap((form) => [...text.matchAll(form)])) {
      const [mention] = match;
      if (kind === 'code' && text.slice(0, match.index).trim() !== '') continue;
      if (rows.some((row) => isListed(row, mention))) continue;
      const hint = 'If a service listens there, it belongs into a table; otherwise say it in other words.';
      const expected = 'everything that listens in a table';
      throw inputError({ file: source.file, line, expected, found: `${quoted(mention)} outside of them`, hint });
    }
  }
}

function isListed(row: Row, mention: string): boolean {
  if (row.kind === 'unix') return parseSocketPath(mention) === row.path;
  if (mention.toLowerCase() === `${row.port}/${row.protocol}`) return true;
  const endpoint = parseEndpoint(mention);
  if (endpoint === null || endpoint.port !== row.port) return false;
  return row.host.kind === 'any' || hostKey(endpoint.host) === hostKey(row.host);
}
