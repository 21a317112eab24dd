import { inputError, quoted } from '../base/input_error.js';
import type { Transport } from '../kernel/sockets/listener.js';
import { CLAIM_FORM, claimsIn, type PageClaim } from './claims.js';
import { CONDITION_FORM, conditionsIn, isConditional } from './condition.js';
import { ENDPOINT_FORM, parseEndpoint, parseSocketPath, parseTransports } from './endpoint.js';
import type { Table, TableRow } from './markdown.js';
import { roleIn } from './role.js';
import type { Host, Role, Row } from './rows.js';

type Column = 'endpoint' | 'protocol' | 'service' | 'description' | 'socket';

/** Matched against lower-case names without punctuation and with `&` spelled out. */
const COLUMN_NAMES: Readonly<Record<Column, RegExp>> = {
  endpoint: /^(?:(?:(?:network )?interface|host|(?:listen(?:ing)? |bind )?address)(?: and)? ports?|ports?|endpoints?)$/,
  protocol: /^(?:(?:transport )?protocols?|transport)$/,
  service: /^(?:services?(?: names?)?|process(?:es)?|daemons?)$/,
  description: /^(?:descriptions?|purpose|details|notes?|comments?)$/,
  socket: /^(?:(?:unix )?sockets?(?: paths?)?)$/,
};

/** Other columns that do not decide where or when a row applies. */
const INERT_COLUMN =
  /^(?:references?|links?|see also|docs?|documentation|urls?|components?|ids?|maintainers?|teams?|security|authentication|authorization|encryption|encrypted|tls)$/;

interface Columns {
  /** Their positions. */
  readonly at: ReadonlyMap<Column, number>;
  /** Positions of the others, whose cells only explain. */
  readonly inert: readonly number[];
}

/** A valid process name, unlike "API server", "etcd / k8s-dqlite" or "kubelet[^1]". */
const SERVICE = /^[A-Za-z0-9](?:[A-Za-z0-9._@+-]*[A-Za-z0-9])?$/;

export type TableKind = 'network' | 'unix';

/**
 * Decides from its header what a table lists. Throws ERR_INPUT for an unknown header, a duplicate column, or a column that
 * may decide whether rows apply.
 */
export function tableKind(file: string, table: Table): TableKind {
  const { at } = columnsOf(file, table);
  const has = (column: Column): boolean => at.has(column);
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
  refuseDecisiveColumns(file, table, columns);
  if (table.rows.length === 0) {
    throw inputError({ file, line: table.line, expected: 'rows below the header of this table', found: 'none' });
  }
  return table.rows.flatMap((row) => (kind === 'network' ? networkRows : unixRows)({ file, columns, row }, role));
}

function columnsOf(file: string, { header, line }: Table): Columns {
  const columns = new Map<Column, number>();
  const inert: number[] = [];
  for (const [at, written] of header.entries()) {
    const name = columnName(written);
    const column = columnNames().find((candidate) => COLUMN_NAMES[candidate].test(name));
    if (column === undefined) {
      inert.push(at);
      continue;
    }
    const earlier = columns.get(column);
    if (earlier !== undefined) {
      const found = `${quoted(header[earlier] ?? '')} and ${quoted(written)}`;
      throw inputError({ file, line, expected: `one column for the ${column}`, found });
    }
    columns.set(column, at);
  }
  return { at: columns, inert };
}

function columnName(written: string): string {
  return written
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/[^a-z]+/g, ' ')
    .trim();
}

function refuseDecisiveColumns(file: string, { header, line }: Table, { inert }: Columns): void {
  const unknown = inert.find((at) => !INERT_COLUMN.test(columnName(header[at] ?? '')));
  if (unknown === undefined) return;
  const hint = 'Other columns than those of the published page may be named "Reference", "Security" or "Component".';
  const expected = 'roles in headings and conditions in descriptions';
  throw inputError({ file, line, expected, found: `a column ${quoted(header[unknown] ?? '')}`, hint });
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
  refuseOtherPlaces(cells, fields.description, endpoint.host, protocols);
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
  for (const text of [description, ...inertTexts(cells)]) refuseRole(cells, text, role);
  const conditions = conditionsOf(cells, description);
  const claims = claimsOf(cells, description, conditions);
  const condition = conditions.length === 0 ? null : conditions.join('; ');
  return { service, role, description, condition, claims, line: cells.row.line };
}

/** The conditions in the description; none if the row always applies. */
function conditionsOf(cells: Cells, description: string): readonly string[] {
  const found = conditionsIn(description);
  const unclear = found.kind === 'unclear' ? found.clause : inertTexts(cells).find(isConditional);
  if (unclear !== undefined) throw cellError(cells, `no condition, or ${CONDITION_FORM}`, unclear);
  return found.kind === 'unclear' ? [] : found.conditions;
}

function claimsOf(cells: Cells, description: string, conditions: readonly string[]): readonly PageClaim[] {
  const found = claimsIn(description, conditions);
  if (found.kind === 'unclear') throw cellError(cells, CLAIM_FORM, found.clause);
  return found.claims;
}

function refuseRole(cells: Cells, text: string, role: Role | null): void {
  const mentioned = roleIn(text);
  if (mentioned !== null && mentioned !== (role ?? 'all')) throw cellError(cells, 'roles in headings', text);
}

const LOOPBACK = /\b(?:localhost|loopback)\b/i;
const EVERYWHERE = /\b(?:all|any|every|each) (?:network |host )?(?:interfaces?|addresses)\b/i;

/** A description that names another protocol or interface than the row has is about a second listener, or contradicts it. */
function refuseOtherPlaces(cells: Cells, description: string, host: Host, protocols: readonly Transport[]): void {
  for (const [name = ''] of description.matchAll(/\b(?:tcp|udp|sctp)\b/gi)) {
    const isOwn = protocols.some((protocol) => protocol === name.toLowerCase());
    if (!isOwn) throw cellError(cells, 'protocols in their column', description);
  }
  const contradicts =
    (LOOPBACK.test(description) && host.kind !== 'localhost') || (EVERYWHERE.test(description) && host.kind !== 'any');
  if (contradicts) throw cellError(cells, 'interfaces in their column', description);
}

function inertTexts({ columns, row }: Cells): string[] {
  return columns.inert.map((at) => row.cells[at] ?? '');
}

function cellText({ columns, row }: Cells, column: Column): string {
  const at = columns.at.get(column);
  return at === undefined ? '' : (row.cells[at] ?? '');
}

function cellValue<T>(cells: Cells, column: Column, expected: string, parse: (text: string) => T | null): T {
  const text = cellText(cells, column);
  const value = parse(text);
  if (value !== null) return value;
  throw cellError(cells, expected, text);
}

function cellError({ file, row }: Cells, expected: string, text: string): Error {
  return inputError({ file, line: row.line, expected, found: text === '' ? 'an empty cell' : quoted(text) });
}
