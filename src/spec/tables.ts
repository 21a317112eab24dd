import { inputError, quoted } from '../base/input_error.js';
import { conditionIn } from './condition.js';
import { ENDPOINT_FORM, parseEndpoint, parseSocketPath, parseTransports } from './endpoint.js';
import type { Table, TableRow } from './markdown.js';
import type { Role, Row } from './rows.js';

type Column = 'endpoint' | 'protocol' | 'service' | 'description' | 'socket';

/** Matched against lower-case names without punctuation and with `&` spelled out. */
const COLUMN_NAMES: Readonly<Record<Column, RegExp>> = {
  endpoint: /^(?:(?:(?:network )?interface|host|(?:listen(?:ing)? |bind )?address)(?: and)? ports?|ports?|endpoints?)$/,
  protocol: /^(?:(?:transport )?protocols?|transport)$/,
  service: /^(?:services?(?: names?)?|process(?:es)?|daemons?)$/,
  description: /^(?:descriptions?|purpose|details|notes?|comments?)$/,
  socket: /^(?:(?:unix )?sockets?(?: paths?)?)$/,
};

/** Other columns are ignored, unless their name suggests that they decide where or when a row applies. */
const DECISIVE = /\b(?:roles?|nodes?|conditions?|when|if|only|optional|required?|default|enabled|applies)\b/;

/** Column positions. */
type Columns = ReadonlyMap<Column, number>;

/** A valid process name, unlike "API server", "etcd / k8s-dqlite" or "kubelet[^1]". */
const SERVICE = /^[A-Za-z0-9](?:[A-Za-z0-9._@+-]*[A-Za-z0-9])?$/;

export type TableKind = 'network' | 'unix';

/**
 * Decides from its header what a table lists. Throws ERR_INPUT for an unknown header, a duplicate column, or a column that
 * decides whether rows apply.
 */
export function tableKind(file: string, table: Table): TableKind {
  const columns = columnsOf(file, table);
  const has = (column: Column): boolean => columns.has(column);
  if (has('service') && has('endpoint') && has('protocol') && !has('socket')) return 'network';
  if (has('service') && has('socket') && !has('endpoint')) return 'unix';
  const expected = 'a header with "Interface & Port", "Protocol", "Service" (or "Service", "Socket")';
  throw inputError({ file, line: table.line, expected, found: quoted(table.header.join(' | ')) });
}

/**
 * The rows of a table; a `TCP/UDP` cell makes two. Throws ERR_INPUT for a table without rows and for the first invalid cell.
 */
export function tableRows(file: string, table: Table, role: Role | null): Row[] {
  const kind = tableKind(file, table);
  const columns = columnsOf(file, table);
  if (table.rows.length === 0) {
    throw inputError({ file, line: table.line, expected: 'rows below the header of this table', found: 'none' });
  }
  return table.rows.flatMap((row) => (kind === 'network' ? networkRows : unixRows)({ file, columns, row }, role));
}

function columnsOf(file: string, { header, line }: Table): Columns {
  const columns = new Map<Column, number>();
  for (const [at, written] of header.entries()) {
    const name = written
      .toLowerCase()
      .replaceAll('&', ' and ')
      .replace(/[^a-z]+/g, ' ')
      .trim();
    const column = columnNames().find((candidate) => COLUMN_NAMES[candidate].test(name));
    if (column === undefined) {
      if (!DECISIVE.test(name)) continue;
      const expected = 'roles in headings and conditions in descriptions';
      throw inputError({ file, line, expected, found: `a column ${quoted(written)}` });
    }
    const earlier = columns.get(column);
    if (earlier !== undefined) {
      const found = `${quoted(header[earlier] ?? '')} and ${quoted(written)}`;
      throw inputError({ file, line, expected: `one column for the ${column}`, found });
    }
    columns.set(column, at);
  }
  return columns;
}

function columnNames(): Column[] {
  return ['endpoint', 'protocol', 'service', 'description', 'socket'];
}

/** A row, with the context for parsing its cells and reporting errors. */
interface Cells {
  readonly file: string;
  readonly columns: Columns;
  readonly row: TableRow;
}

function networkRows(cells: Cells, role: Role | null): Row[] {
  const fields = commonFields(cells, role);
  const endpoint = cellValue(cells, 'endpoint', ENDPOINT_FORM, parseEndpoint);
  const protocols = cellValue(cells, 'protocol', 'TCP, UDP or TCP/UDP', parseTransports);
  return protocols.map((protocol) => ({ kind: 'network', ...fields, ...endpoint, protocol }));
}

function unixRows(cells: Cells, role: Role | null): Row[] {
  const path = cellValue(cells, 'socket', 'unix:// and an absolute path', parseSocketPath);
  return [{ kind: 'unix', ...commonFields(cells, role), path }];
}

function commonFields(cells: Cells, role: Role | null) {
  const service = cellValue(cells, 'service', 'the name of a service, such as kubelet', (text) =>
    SERVICE.test(text) ? text : null,
  );
  const description = cellText(cells, 'description');
  return { service, role, description, condition: conditionIn(description), line: cells.row.line };
}

function cellText({ columns, row }: Cells, column: Column): string {
  const at = columns.get(column);
  return at === undefined ? '' : (row.cells[at] ?? '');
}

function cellValue<T>(cells: Cells, column: Column, expected: string, parse: (text: string) => T | null): T {
  const text = cellText(cells, column);
  const value = parse(text);
  if (value !== null) return value;
  const found = text === '' ? 'an empty cell' : quoted(text);
  throw inputError({ file: cells.file, line: cells.row.line, expected, found });
}
