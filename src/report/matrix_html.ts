import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { Column } from '../fleet/column.js';
import type { Fleet } from '../fleet/fleet.js';
import type { FleetNode, JudgedBy, Matrix, MatrixRow } from '../fleet/matrix.js';
import { LITERAL } from '../fleet/text_parts.js';
import type { Severity } from '../verdict/finding.js';
import { standingOut } from './matrix_details.js';
import { passedText } from './matrix_passed.js';
import { counted, LEGEND, RESULT_SYMBOLS, SYMBOLS } from './matrix_words.js';
import type { PageColumn, PageData, PageNode, PageRow } from './page/data.js';

/** Lines of the summary for a browser that runs no script. */
const MOST_LINES = 300;

/**
 * The matrix as one page for a browser: it needs no network and opens from a disk. What comes from snapshots is in it twice,
 * as escaped text and as data in base64, so that nothing in a snapshot becomes markup or script; and the page allows no
 * script and no style but its own two, by their hashes.
 */
export function toMatrixHtml(fleet: Fleet): string {
  const style = asset('style.css');
  const script = asset('main.js');
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  const { nodes, result } = fleet.summary;
  const title = `${counted(nodes.match + nodes.drift + nodes.incomplete, 'node')}: ${result}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>k8s-sockwatch, ${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${summary(fleet)}
<form id="filter" hidden>
<input id="filter-text" type="search" placeholder="Filter by service, port, node, role or verdict" aria-label="Filter rows and nodes" autocomplete="off" spellcheck="false">
<label><input id="filter-faults" type="checkbox"> Faults only</label>
<label><input id="filter-odd" type="checkbox"> Odd ones out only</label>
</form>
<p id="shown" class="soft" role="status"></p>
<div id="matrices"></div>
<p class="soft">${escaped(LEGEND)}</p>
<noscript>
<p>Without JavaScript the matrix itself cannot be shown; this is what stands out in it.</p>
${plain(fleet)}
</noscript>
</main>
<dialog id="details" aria-labelledby="details-title">
<header><h2 id="details-title"></h2><form method="dialog"><button>Close</button></form></header>
<div id="details-content"></div>
</dialog>
<script id="data" type="text/plain">${packed(dataOf(fleet))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** A file of the page, without what would end the element it stands in. */
function asset(name: string): string {
  const text = readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8').trim();
  if (/<\/(script|style)|<!--/i.test(text)) throw new TypeError(`${name} would end its own element`);
  return text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function chip(severity: Severity, word: string): string {
  return `<span class="chip tone-${severity}">${escaped(`${SYMBOLS[severity]} ${word}`)}</span>`;
}

function summary(fleet: Fleet): string {
  const { matrices, cluster, unreadable } = fleet;
  const { nodes, result } = fleet.summary;
  const total = nodes.match + nodes.drift + nodes.incomplete;
  const counts = (['drift', 'incomplete', 'match'] as const).map(
    (one) => `${RESULT_SYMBOLS[one]} ${nodes[one]} ${one}`,
  );
  const passed = passedText(fleet);
  const times = matrices.flatMap((matrix) => matrix.nodes.map(({ capturedAt }) => capturedAt)).sort();
  const [first = '', last = ''] = [times[0], times.at(-1)];
  const captured = first === last ? first : `${first} to ${last}`;
  return [
    `<h1>${escaped(`${RESULT_SYMBOLS[result]} ${result}`)} <small>${escaped(counted(total, 'node'))}</small></h1>`,
    `<p>${escaped(counts.join(' · '))}${passed === null ? '' : `; ${escaped(passed)}`}${captured === '' ? '' : ` <span class="soft">captured ${escaped(captured)}</span>`}</p>`,
    ...(matrices.length > 1
      ? [
          '<p>The nodes were judged by different pages or notes: each has a table of its own, and rows of different tables are not compared.</p>',
        ]
      : []),
    ...list(
      'In the cluster as a whole',
      cluster.map(({ severity, verdict, message }) => `${chip(severity, verdict)} ${escaped(message)}`),
    ),
    ...list(
      'Could not be read',
      unreadable.map(({ source, reason }) => `${chip('unknown', source)} ${escaped(reason)}`),
    ),
  ].join('\n');
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [`<h2>${title}</h2>`, '<ul>', ...items.map((item) => `<li>${item}</li>`), '</ul>'];
}

function plain({ matrices, texts }: Fleet): string {
  const lines = matrices.flatMap((matrix) => [titleOf(matrix.page), ...standingOut(matrix, matrix.rows, texts.parts)]);
  const cut = lines.length > MOST_LINES ? `\n… and ${lines.length - MOST_LINES} more lines` : '';
  return `<pre>${escaped(lines.slice(0, MOST_LINES).join('\n') + cut)}</pre>`;
}

function titleOf({ title, source, notes }: JudgedBy): string {
  return `${title} (${source}; ${notes.length === 0 ? 'no notes' : `notes ${notes.join(', ')}`})`;
}

function packed(data: PageData): string {
  return deflateRawSync(JSON.stringify(data), { level: 9 }).toString('base64');
}

function dataOf({ matrices, texts }: Fleet): PageData {
  return {
    parts: texts.parts,
    matrices: matrices.map(({ page, rows, nodes }: Matrix) => ({
      title: titleOf(page),
      rows: rows.map(pageRow),
      nodes: nodes.map(pageNode),
    })),
  };
}

function pageRow({ number, section, service, place, protocol, agreement, ownerlessTwins }: MatrixRow): PageRow {
  return { number, section, service, place, protocol, agreement, ownerlessTwins };
}

function pageNode(node: FleetNode): PageNode {
  const { label, role, roleSource, capturedAt, source, result, gaps, blind, column } = node;
  return { label, role, roleSource, capturedAt, source, result, gaps, blind: [...blind], column: pageColumn(column) };
}

function pageColumn({ rows, states, matchedBy, messages, reasons, fillings }: Column): PageColumn {
  return {
    rows: Array.from(rows, (row, at) => row - (rows[at - 1] ?? 0)),
    states: Array.from(states),
    matchedBy: Array.from(matchedBy),
    messages: Array.from(messages),
    reasons: Array.from(reasons),
    fillings: Array.from(fillings, (filling) => (filling >= LITERAL ? filling - LITERAL : -1 - filling)),
  };
}
