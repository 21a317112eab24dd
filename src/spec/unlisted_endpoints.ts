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
  for (const { number: line, text, kind } of nonTableLines(source, markdown)) {
    if (kind === 'front matter') continue;
    for (const match of MENTIONS.flatMap((form) => [...text.matchAll(form)])) {
      const [mention] = match;
      if (kind === 'code' && text.slice(0, match.index).trim() !== '') continue;
      if (rows.some((row) => isListed(row, mention))) continue;
      const hint = 'If a service listens there, add it to a table; otherwise rephrase the text.';
      const expected = 'all listeners in tables';
      throw inputError({ file: source.file, line, expected, found: `${quoted(mention)} in the text`, hint });
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
