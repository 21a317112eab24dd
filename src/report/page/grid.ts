import { MARKS, RESULT_SYMBOLS } from '../matrix_words.js';
import type { PageRow } from './data.js';
import { element } from './element.js';
import { lookAt, type Model, type Node } from './model.js';

/** What was opened: a cell, a whole row or a whole node. */
export type Chosen =
  | { readonly kind: 'cell'; readonly node: Node; readonly row: PageRow }
  | { readonly kind: 'row'; readonly row: PageRow }
  | { readonly kind: 'node'; readonly node: Node };

/** Place in the grid; -1 is the header row or the column of row names. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** Sizes in pixels, from the style sheet. */
interface Sizes {
  readonly row: number;
  readonly head: number;
  readonly name: number;
  readonly column: number;
}

/** Cells beyond the edge that are made as well, so that a quick scroll shows no hole. */
const MARGIN = 4;

/**
 * A table of which only the part in view exists, as a thousand nodes by hundreds of rows would be more elements than a
 * browser bears. Rows and columns have fixed sizes; empty cells stand for what is not there. One cell can be reached with the
 * tabulator key, the others with arrows, as in the ARIA grid pattern.
 */
export class Grid {
  readonly #scroller: HTMLElement;
  readonly #table = element('table', { role: 'grid' });
  readonly #choose: (chosen: Chosen) => void;
  #model: Model;
  #active: Place = { row: -1, column: 0 };
  #drawn = '';

  constructor(scroller: HTMLElement, model: Model, choose: (chosen: Chosen) => void) {
    this.#scroller = scroller;
    this.#model = model;
    this.#choose = choose;
    this.#table.setAttribute('aria-label', `Rows against nodes: ${model.title}`);
    scroller.replaceChildren(this.#table);
    scroller.addEventListener('scroll', () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(scroller);
    this.#table.addEventListener('keydown', (event) => this.#onKey(event));
    this.#table.addEventListener('click', (event) => this.#onClick(event));
    this.show(model);
  }

  /** Another part of the same matrix. */
  show(model: Model): void {
    this.#model = model;
    this.#drawn = '';
    this.#active = { row: Math.min(this.#active.row, model.rows.length - 1), column: 0 };
    this.#table.setAttribute('aria-rowcount', String(model.rows.length + 1));
    this.#table.setAttribute('aria-colcount', String(model.nodes.length + 1));
    this.#scroller.scrollTo(0, 0);
    this.#draw();
  }

  /** Back to where the reader was. */
  focus(): void {
    this.#buttonAt(this.#active)?.focus({ preventScroll: true });
  }

  #sizes(): Sizes {
    const style = getComputedStyle(this.#scroller);
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const of = (name: string): number => Number.parseFloat(style.getPropertyValue(name)) * rem;
    return { row: of('--row'), head: of('--head'), name: of('--name'), column: of('--column') };
  }

  #draw(): void {
    const { rows, nodes } = this.#model;
    const sizes = this.#sizes();
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.#scroller;
    const [top, bottom] = span(scrollTop, clientHeight, sizes.row, rows.length);
    const [left, right] = span(scrollLeft, clientWidth, sizes.column, nodes.length);
    const drawn = `${top} ${bottom} ${left} ${right} ${sizes.column} ${sizes.row}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const hadFocus = this.#table.contains(document.activeElement);
    const shown = nodes.slice(left, right);
    const before = left * sizes.column;
    const after = (nodes.length - right) * sizes.column;
    this.#table.style.width = `${sizes.name + nodes.length * sizes.column}px`;
    this.#table.replaceChildren(
      columnsOf([sizes.name, before, ...shown.map(() => sizes.column), after]),
      element('thead', {}, this.#headRow(shown, left)),
      element(
        'tbody',
        {},
        spacer(top * sizes.row),
        ...rows.slice(top, bottom).map((row, at) => this.#bodyRow(row, top + at, shown, left)),
        spacer((rows.length - bottom) * sizes.row),
      ),
    );
    if (hadFocus) this.focus();
  }

  #headRow(shown: readonly Node[], left: number): HTMLElement {
    const corner = element('td', { class: 'corner' }, element('span', {}, `${this.#model.nodes.length} nodes`));
    const heads = shown.map((node, at) => {
      const { label, role, result, gaps } = node;
      const seen = gaps.length === 0 ? '' : ', partly seen';
      const button = this.#button({ row: -1, column: left + at });
      button.append(
        element('b', { title: label }, label),
        element('small', {}, role),
        element('small', { class: `result ${result}` }, `${RESULT_SYMBOLS[result]} ${result}${seen}`),
      );
      return element('th', { scope: 'col', 'aria-colindex': left + at + 2 }, button);
    });
    return element('tr', { 'aria-rowindex': 1 }, corner, element('td'), ...heads, element('td'));
  }

  #bodyRow(row: PageRow, index: number, shown: readonly Node[], left: number): HTMLElement {
    const isFirst = this.#model.rows[index - 1]?.section !== row.section;
    const name = this.#button({ row: index, column: -1 });
    name.append(
      element('b', { title: row.place }, ...breakable(row.place)),
      element('small', { title: row.service }, row.service),
    );
    if (isFirst) name.append(element('small', { class: 'section' }, row.section));
    const cells = shown.map((node, at) => {
      const { symbol, word, mark, tone } = lookAt(node, row);
      const button = this.#button({ row: index, column: left + at });
      button.append(element('span', { 'aria-hidden': 'true' }, symbol), ` ${word}`);
      if (mark !== null) button.append(element('span', { class: 'mark', title: MARK_TEXT[mark] }, ` ${MARKS[mark]}`));
      const label = `${word}, ${row.service} ${row.place} on ${node.label}${mark === null ? '' : `, ${MARK_TEXT[mark]}`}`;
      button.setAttribute('aria-label', label);
      return element(
        'td',
        { class: `tone-${tone}${mark === null ? '' : ' marked'}`, 'aria-colindex': left + at + 2 },
        button,
      );
    });
    const head = element('th', { scope: 'row', 'aria-colindex': 1 }, name);
    const classes = { 'aria-rowindex': index + 2, class: isFirst ? 'first' : 'row' };
    return element('tr', classes, head, element('td'), ...cells, element('td'));
  }

  #button(place: Place): HTMLButtonElement {
    const isActive = place.row === this.#active.row && place.column === this.#active.column;
    return element('button', {
      type: 'button',
      tabindex: isActive ? 0 : -1,
      'data-row': place.row,
      'data-column': place.column,
    });
  }

  #buttonAt({ row, column }: Place): HTMLButtonElement | null {
    return this.#table.querySelector(`button[data-row="${row}"][data-column="${column}"]`);
  }

  #onClick(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button === null) return;
    this.#activate({ row: Number(button.dataset['row']), column: Number(button.dataset['column']) });
    const { row: rowAt, column } = this.#active;
    const [row, node] = [this.#model.rows[rowAt], this.#model.nodes[column]];
    if (row !== undefined && node !== undefined) this.#choose({ kind: 'cell', node, row });
    else if (row !== undefined) this.#choose({ kind: 'row', row });
    else if (node !== undefined) this.#choose({ kind: 'node', node });
  }

  #onKey(event: KeyboardEvent): void {
    const { rows, nodes } = this.#model;
    const next = moved(this.#active, event, rows.length - 1, nodes.length - 1);
    if (next === null) return;
    event.preventDefault();
    this.#reveal(next);
    this.#activate(next);
    this.focus();
  }

  #activate(place: Place): void {
    this.#buttonAt(this.#active)?.setAttribute('tabindex', '-1');
    this.#active = place;
    this.#buttonAt(place)?.setAttribute('tabindex', '0');
  }

  /** Scrolls no further than it takes to see a cell beside the header row and the row names. */
  #reveal({ row, column }: Place): void {
    const sizes = this.#sizes();
    const box = this.#scroller;
    const within = (start: number, size: number, from: number, room: number): number =>
      Math.max(Math.min(from, start), start + size - room);
    const top =
      row < 0 ? box.scrollTop : within(row * sizes.row, sizes.row, box.scrollTop, box.clientHeight - sizes.head);
    const left =
      column < 0
        ? box.scrollLeft
        : within(column * sizes.column, sizes.column, box.scrollLeft, box.clientWidth - sizes.name);
    box.scrollTo(left, top);
    this.#draw();
  }
}

const MARK_TEXT = { odd: 'differs from most nodes of its role', differs: 'nodes of its role differ' } as const;

/** First and last (not included) of the items in view. */
function span(offset: number, room: number, size: number, count: number): [number, number] {
  const first = Math.max(0, Math.floor(offset / size) - MARGIN);
  return [Math.min(first, count), Math.min(count, Math.ceil((offset + room) / size) + MARGIN)];
}

/** A place, which may go on in the next line at each slash. */
function breakable(place: string): (string | HTMLElement)[] {
  return place.split(/(?=\/)/).flatMap((part, at) => (at === 0 ? [part] : [element('wbr'), part]));
}

function columnsOf(widths: readonly number[]): HTMLElement {
  return element(
    'colgroup',
    {},
    ...widths.map((width) => {
      const column = element('col');
      column.style.width = `${width}px`;
      return column;
    }),
  );
}

function spacer(height: number): HTMLElement {
  const row = element('tr', { 'aria-hidden': 'true', class: 'spacer' });
  row.style.height = `${height}px`;
  return row;
}

/** Where a key leads; null where it is not a key of ours. */
function moved({ row, column }: Place, event: KeyboardEvent, lastRow: number, lastColumn: number): Place | null {
  const place = (toRow: number, toColumn: number): Place => {
    const clamped = { row: clamp(toRow, lastRow), column: clamp(toColumn, lastColumn) };
    // There is nothing in the corner.
    return clamped.row < 0 && clamped.column < 0 ? { row, column } : clamped;
  };
  if (event.altKey || event.metaKey) return null;
  switch (event.key) {
    case 'ArrowUp':
      return place(row - 1, column);
    case 'ArrowDown':
      return place(row + 1, column);
    case 'ArrowLeft':
      return place(row, column - 1);
    case 'ArrowRight':
      return place(row, column + 1);
    case 'PageUp':
      return place(Math.max(0, row - 10), column);
    case 'PageDown':
      return place(row + 10, column);
    case 'Home':
      return place(event.ctrlKey ? 0 : row, 0);
    case 'End':
      return place(event.ctrlKey ? lastRow : row, lastColumn);
    default:
      return null;
  }
}

function clamp(value: number, last: number): number {
  return Math.max(-1, Math.min(last, value));
}
