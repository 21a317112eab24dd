import t from 'tap';
import { failure, fixtureText, parseText, rowText } from './helpers.js';

/*
 * Plausible edits of a page in the published layout, as people make them for a release or for their own site. Each is read as a careful
 * reader reads it, or refused with its line; none is silently read otherwise.
 */

const LAYOUT = fixtureText('pages/layout/1.36.md').trimEnd().split('\n');
const ROWS = parseText(LAYOUT.join('\n')).rows.map(rowText);

/** The line of the layout that contains `text`, from 1. */
function lineOf(text: string): number {
  const at = LAYOUT.findIndex((line) => line.includes(text));
  if (at === -1 || at !== LAYOUT.findLastIndex((line) => line.includes(text))) throw new Error(`not one line: ${text}`);
  return at + 1;
}

const ALL = lineOf('### Services on all nodes');
const CONTROL_PLANE = lineOf('### Services on control plane nodes only');
const END = LAYOUT.length;
/** Of the last row for all nodes. */
const LAST_ALL = lineOf('*:10250');
const HEADER = [LAYOUT[ALL + 1] ?? '', LAYOUT[ALL + 2] ?? ''];

interface Edit {
  readonly name: string;
  /** The lines that are replaced, from 1; `last` is `first - 1` where nothing is. */
  readonly first: number;
  readonly last: number;
  readonly lines: readonly string[];
  /** The line at which it is refused, or the rows that a careful reader reads. */
  readonly result: number | readonly string[];
}

function replace(name: string, line: number, lines: readonly string[], result: Edit['result']): Edit {
  return { name, first: line, last: line, lines, result };
}

function insert(name: string, after: number, lines: readonly string[], result: Edit['result']): Edit {
  return { name, first: after + 1, last: after, lines, result };
}

/** The heading of the control plane's table in another form; refused `offset` lines below where it was. */
function heading(name: string, lines: readonly string[], offset = 0): Edit {
  return replace(`heading: ${name}`, CONTROL_PLANE, lines, CONTROL_PLANE + offset);
}

/** A listener below the last table for all nodes. */
function listener(name: string, lines: readonly string[], offset = 0): Edit {
  return insert(`listener: ${name}`, LAST_ALL, ['', ...lines], LAST_ALL + 2 + offset);
}

/** Another description of k8sd's row; a condition that a careful reader reads, or refused. */
function described(description: string, condition: string | null | 'refused'): Edit {
  const line = lineOf('default:6400');
  const old = 'all k8sd default:6400/tcp';
  const rows = ROWS.map((row) => (row === old && condition !== null ? `${row} (${condition})` : row));
  const lines = [`| default:6400 | TCP | k8sd | ${description} |`];
  return replace(`description: ${description}`, line, lines, condition === 'refused' ? line : rows);
}

/** A column more in the table for all nodes; null: its cells do not matter. */
function column(name: string, cell: string, result: number | null): Edit {
  const lines = LAYOUT.slice(ALL + 1, LAST_ALL).map((line, at) => `${line} ${[name, '---'][at] ?? cell} |`);
  return {
    name: `column: ${name}`,
    first: ALL + 2,
    last: LAST_ALL,
    lines,
    result: result === null ? ROWS : ALL + result,
  };
}

/** Text between a heading and its table. */
function between(name: string, lines: readonly string[], isRead = false): Edit {
  return insert(`between: ${name}`, CONTROL_PLANE, ['', ...lines], isRead ? ROWS : CONTROL_PLANE + 2);
}

const NEW_ROW = '| localhost:9345 | TCP | new-service | Words. |';
const EDITS: readonly Edit[] = [
  heading('HTML', ['<h3>Services on control plane nodes only</h3>']),
  heading('HTML on several lines', ['<h3>', 'Services on control plane nodes only', '</h3>']),
  heading('a summary', ['<details><summary>Services on control plane nodes only</summary>', '']),
  heading('a list item', ['- Services on control plane nodes only']),
  heading('a numbered item', ['2. Services on control plane nodes only']),
  heading('a quote', ['> Services on control plane nodes only']),
  heading('bold', ['**Services on control plane nodes only**']),
  heading('bold, with a sentence', ['**Control plane.** These services run there.']),
  heading('bold, with a sentence that names no role', ['**Edge.** These services run there.']),
  heading('italic', ['*Services on edge nodes*']),
  heading('bold, and a line', ['**Control plane nodes**', '', '---']),
  heading('text', ['Services on control plane nodes only']),
  heading('text with a colon', ['Services on control plane nodes only:']),
  heading('an admonition', [':::{admonition} Services on control plane nodes only', ':::']),
  heading('an admonition with its name within', ['```{note}', 'Services on control plane nodes only', '```'], 1),
  heading('a rubric', ['```{rubric} Services on control plane nodes only', '```']),
  heading('tabs', ['::::{tab-set}', ':::{tab-item} Control plane']),
  heading('a dropdown', [':::{dropdown} Services on control plane nodes only']),
  heading('a definition list', ['Control plane nodes', ': These services.']),
  heading('reStructuredText', ['Services on control plane nodes only', '^^^^^^^^^^^^^^^^^^^^']),
  heading('underlined with spaces', ['Services on control plane nodes only', '- - -']),
  heading('without a space', ['###Services on control plane nodes only']),
  heading('indented', ['    ### Services on control plane nodes only']),
  heading('commented out', ['<!-- ### Services on control plane nodes only -->']),
  heading('a comment of MyST', ['% ### Services on control plane nodes only']),
  heading('struck out', ['### ~~Services on control plane nodes only~~']),
  heading('another role', ['### Services on edge nodes']),
  heading('some nodes of a role', ['### Services on GPU worker nodes']),
  heading('a role in a comment', ['### Services <!-- control plane only -->']),
  heading('one node', ['### Services on the first node']),
  heading('no role', ['### Services in addition'], 2),
  heading('two roles', ['### Services on control plane nodes (workers: see below)']),
  heading('optional', ['### Optional services on control plane nodes']),
  heading('a condition', ['### Services on control plane nodes, if etcd is the datastore']),
  replace('heading: underlined', CONTROL_PLANE, ['Services on control plane nodes only', '------'], ROWS),
  replace('heading: another level and words', CONTROL_PLANE, ['## Control-plane nodes'], ROWS),
  replace('heading: masters', CONTROL_PLANE, ['### On master nodes'], ROWS),

  listener('a list', ['- localhost:9345: new-service (TCP)']),
  listener('a list by port', ['* 9345 (TCP): new-service']),
  listener('a list by service', ['* **new-service**: TCP port 9345']),
  listener('a list with a listed port', ['- 6443/tcp, k8s-apiserver-proxy']),
  listener('a numbered list', ['1. new-service, 9345']),
  listener('a task list', ['- [ ] 9345 new-service']),
  listener('a sentence', ['The new-service listens on port 9345.']),
  listener('a quote', ['> new-service: 9345']),
  listener('a definition list', ['new-service', ': 9345, TCP'], 1),
  listener(
    'a simple table of reStructuredText',
    ['==============  ========', 'localhost:9345  TCP', '==============  ========'],
    1,
  ),
  listener('a grid table of reStructuredText', ['+------+-----+', '| 9345 | TCP |', '+------+-----+'], 1),
  listener('csv-table', ['```{csv-table}', 'localhost:9345,TCP,new-service', '```']),
  listener('list-table', ['```{list-table}', '* - localhost:9345', '  - TCP', '```']),
  listener('a directive of reStructuredText', ['.. csv-table:: Ports', '', '   localhost:9345,TCP,new-service']),
  listener('an HTML table', ['<table><tr><td>localhost:9345</td></tr></table>']),
  listener('HTML', ['<ul><li>new-service</li></ul>']),
  listener('code', ['```', 'new-service 9345/tcp', '```'], 1),
  listener('YAML', ['```yaml', 'port: 9345', '```'], 1),
  listener('indented code', ['    localhost:9345 new-service']),
  listener('a substitution', ['{{new_services}}']),
  listener('a substitution in a sentence', ['There is {{new_service}} as well.']),
  listener('a role that substitutes', ['{sub-ref}`new-services`']),
  listener('an include', ['```{include} /new-services.md', '```']),
  listener('an include of another tool', ['--8<-- "new-services.md"']),
  listener('a template', ['{% include "new-services.md" %}']),
  listener('a footnote', ['[^1]: localhost:9345 as well.']),
  listener('an abstract socket', ['There is unix:@other as well.']),
  listener('a socket in a list', ['- /run/other/other.sock']),
  insert('listener: below the rows without a header', LAST_ALL, ['', NEW_ROW], LAST_ALL + 2),
  insert('listener: a table in a list', LAST_ALL, ['', '- x', '', ...HEADER.map((line) => `  ${line}`)], LAST_ALL + 4),
  insert(
    'listener: one row more',
    LAST_ALL,
    [NEW_ROW],
    [...ROWS.slice(0, 10), 'all new-service localhost:9345/tcp', ...ROWS.slice(10)],
  ),
  replace(
    'listener: another protocol as well',
    LAST_ALL,
    ['| *:10250 | TCP/UDP | kubelet | X. |'],
    [...ROWS.slice(0, 10), 'all kubelet *:10250/udp', ...ROWS.slice(10)],
  ),
  replace('listener: UDP in a description', LAST_ALL, ['| *:10250 | TCP | kubelet | Also over UDP. |'], LAST_ALL),
  replace('listener: a port in a description', LAST_ALL, ['| *:10250 | TCP | kubelet | Also on 10255. |'], LAST_ALL),
  replace(
    'listener: an interface in a description',
    LAST_ALL,
    ['| *:10250 | TCP | kubelet | On localhost. |'],
    LAST_ALL,
  ),
  replace('listener: two ports in a cell', LAST_ALL, ['| *:10250, *:10255 | TCP | kubelet | X. |'], LAST_ALL),
  replace('listener: a range', LAST_ALL, ['| *:30000-32767 | TCP | kubelet | X. |'], LAST_ALL),
  replace('listener: struck out', LAST_ALL, ['| *:10250 | TCP | kubelet | ~~Its API.~~ |'], LAST_ALL),
  replace('listener: hidden', LAST_ALL, ['| *:10250 | TCP | kubelet | <del>Its API.</del> |'], LAST_ALL),
  replace('listener: deleted', LAST_ALL, [], ROWS.toSpliced(9, 1)),
  replace('listener: commented out', LAST_ALL, ['<!-- | *:10250 | TCP | kubelet | X. | -->'], LAST_ALL),

  column('Runs on', 'control plane', 2),
  column('Availability', '1.34', 2),
  column('Requires', 'network feature', 2),
  column('Since', '1.34', 2),
  column('Status', 'optional', 2),
  column('Feature', 'network', 2),
  column('Role', 'worker', 2),
  column('', '', 2),
  column('Reference', '[docs](https://docs.test/9345)', null),
  column('Security', 'TLS', null),
  column('Security', 'only if enabled', 4),
  column('Reference', 'workers only', 4),
  column('Component', 'also 9345', 4),

  described('REST API (when the cluster is formed)', 'when the cluster is formed'),
  described('REST API. Only applies if clustering is on.', 'Only applies if clustering is on'),
  described('REST API, if enabled.', 'if enabled'),
  described('REST API when clustering is enabled.', 'when clustering is enabled'),
  described('REST API. Optional.', 'Optional'),
  described('REST API. Disabled by default.', 'Disabled by default'),
  described('REST API. Requires clustering.', 'Requires clustering'),
  described('REST API. Not used with Cluster API.', 'Not used with Cluster API'),
  described('REST API. Unless Cluster API is used.', 'Unless Cluster API is used'),
  described('REST API (IPv6 only).', 'IPv6 only'),
  described('REST API. Deprecated.', 'refused'),
  described('REST API. Since 1.34.', 'refused'),
  described('REST API (with Cluster API).', 'refused'),
  described('REST API. Used when nodes join.', 'refused'),
  described('REST API.[^1]', 'refused'),
  described('REST API.†', 'refused'),
  described('REST API.\\*', 'refused'),
  described('REST API*', 'refused'),
  described('REST API. Beta.', 'refused'),
  described('REST API, with the clustering feature.', 'refused'),
  described('REST API once the node has joined.', 'refused'),
  described('REST API <!-- only if clustered -->', 'refused'),
  described('REST API, on workers.', 'refused'),
  described('REST API, on control plane nodes only.', 'refused'),
  described('REST API, on one node only.', 'refused'),
  described('REST API, {{condition}}.', 'refused'),
  described('REST API. See {ref}`clustering`.', null),
  described('REST API, over TCP. Requires a client certificate.', null),

  between('a sentence', ['These services need certificates: they talk to each other over TLS.'], true),
  between('a sentence about them', ['These services talk to each other over TLS.'], true),
  between('a note', ['```{note}', 'They talk to each other over TLS.', '```'], true),
  between('the role again', ['On control plane nodes there are these:'], true),
  between('another role', ['The following run on workers, too.']),
  between('a condition', ['These are only needed for Cilium.']),
  between('a condition in a note', [':::{note}', 'These apply if Cilium is installed.', ':::']),
  between('a list', ['- Cilium']),
  between('words', ['Cilium']),
  insert('a footnote at the end', END, ['', '[^1]: Only if Hubble is enabled.'], END + 2),
  insert('a condition at the end', END, ['', '\\* Only with Hubble.'], END + 2),
  insert('a section of links', END, ['', '## See also', '', '- [Cilium](https://docs.test/1)'], ROWS),
  insert('a target', CONTROL_PLANE - 1, ['(services-on-control-plane-nodes)=', ''], ROWS),
];

t.test('plausible edits', (t) => {
  for (const { name, first, last, lines, result } of EDITS) {
    const text = [...LAYOUT.slice(0, first - 1), ...lines, ...LAYOUT.slice(last), ''].join('\n');
    if (typeof result !== 'number') t.strictSame(readRows(text), result, name);
    else t.match(readRows(text), `p.md:${result}: expected `, name);
  }
  t.ok(EDITS.length > 100);
  t.equal(new Set(EDITS.map(({ name, lines }) => name + lines)).size, EDITS.length);
  t.end();
});

function readRows(text: string): readonly string[] | string {
  try {
    return parseText(text).rows.map(rowText);
  } catch {
    return failure(() => parseText(text)).message;
  }
}
