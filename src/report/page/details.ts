import { markOf } from '../../fleet/mark.js';
import { isFault, NONE, stateOf } from '../../fleet/state.js';
import { counted, MARKS, RESULT_SYMBOLS, stateWords } from '../matrix_words.js';
import type { PageRow } from './data.js';
import { element } from './element.js';
import type { Chosen } from './grid.js';
import { type Look, lookAt, type Model, type Node, saidIn } from './model.js';

/** What stands behind a cell, a row or a node, as the contents of a dialog: a title, then the rest. */
export function detailsOf(model: Model, chosen: Chosen): [title: string, ...content: HTMLElement[]] {
  switch (chosen.kind) {
    case 'cell':
      return [
        `${chosen.row.service} ${chosen.row.place}`,
        verdictLine(lookAt(chosen.node, chosen.row), ` on ${chosen.node.label}`),
        ...wordsOf(model, chosen.node, chosen.row),
        nodeFacts(chosen.node),
      ];
    case 'row':
      return [
        `${chosen.row.service} ${chosen.row.place}`,
        element('p', { class: 'soft' }, `Section: ${chosen.row.section}`),
        ...byState(model, chosen.row),
      ];
    case 'node':
      return [chosen.node.label, nodeFacts(chosen.node), ...faultsOf(model, chosen.node)];
  }
}

function verdictLine({ symbol, word, tone }: Look, where: string): HTMLElement {
  return element(
    'p',
    { class: 'verdict' },
    element('span', { class: `chip tone-${tone}` }, `${symbol} ${word}`),
    where,
  );
}

function wordsOf(model: Model, node: Node, row: PageRow): HTMLElement[] {
  const said = saidIn(model, node, row);
  const { state } = lookAt(node, row);
  const texts =
    said === null
      ? [
          stateOf(state).kind === 'none'
            ? 'This node has no such listener that the page and its notes leave unexplained.'
            : UNSEEN,
        ]
      : [said.message, said.reason === null ? '' : `Why: ${said.reason}`, matchText(said.matchedBy)];
  return [...texts, comparison(node, row)].filter((text) => text !== '').map((text) => element('p', {}, text));
}

const UNSEEN =
  'This cannot be told: the tables of this node, or the holder of a socket on this port, could not be seen.';

function matchText(matchedBy: string | null): string {
  if (matchedBy === null) return '';
  return matchedBy === 'comm'
    ? 'The owner was matched by comm, which any process can choose.'
    : `The owner was matched by ${matchedBy}.`;
}

function comparison(node: Node, row: PageRow): string {
  const agreement = row.agreement[node.role];
  const mark = markOf(agreement, lookAt(node, row).state);
  if (mark === null) return '';
  if (mark === 'differs' || typeof agreement === 'string') {
    return `${MARKS.differs} Nodes of the role ${node.role} differ here, and none of their answers is that of most.`;
  }
  const most = agreement === NONE ? 'have no such listener' : `are “${stateWords(stateOf(agreement)).word}”`;
  return `${MARKS.odd} Most nodes of the role ${node.role} ${most}.`;
}

function nodeFacts({ role, roleSource, capturedAt, source, result, gaps }: Node): HTMLElement {
  const facts: [string, string][] = [
    ['Role', `${role} (${roleSource})`],
    ['Result', `${RESULT_SYMBOLS[result]} ${result}`],
    ['Captured', capturedAt],
    ['File', source],
    ...gaps.map((gap): [string, string] => ['Not seen', gap]),
  ];
  return element('dl', {}, ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

/** Which nodes say what on a row. */
function byState(model: Model, row: PageRow): HTMLElement[] {
  const groups = new Map<string, { readonly look: Look; readonly labels: string[] }>();
  for (const node of model.nodes) {
    const look = lookAt(node, row);
    const key = `${look.state} ${look.mark}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { look, labels: [node.label] });
    else group.labels.push(node.label);
  }
  return [...groups.values()]
    .sort((a, b) => a.look.state - b.look.state)
    .flatMap(({ look, labels }) => [
      verdictLine(look, ` on ${counted(labels.length, 'node')}${look.mark === null ? '' : ` ${MARKS[look.mark]}`}`),
      element('p', { class: 'names' }, labels.join(', ')),
    ]);
}

/** All faults of a node, and where it is unlike the others. */
function faultsOf(model: Model, node: Node): HTMLElement[] {
  const found = model.rows
    .map((row) => ({ row, look: lookAt(node, row) }))
    .filter(({ look }) => isFault(look.state) || look.mark !== null)
    .sort((a, b) => a.look.state - b.look.state);
  if (found.length === 0)
    return [element('p', {}, 'No fault was found on this node, and nothing that others have otherwise.')];
  return found.flatMap(({ row, look }) => [
    verdictLine(look, ` ${row.service} ${row.place}`),
    ...wordsOf(model, node, row),
  ]);
}
