import { isFault } from '../../fleet/state.js';
import { MARKS, RESULT_SYMBOLS } from '../matrix_words.js';
import type { PageRow } from './data.js';
import { element } from './element.js';
import { lookAt, type Model, type Node, saidIn } from './model.js';

/** Columns that fit on a sheet of paper on its side. */
const ACROSS = 7;

/** More nodes than this are no use on paper; the filter says which. */
const MOST_NODES = 70;

/** Faults that are told in words below the tables. */
const MOST_FAULTS = 300;

/** The shown part of a matrix for paper: blocks of nodes one under the other, and what is wrong in words. */
export function printed(model: Model): HTMLElement[] {
  const faulty = (node: Node): number => Number(node.column.states.some((state) => isFault(state)));
  const nodes = model.nodes.toSorted((a, b) => faulty(b) - faulty(a)).slice(0, MOST_NODES);
  const left = model.nodes.length - nodes.length;
  const blocks = Array.from({ length: Math.ceil(nodes.length / ACROSS) }, (_, at) =>
    blockOf(model.rows, nodes.slice(at * ACROSS, (at + 1) * ACROSS)),
  );
  const note = `${left} more nodes are left out here, those without faults first; filter to choose what is printed.`;
  return [...blocks, ...(left > 0 ? [element('p', {}, note)] : []), ...faultsIn({ ...model, nodes })];
}

function blockOf(rows: readonly PageRow[], nodes: readonly Node[]): HTMLElement {
  const heads = nodes.map(({ label, role, result }) =>
    element(
      'th',
      { scope: 'col' },
      element('b', {}, label),
      element('small', {}, role),
      element('small', {}, `${RESULT_SYMBOLS[result]} ${result}`),
    ),
  );
  const body = rows.map((row) => {
    const cells = nodes.map((node) => {
      const { symbol, word, mark, tone } = lookAt(node, row);
      return element('td', { class: `tone-${tone}` }, `${symbol} ${word}${mark === null ? '' : ` ${MARKS[mark]}`}`);
    });
    const name = element(
      'th',
      { scope: 'row' },
      element('b', {}, row.place),
      element('small', {}, `${row.service} (${row.section})`),
    );
    return element('tr', {}, name, ...cells);
  });
  const head = element('thead', {}, element('tr', {}, element('td'), ...heads));
  return element('table', {}, head, element('tbody', {}, ...body));
}

function faultsIn(model: Model): HTMLElement[] {
  const items: HTMLElement[] = [];
  for (const row of model.rows) {
    for (const node of model.nodes) {
      const { state, symbol, word } = lookAt(node, row);
      if (!isFault(state) || items.length >= MOST_FAULTS) continue;
      const said = saidIn(model, node, row);
      items.push(
        element('li', {}, `${symbol} ${word}, ${row.service} ${row.place} on ${node.label}: ${said?.message ?? ''}`),
      );
    }
  }
  if (items.length === 0) return [];
  const title = items.length < MOST_FAULTS ? 'Faults' : `The first ${MOST_FAULTS} faults`;
  return [element('h3', {}, title), element('ul', {}, ...items)];
}
