import type { PageColumn } from './data.js';

/* What is read from the tables, and what details are made of. */

export type Cell = HTMLTableCellElement;

export function badness({ classList }: Cell): number {
  return ['none', 'unknown', 'info', 'warning', 'error'].indexOf(classList[0] ?? '');
}

/** How many of some cells are errors, warnings, and differ from others. */
export function rankOf(cells: readonly Cell[]): readonly number[] {
  return ['error', 'warning', 'odd'].map((name) => cells.filter(({ classList }) => classList.contains(name)).length);
}

export function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((one, index) => one !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

export function clamp(at: number, length: number): number {
  return Math.max(0, Math.min(length - 1, at));
}

export function cellOf(target: EventTarget | null): Cell | null {
  return target instanceof Element ? target.closest<Cell>('th[scope=col], th[scope=row], td') : null;
}

export function textOf(node: Node | null | undefined): string {
  return node?.textContent?.trim() ?? '';
}

export function has(node: Node | null | undefined, word: string): boolean {
  return textOf(node).toLowerCase().includes(word);
}

/** The place and the service. */
export function rowName(cell: Cell | undefined): string {
  return [...(cell?.children ?? [])].map(textOf).join(' ');
}

/** Text stays text, whatever it contains. */
export function element(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

export function verdict(cell: Cell, where: string): HTMLElement {
  return element('p', 'verdict', element('span', `chip ${cell.className}`, textOf(cell)), where);
}

export function nodeFacts(column: PageColumn | undefined): HTMLElement[] {
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

export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${id}`);
  return found;
}
