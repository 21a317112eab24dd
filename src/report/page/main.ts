import { COMMAND, type PageColumn, type PageData, type PageMatrix } from './data.js';
import {
  badness,
  byId,
  type Cell,
  cellOf,
  clamp,
  compare,
  element,
  has,
  nodeFacts,
  rankOf,
  rowName,
  textOf,
  verdict,
} from './elements.js';

/* Filters, order, keyboard, details and links of a matrix page. The tables are complete without it. */

interface Filter {
  readonly words: readonly string[];
  /** What a cell has to match; null: anything. */
  readonly selector: string | null;
}

/** Keys that move the focus, by rows and columns. */
const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

const ROWS = 'tr:not(.section)';

/** One table. Row 0 is its header, column 0 the names of its rows. One cell can be reached with Tab, the others with arrow keys. */
class Grid {
  readonly #table: HTMLTableElement;
  readonly #rows: readonly HTMLTableRowElement[];
  readonly #matrix: PageMatrix;
  /** Of each place in the table, the column of the matrix that stands there, and the reverse; 0 is the names of rows. */
  #columnAt: readonly number[];
  #placeOf: readonly number[];
  #active: Cell | null = null;

  constructor(table: HTMLTableElement, matrix: PageMatrix) {
    this.#table = table;
    this.#rows = [...table.querySelectorAll<HTMLTableRowElement>(ROWS)];
    this.#matrix = matrix;
    this.#columnAt = [0, ...matrix.columns.map((_, at) => at + 1)];
    this.#placeOf = this.#columnAt;
    this.#activate(this.#rows[1]?.cells[1] ?? null);
    table.addEventListener('click', ({ target }) => this.#open(cellOf(target)));
    table.addEventListener('mouseover', ({ target }) => this.#explain(cellOf(target)));
    table.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Shows what matches, and returns how much that is. Each word matches rows by name or else by state, or columns. */
  filter({ words, selector }: Filter): string {
    const rowCount = this.#rows.length - 1;
    let rows = this.#rows.slice(1);
    let columns = this.#matrix.columns.map((_, at) => at + 1);
    for (const word of words) {
      const named = rows.filter((row) => has(row.cells[0], word) || has(row.parentElement?.firstElementChild, word));
      const matching = columns.filter((column) => this.#columnText(column).includes(word));
      const isState = named.length === 0 && matching.length === 0;
      const found = isState
        ? rows.filter((row) => columns.some((column) => has(this.#cell(row, column), word)))
        : named;
      if (found.length > 0 || matching.length === 0) rows = found;
      if (matching.length > 0) columns = matching;
    }
    if (selector !== null) {
      const isWanted = (row: HTMLTableRowElement, column: number): boolean =>
        this.#cell(row, column)?.matches(selector) === true;
      rows = rows.filter((row) => columns.some((column) => isWanted(row, column)));
      columns = columns.filter((column) => rows.some((row) => isWanted(row, column)));
    }
    this.#show(new Set(rows), new Set([0, ...columns]));
    const nodes = (some: readonly PageColumn[]): number => some.reduce((sum, { labels }) => sum + labels.length, 0);
    const shown = nodes(columns.flatMap((column) => this.#matrix.columns[column - 1] ?? []));
    return `${rows.length} of ${rowCount} rows, ${shown} of ${nodes(this.#matrix.columns)} nodes`;
  }

  /** Orders sections, rows in them and nodes by what is wrong, or as they were. */
  order(isWorstFirst: boolean): void {
    const cells = (row: HTMLTableRowElement): readonly Cell[] => [...row.cells].slice(1);
    const worstFirst = <Item>(items: readonly Item[], cellsOf: (item: Item) => readonly Cell[]): Item[] => {
      if (!isWorstFirst) return [...items];
      const ranked = items.map((item) => ({ item, rank: rankOf(cellsOf(item)) }));
      return ranked.sort((a, b) => compare(b.rank, a.rank)).map(({ item }) => item);
    };
    const body = this.#rows.slice(1);
    const columns = this.#matrix.columns.map((_, at) => at + 1);
    const columnCells = (column: number): Cell[] => body.flatMap((row) => this.#cell(row, column) ?? []);
    const order = [0, ...worstFirst(columns, columnCells)];
    for (const row of this.#rows) row.append(...order.flatMap((column) => this.#cell(row, column) ?? []));
    this.#columnAt = order;
    const places = [...order];
    for (const [at, column] of order.entries()) places[column] = at;
    this.#placeOf = places;
    const bodies = [...new Set(body.map((row) => row.parentElement))].flatMap((one) => one ?? []);
    for (const one of bodies)
      one.append(
        ...worstFirst(
          body.filter((row) => row.parentElement === one),
          cells,
        ),
      );
    this.#table.append(...worstFirst(bodies, (one) => body.filter((row) => row.parentElement === one).flatMap(cells)));
  }

  /** Opens what a link points to, a row, a node or what is said of one on the other; false if it is not in this table. */
  openLink(row: string, label: string): boolean {
    const column = this.#matrix.columns.findIndex(({ labels }) => labels.includes(label)) + 1;
    const found = row === '' ? this.#rows[0] : this.#rows.find(({ cells }) => rowName(cells[0]) === row);
    if (found === undefined || (column === 0 && label !== '')) return false;
    const cell = this.#cell(found, column);
    cell?.scrollIntoView({ block: 'center', inline: 'center' });
    this.#open(cell);
    return true;
  }

  #cell(row: HTMLTableRowElement, column: number): Cell | null {
    return row.cells[this.#placeOf[column] ?? -1] ?? null;
  }

  #columnOf(cell: Cell): number {
    return this.#columnAt[cell.cellIndex] ?? 0;
  }

  #show(rows: ReadonlySet<HTMLTableRowElement>, columns: ReadonlySet<number>): void {
    for (const row of this.#rows) {
      row.hidden = row !== this.#rows[0] && !rows.has(row);
      for (const [at, cell] of [...row.cells].entries()) cell.hidden = !columns.has(this.#columnAt[at] ?? 0);
    }
    for (const body of this.#table.tBodies) body.hidden = ![...body.rows].some((row) => rows.has(row));
  }

  #columnText(column: number): string {
    const { labels = [], facts = [] } = this.#matrix.columns[column - 1] ?? {};
    return [...labels, ...facts.map(([, value]) => value)].join('\n').toLowerCase();
  }

  #activate(cell: Cell | null): void {
    if (cell === null || cell === this.#active) return;
    this.#active?.removeAttribute('tabindex');
    cell.tabIndex = 0;
    this.#active = cell;
  }

  #onKey(event: KeyboardEvent): void {
    const cell = cellOf(event.target);
    const move = MOVES[event.key];
    if (event.altKey || event.metaKey || cell === null) return;
    if (event.key === 'Enter' || event.key === ' ') this.#open(cell);
    else if (move === undefined) return;
    else this.#move(cell, move, event.ctrlKey);
    event.preventDefault();
  }

  #move(cell: Cell, [down, right]: readonly [number, number], toEdge: boolean): void {
    const current = cell.closest('tr');
    if (current === null) return;
    const rows = [...this.#table.querySelectorAll<HTMLTableRowElement>(ROWS)].filter(({ hidden }) => !hidden);
    const cells = [...(rows[0]?.cells ?? [])].filter(({ hidden }) => !hidden);
    const row = rows.indexOf(current) + (toEdge ? right : down);
    const column = cells.findIndex(({ cellIndex }) => cellIndex === cell.cellIndex) + right;
    const target = rows[clamp(row, rows.length)];
    const next = target?.cells[cells[clamp(column, cells.length)]?.cellIndex ?? 0] ?? null;
    this.#activate(next);
    next?.focus();
  }

  #open(cell: Cell | null): void {
    const row = cell?.closest('tr') ?? null;
    if (cell === null || row === null) return;
    const at = this.#rows.indexOf(row);
    if (at === 0 && cell.cellIndex === 0) return;
    this.#activate(cell);
    cell.focus({ preventScroll: true });
    const number = this.#columnOf(cell);
    const column = this.#matrix.columns[number - 1];
    const [label = ''] = column?.labels ?? [];
    const name = at === 0 ? '' : rowName(row.cells[0]);
    const link = [name, label].map(encodeURIComponent).join('/');
    if (at === 0) open(label, [...nodeFacts(column), ...this.#faults(number)], link);
    else if (column === undefined) open(name, this.#states(row), link);
    else open(name, [verdict(cell, ` on ${label}`), ...this.#details(at, number), ...nodeFacts(column)], link);
  }

  /** What is said of a cell, as long as the pointer is on it: in the page itself, it would be there twice. */
  #explain(cell: Cell | null): void {
    const row = cell?.closest('tr') ?? null;
    if (cell?.matches('td') !== true || cell.title !== '' || row === null) return;
    cell.title = textOf(this.#details(this.#rows.indexOf(row), this.#columnOf(cell))[0]);
  }

  #details(row: number, column: number): HTMLElement[] {
    const text = data.details[this.#matrix.cells[row - 1]?.[column - 1] ?? -1] ?? '';
    const lines = text === '' ? [] : text.split('\n');
    return lines.map((line) =>
      line.startsWith(COMMAND) ? element('code', '', line.slice(COMMAND.length)) : element('p', '', line),
    );
  }

  /** Which nodes are in which state of a row. */
  #states(row: HTMLTableRowElement): HTMLElement[] {
    const groups = new Map<string, { readonly cell: Cell; readonly labels: string[] }>();
    for (const [at, { labels }] of this.#matrix.columns.entries()) {
      const cell = this.#cell(row, at + 1);
      if (cell === null) continue;
      const group = groups.get(textOf(cell)) ?? { cell, labels: [] };
      group.labels.push(...labels);
      groups.set(textOf(cell), group);
    }
    const worstFirst = [...groups.values()].sort((a, b) => badness(b.cell) - badness(a.cell));
    return worstFirst.flatMap(({ cell, labels }) => [
      verdict(cell, ` on ${labels.length} ${labels.length === 1 ? 'node' : 'nodes'}`),
      element('p', 'names', labels.join(', ')),
    ]);
  }

  /** The faults of a node, and where it differs from others. */
  #faults(column: number): HTMLElement[] {
    const faults = this.#rows.flatMap((row, at) => {
      const cell = this.#cell(row, column);
      if (at === 0 || cell?.matches('.error, .warning, .odd') !== true) return [];
      return [verdict(cell, ` ${rowName(row.cells[0])}`), ...this.#details(at, column)];
    });
    return faults.length > 0 ? faults : [element('p', '', 'No faults, and nothing differs from other nodes.')];
  }
}

function open(title: string, content: readonly HTMLElement[], link: string): void {
  byId('details-title', HTMLElement).textContent = title;
  byId('details-content', HTMLElement).replaceChildren(...content);
  byId('details-link', HTMLAnchorElement).href = `#${link}`;
  history.replaceState(null, '', `#${link}`);
  const dialog = byId('details', HTMLDialogElement);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function openHash(): void {
  const [row, label] = location.hash.slice(1).split('/').map(decodeURIComponent);
  if (row !== undefined && label !== undefined) grids.some((grid) => grid.openLink(row, label));
}

const data: PageData = JSON.parse(textOf(document.getElementById('data')));
const grids = [...document.querySelectorAll('table')].flatMap((table, at) => {
  const matrix = data.matrices[at];
  return matrix === undefined ? [] : [new Grid(table, matrix)];
});
const form = byId('filter', HTMLFormElement);
const text = byId('filter-text', HTMLInputElement);
const faults = byId('filter-faults', HTMLInputElement);
const odd = byId('filter-odd', HTMLInputElement);

function update(): void {
  const words = text.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const selector = `${faults.checked ? ':is(.error, .warning)' : ''}${odd.checked ? '.odd' : ''}` || null;
  const shown = grids.map((grid) => grid.filter({ words, selector }));
  byId('shown', HTMLElement).textContent = `Shown: ${shown.length === 0 ? 'nothing could be read' : shown.join('; ')}`;
}

const worstFirst = byId('worst-first', HTMLInputElement);
worstFirst.addEventListener('input', () => {
  for (const grid of grids) grid.order(worstFirst.checked);
});
form.addEventListener('input', update);
form.addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('hashchange', openHash);
form.hidden = false;
update();
openHash();
