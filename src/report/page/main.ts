import type { PageColumn, PageData, PageMatrix } from './data.js';

/* Filters, keyboard, details and links of a matrix page. The tables are complete without it. */

type Cell = HTMLTableCellElement;

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

/** One table. Row 0 is its header, column 0 the names of its rows. One cell can be reached with Tab, the others with arrow keys. */
class Grid {
  readonly #table: HTMLTableElement;
  readonly #rows: readonly HTMLTableRowElement[];
  readonly #matrix: PageMatrix;
  #active: Cell | null = null;

  constructor(table: HTMLTableElement, matrix: PageMatrix) {
    this.#table = table;
    this.#rows = [...table.querySelectorAll<HTMLTableRowElement>('tr:not(.section)')];
    this.#matrix = matrix;
    this.#activate(this.#rows[1]?.cells[1] ?? null);
    table.addEventListener('click', ({ target }) => this.#open(cellOf(target)));
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
      const found = isState ? rows.filter((row) => columns.some((column) => has(row.cells[column], word))) : named;
      if (found.length > 0 || matching.length === 0) rows = found;
      if (matching.length > 0) columns = matching;
    }
    if (selector !== null) {
      const isWanted = (row: HTMLTableRowElement, column: number): boolean =>
        row.cells[column]?.matches(selector) === true;
      rows = rows.filter((row) => columns.some((column) => isWanted(row, column)));
      columns = columns.filter((column) => rows.some((row) => isWanted(row, column)));
    }
    this.#show(new Set(rows), new Set([0, ...columns]));
    const nodes = (some: readonly PageColumn[]): number => some.reduce((sum, { labels }) => sum + labels.length, 0);
    const shown = nodes(columns.flatMap((column) => this.#matrix.columns[column - 1] ?? []));
    return `${rows.length} of ${rowCount} rows, ${shown} of ${nodes(this.#matrix.columns)} nodes`;
  }

  /** Opens what a link points to; false if it is not in this table. */
  openLink(row: string, label: string): boolean {
    const column = this.#matrix.columns.findIndex(({ labels }) => labels.includes(label)) + 1;
    const found = this.#rows.find(({ cells }) => rowName(cells[0]) === row);
    if (found === undefined || column === 0) return false;
    this.#open(found.cells[column] ?? null);
    return true;
  }

  #show(rows: ReadonlySet<HTMLTableRowElement>, columns: ReadonlySet<number>): void {
    for (const row of this.#rows) {
      row.hidden = row !== this.#rows[0] && !rows.has(row);
      for (const [at, cell] of [...row.cells].entries()) cell.hidden = !columns.has(at);
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
    const rows = this.#rows.filter(({ hidden }) => !hidden);
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
    const column = this.#matrix.columns[cell.cellIndex - 1];
    if (at === 0) open(column?.labels[0] ?? '', [...nodeFacts(column), ...this.#faults(cell.cellIndex)], null);
    else if (column === undefined) open(rowName(cell), this.#states(row), null);
    else {
      const link = [rowName(row.cells[0]), column.labels[0] ?? ''].map(encodeURIComponent).join('/');
      const content = [verdict(cell, ` on ${column.labels[0]}`), ...this.#details(at, cell.cellIndex)];
      open(rowName(row.cells[0]), [...content, ...nodeFacts(column)], link);
    }
  }

  #details(row: number, column: number): HTMLElement[] {
    const text = data.details[this.#matrix.cells[row - 1]?.[column - 1] ?? -1] ?? '';
    return text === '' ? [] : text.split('\n').map((line) => element('p', '', line));
  }

  /** Which nodes are in which state of a row. */
  #states(row: HTMLTableRowElement): HTMLElement[] {
    const groups = new Map<string, { readonly cell: Cell; readonly labels: string[] }>();
    for (const [at, { labels }] of this.#matrix.columns.entries()) {
      const cell = row.cells[at + 1];
      if (cell === undefined) continue;
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
      const cell = row.cells[column];
      if (at === 0 || cell?.matches('.error, .warning, .odd') !== true) return [];
      return [verdict(cell, ` ${rowName(row.cells[0])}`), ...this.#details(at, column)];
    });
    return faults.length > 0 ? faults : [element('p', '', 'No faults, and nothing differs from other nodes.')];
  }
}

function badness({ classList }: Cell): number {
  return ['none', 'unknown', 'info', 'warning', 'error'].indexOf(classList[0] ?? '');
}

function clamp(at: number, length: number): number {
  return Math.max(0, Math.min(length - 1, at));
}

function cellOf(target: EventTarget | null): Cell | null {
  return target instanceof Element ? target.closest<Cell>('th[scope=col], th[scope=row], td') : null;
}

function textOf(node: Node | null | undefined): string {
  return node?.textContent?.trim() ?? '';
}

function has(node: Node | null | undefined, word: string): boolean {
  return textOf(node).toLowerCase().includes(word);
}

/** The place and the service. */
function rowName(cell: Cell | undefined): string {
  return [...(cell?.children ?? [])].map(textOf).join(' ');
}

/** Text stays text, whatever it contains. */
function element(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function verdict(cell: Cell, where: string): HTMLElement {
  return element('p', 'verdict', element('span', `chip ${cell.className}`, textOf(cell)), where);
}

function nodeFacts(column: PageColumn | undefined): HTMLElement[] {
  if (column === undefined) return [];
  const { labels, facts } = column;
  const list = element(
    'dl',
    '',
    ...facts.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]),
  );
  if (labels.length === 1) return [list];
  return [list, element('p', 'names', `${labels.length} nodes look alike and share this column: ${labels.join(', ')}`)];
}

function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${id}`);
  return found;
}

function open(title: string, content: readonly HTMLElement[], link: string | null): void {
  byId('details-title', HTMLElement).textContent = title;
  byId('details-content', HTMLElement).replaceChildren(...content);
  if (link !== null) history.replaceState(null, '', `#${link}`);
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

form.addEventListener('input', update);
form.addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('hashchange', openHash);
form.hidden = false;
update();
openHash();
