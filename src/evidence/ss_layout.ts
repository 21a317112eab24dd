import { endpointColumns } from './ss_listener.js';
import type { SsRow } from './ss_rows.js';

/*
 * Since iproute2 4.15, ss makes each column as wide as its widest cell and pads the last one (render_calc_width in misc/ss.c),
 * and since 5.4 adds nothing to that in a file or pipe. So a header that leaves more room than any row below it needs shows that
 * lines were removed, as by `grep -e State -e kube`. That the rows fit shows nothing.
 */

/** What a terminal spreads has more than one space between the queues. */
const TIGHT = /^((?:Netid +)?)(State +)Recv-Q Send-Q( +)Local Address:Port( *)Peer Address:/;

const HEADERS = { host: 'Local Address:'.length, port: 'Port'.length, peerHost: 'Peer Address:'.length };

/** Whether the columns under a header are wider than every row, as far as rows and header are still aligned. */
export function hasWiderColumns(header: string, rows: readonly SsRow[]): boolean {
  const [beginning, netid = '', state = '', beforeLocal = '', afterPort = ''] = TIGHT.exec(header) ?? [];
  if (beginning === undefined || rows.length === 0) return false;
  const cells = rows.map(endpointColumns);
  const widest = (of: keyof typeof HEADERS): number =>
    cells.reduce((width, cell) => Math.max(width, cell?.[of] ?? 0), 0);
  const local = header.indexOf('Local Address:') + HEADERS.host;
  const isAligned =
    state.length === rows.reduce((width, row) => Math.max(width, row.state.length), 'State'.length) + 1 &&
    rows.every(
      ({ text }, at) => text[local - 1] === ':' && text.indexOf(' ', local) === local + (cells[at]?.port ?? 0),
    ) &&
    (netid === '' || rows.every((row) => row.netid !== null));
  if (!isAligned) return false;
  if (beforeLocal.length > 1 && widest('host') < HEADERS.host + beforeLocal.length - 1) return true;
  if (afterPort.length > 1 && widest('port') <= HEADERS.port && widest('peerHost') <= HEADERS.peerHost) return true;
  return isPadded(header, rows) && !rows.some(({ text }) => /\S$/.test(text));
}

/** The last column is filled up, beyond its title, and no details are on lines of their own. */
function isPadded(header: string, rows: readonly SsRow[]): boolean {
  return header.endsWith(' ') && rows.every(({ rest, text }) => !rest.includes('\n') && text.length === header.length);
}
