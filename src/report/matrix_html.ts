import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Fleet } from '../fleet/fleet.js';
import type { FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { type State, stateOf } from '../fleet/state.js';
import { type Severity, severitiesOf, VERDICTS, type Verdict } from '../verdict/finding.js';
import {
  type CommonParts,
  columnLabel,
  commonParts,
  commonText,
  foldColumns,
  type NodeColumn,
  nodeColumns,
} from './matrix_columns.js';
import { cellAdvice, cellDetails, standingOut } from './matrix_details.js';
import {
  LEGEND,
  MARKS,
  nodeCount,
  pageText,
  RESULT_SYMBOLS,
  resultCounts,
  SET_ASIDE,
  SYMBOLS,
  setAsideText,
  stateText,
  VERDICT_MEANINGS,
} from './matrix_text.js';
import { toleratedText } from './matrix_tolerated.js';
import { COMMAND, type PageColumn, type PageData, type PageMatrix } from './page/data.js';

/** With more nodes than this, those that look alike share a column. */
const MAX_SINGLE_COLUMNS = 40;

/** Cells of one table, beyond which listeners are left out: more would keep a browser busy for seconds. */
const MAX_CELLS = 60_000;

/** Characters of details: with the cells, this keeps a page below 5 MB. */
const MAX_DETAILS = 2_000_000;

/** Lines of text below the tables. */
const MAX_LINES = 300;

/**
 * The matrix as one page for a browser, which needs no network. Everything from snapshots is in it as escaped text or as data,
 * and the policy allows no script and no style but the page's own, by their hashes.
 */
export function toMatrixHtml(fleet: Fleet): string {
  const style = embeddable(readFileSync(new URL('page/style.css', import.meta.url), 'utf8'));
  const script = embeddable(readFileSync(new URL('page/main.js', import.meta.url), 'utf8'));
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  const shown = fleet.matrices.map(shownPart);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(`k8s-sockwatch, ${nodeCount(fleet)}: ${fleet.summary.result}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
${summary(fleet)}
<form id="filter" hidden>
<input id="filter-text" type="search" placeholder="Filter by service, port, node, role or verdict" aria-label="Filter rows and nodes" autocomplete="off" spellcheck="false">
<label><input id="worst-first" type="checkbox"> Worst first</label>
<label><input id="filter-faults" type="checkbox"> Faults only</label>
<label><input id="filter-odd" type="checkbox"> Differences only</label>
</form>
<p id="shown" class="soft" role="status"></p>
${shown.map(table).join('\n')}
<details><summary>Legend</summary>
<p>${escaped(LEGEND)}</p>
<dl class="legend">${VERDICTS.map(legendEntry).join('')}</dl>
</details>
${text(shown)}
</main>
<dialog id="details" aria-labelledby="details-title">
<header><h2 id="details-title"></h2><form method="dialog"><button>Close</button></form></header>
<div id="details-content"></div>
<p><a id="details-link" href="#">Link to this</a></p>
</dialog>
<script id="data" type="application/json">${JSON.stringify(dataOf(shown)).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** The part of a matrix that is on the page. */
interface ShownMatrix {
  readonly matrix: Matrix;
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly NodeColumn[];
}

/** The most interesting columns come first if nodes share them, and the least interesting listeners are left out. */
function shownPart(matrix: Matrix): ShownMatrix {
  const { nodes, rows } = matrix;
  const single = nodeColumns(nodes, rows);
  if (nodes.length <= MAX_SINGLE_COLUMNS) return { matrix, rows, columns: single };
  const columns = foldColumns(single).sort((a, b) => badness(a.nodes[0]) - badness(b.nodes[0]));
  const page = rows.filter(({ expected }) => expected !== null).length;
  const count = Math.max(page, Math.floor(MAX_CELLS / columns.length));
  return { matrix, rows: rows.slice(0, count), columns };
}

function badness({ result }: FleetNode): number {
  return ['drift', 'incomplete', 'match'].indexOf(result);
}

/** A script or style, which must not end the element that contains it. */
function embeddable(content: string): string {
  if (/<\/(script|style)|<!--/i.test(content)) throw new TypeError('it would end its own element');
  return content.trim();
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(content: string): string {
  return content.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function chip(severity: Severity, word: string): string {
  return `<span class="chip ${severity}">${escaped(`${SYMBOLS[severity]} ${word}`)}</span>`;
}

/** A verdict as in the tables, with each severity that it can have. */
function legendEntry(verdict: Verdict): string {
  const chips = severitiesOf(verdict).map((severity) => {
    const state: State = { kind: 'verdict', verdict, severity };
    const { symbol, word } = stateText(state);
    return `<span class="chip ${toneOf(state)}">${symbol} ${word}</span>`;
  });
  return `<dt>${chips.join(' ')}<dd>${escaped(VERDICT_MEANINGS[verdict])}`;
}

function summary(fleet: Fleet): string {
  const { matrices, cluster, unreadable, setAside } = fleet;
  const { result } = fleet.summary;
  const tolerated = toleratedText(fleet);
  const times = matrices.flatMap((matrix) => matrix.nodes.map(({ capturedAt }) => capturedAt)).sort();
  const [first = '', last = ''] = [times[0], times.at(-1)];
  const captured = first === last ? first : `${first} to ${last}`;
  return [
    `<h1>${escaped(`${RESULT_SYMBOLS[result]} ${result}`)} <small>${escaped(nodeCount(fleet))}</small></h1>`,
    `<p>${escaped(resultCounts(fleet))}${tolerated === null ? '' : `; ${escaped(tolerated)}`}${captured === '' ? '' : ` <span class="soft">captured ${escaped(captured)}</span>`}</p>`,
    matrices.length > 1
      ? '<p>The nodes were compared with different pages or notes. Each has its own table, and rows of different tables are not compared.</p>'
      : '',
    list(
      'In the cluster as a whole',
      cluster.map(({ severity, verdict, message }) => `${chip(severity, verdict)} ${escaped(message)}`),
    ),
    list(
      'Could not be read',
      unreadable.map(({ source, reason }) => `${chip('unknown', source)} ${escaped(reason)}`),
    ),
    list(
      SET_ASIDE,
      setAside.map((one) => escaped(setAsideText(one))),
    ),
  ].join('\n');
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<h2>${title}</h2>\n<ul>${items.map((item) => `<li>${item}`).join('\n')}</ul>`;
}

function table({ matrix, rows, columns }: ShownMatrix): string {
  const title = escaped(pageText(matrix.page));
  const more = matrix.rows.length - rows.length;
  const common = commonParts(matrix.nodes);
  const corner = [`${matrix.nodes.length} nodes`, commonText(common) ?? []].flat().join('; ');
  return `<h2>${title}</h2>
<div class="scroller"><table role="grid" aria-label="Rows and nodes: ${title}">
<colgroup><col class="name"><col span="${columns.length}" class="node"></colgroup>
<thead><tr><td class="corner">${escaped(corner)}${columns.map((column) => columnHead(column, common)).join('')}
${rows.map((row, at) => bodyRow(row, at, rows, columns)).join('\n')}
</table></div>
${more > 0 ? `<p>… and ${more} more listeners that are not on the page; --format json has them all</p>` : ''}`;
}

function columnHead(column: NodeColumn, common: CommonParts): string {
  const { label, role, result, gaps } = column.nodes[0];
  const seen = gaps.length === 0 ? '' : ', partly seen';
  return `<th scope="col" title="${escaped(label)}"><b>${escaped(columnLabel(column, common))}</b><small>${role}</small><small class="${result}">${RESULT_SYMBOLS[result]} ${result}${seen}</small>`;
}

function bodyRow(row: MatrixRow, at: number, rows: readonly MatrixRow[], columns: readonly NodeColumn[]): string {
  const { section, place, service } = row;
  const heading = `<tbody><tr class="section"><th colspan="${columns.length + 1}"><span>${section}</span>\n`;
  const cells = columns.map((column) => bodyCell(column, at)).join('');
  return `${rows[at - 1]?.section === section ? '' : heading}<tr><th scope="row"><b>${escaped(place).replace(/\/(tcp|udp)$/, '<wbr>$&')}</b><small>${escaped(service)}</small>${cells}`;
}

/** End tags are left out, as HTML allows: a page has tens of thousands of cells. */
function bodyCell({ cells }: NodeColumn, at: number): string {
  const cell = cells[at];
  if (cell === undefined) return '<td>';
  const state = stateOf(cell.state);
  const { symbol, word } = stateText(state);
  const classes = [toneOf(state), ...(cell.mark === null ? [] : ['odd'])].join(' ');
  const mark = cell.mark === null ? '' : ` <b class="${cell.mark}">${MARKS[cell.mark]}</b>`;
  return `<td class="${classes}">${symbol}<i> ${word}</i>${mark}`;
}

/** Named after severities. */
function toneOf(state: State): string {
  if (state.kind !== 'verdict') return state.kind === 'unseen' ? 'unknown' : 'none';
  return state.verdict === 'not-applicable' ? 'none' : state.severity;
}

/** The same in words: for paper, for readers without a script, and to search. */
function text(shown: readonly ShownMatrix[]): string {
  const lines = shown.flatMap(({ matrix, rows }) => standingOut(matrix, rows));
  if (lines.length === 0) return '';
  const more = lines.length > MAX_LINES ? `\n… and ${lines.length - MAX_LINES} more lines` : '';
  return `<pre>${escaped(lines.slice(0, MAX_LINES).join('\n') + more)}</pre>`;
}

function dataOf(shown: readonly ShownMatrix[]): PageData {
  const details = new DetailsTable();
  return { matrices: shown.map((one) => pageMatrix(one, details)), details: details.texts };
}

function pageMatrix({ rows, columns }: ShownMatrix, details: DetailsTable): PageMatrix {
  const cells = rows.map(() => Array<number>(columns.length).fill(0));
  const worstFirst = columns
    .flatMap(({ nodes, cells }, column) =>
      cells.slice(0, rows.length).map(({ state }, row) => ({ state, row, column, node: nodes[0] })),
    )
    .sort((a, b) => a.state - b.state);
  for (const { row, column, node } of worstFirst) {
    const [shownRow, shownCells] = [rows[row], cells[row]];
    if (shownRow !== undefined && shownCells !== undefined) {
      const [what, ...commands] = cellAdvice(shownRow, node);
      const advice = what === undefined ? [] : [`What to do: ${what}`, ...commands.map((one) => COMMAND + one)];
      shownCells[column] = details.add([...cellDetails(shownRow, node), ...advice].join('\n'));
    }
  }
  return { cells, columns: columns.map(pageColumn) };
}

function pageColumn({ nodes }: NodeColumn): PageColumn {
  const [{ role, roleSource, result, capturedAt, source, gaps, remarks }] = nodes;
  return {
    labels: nodes.map(({ label }) => label),
    facts: [
      ['Role', `${role} (${roleSource})`],
      ['Result', `${RESULT_SYMBOLS[result]} ${result}`],
      ['Captured', capturedAt],
      ['File', source],
      ...remarks.map((remark) => ['Remark', remark] as const),
      ...gaps.map((gap) => ['Not seen', gap] as const),
    ],
  };
}

/** Details of cells, each text once, as long as there is room. */
class DetailsTable {
  readonly texts = ['', 'Details are left out to limit the size of the page; --format json has them.'];
  readonly #numbers = new Map(this.texts.map((one, at) => [one, at]));
  #length = 0;

  add(details: string): number {
    const known = this.#numbers.get(details);
    if (known !== undefined) return known;
    if (this.#length + details.length > MAX_DETAILS) return 1;
    this.#length += details.length;
    const number = this.texts.push(details) - 1;
    this.#numbers.set(details, number);
    return number;
  }
}
