import stringWidth from 'string-width';
import { printable } from '../base/text.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type Finding, SEVERITIES, VERDICTS } from '../verdict/finding.js';
import { endpointOf } from '../verdict/text/finding.js';
import { listenerText, ownersText } from '../verdict/text/format.js';

/** Rank of a finding: lower is worse. */
function badness({ verdict, severity }: Finding): number {
  return VERDICTS.indexOf(verdict) * SEVERITIES.length + SEVERITIES.indexOf(severity);
}

/** The result in words. A node with findings that `--fail-on` allows is not called a match. */
function conclusion({ summary, findings }: SnapshotDocument): string {
  const notANode = findings.find(({ code }) => code === 'not-a-node');
  if (notANode !== undefined) return notANode.message;
  const passed = findings.filter(({ severity }) => severity === 'error' || severity === 'warning').length;
  const drift = passed === 0 ? 'no drift was found' : `${passed} findings are allowed by --fail-on ${summary.failOn}`;
  switch (summary.result) {
    case 'match':
      return passed === 0 ? 'the node matches the page' : drift;
    case 'drift':
      return 'the node drifts from the page';
    case 'incomplete':
      return `${drift}, and the answer is incomplete`;
  }
}

/** A snapshot as text: a header, one line per finding, worst first, and what could not be read. */
export function toTable(document: SnapshotDocument): string {
  const rows = document.findings
    .filter(({ code }) => code !== 'not-a-node')
    .toSorted((a, b) => badness(a) - badness(b))
    .map((finding) => [
      finding.verdict,
      finding.expected?.service ?? '-',
      endpointOf(finding.expected) || '-',
      wordsOf(finding),
    ]);
  const lines = [
    ...headLines(document),
    '',
    ...columns([['VERDICT', 'SERVICE', 'PAGE', 'NODE'], ...rows]),
    ...namespaceLines(document),
    ...coverageLines(document),
  ];
  return lines.map((line) => `${printable(line).trimEnd()}\n`).join('');
}

function headLines(document: SnapshotDocument): string[] {
  const { node, spec, summary, generator, capturedAt, coverage } = document;
  const { defaultInterface, defaultAddresses } = node;
  const isRead = coverage.sources.some(({ name, status }) => name === 'network' && status === 'ok');
  const noRoute = isRead ? 'no default route' : 'default route unknown';
  const addresses = defaultInterface === null ? noRoute : `${defaultInterface.name} ${defaultAddresses.join(' ')}`;
  const counts = VERDICTS.filter((verdict) => summary.verdicts[verdict] > 0).map(
    (verdict) => `${summary.verdicts[verdict]} ${verdict}`,
  );
  const byName =
    summary.byName === 0 ? '' : ` (${summary.byName} rows recognized by name only, which any user can choose)`;
  const notes = spec.notes.length === 0 ? 'no notes' : `notes ${spec.notes.join(', ')}`;
  return [
    `${node.hostname}  role ${node.role} (${node.roleSource})  ${addresses}`,
    `${spec.title} (${spec.source}; ${notes})  ${capturedAt}  ${generator.name} ${generator.version}`,
    `${conclusion(document)}: ${counts.join(' · ')}${byName}`,
  ];
}

function wordsOf({ message, matchedBy }: Finding): string {
  const weak = matchedBy === 'comm' ? ' [matched by comm, which any process can choose]' : '';
  return `${message}${weak}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((row) => row.map(printable));
  const widths = [0, 1, 2].map((column) => Math.max(...safe.map((row) => stringWidth(row[column] ?? ''))));
  return safe.map((row) =>
    row.map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(cell)))).join('  '),
  );
}

/** One line per namespace, and one per TCP or UDP listener in it. */
function namespaceLines({ namespaces, sockets }: SnapshotDocument): string[] {
  if (namespaces === null) return [];
  const lines = namespaces.flatMap(({ netns, name, processes, pods, error }) => {
    const whose = pods.length === 0 ? (name ?? 'no pod') : `pod ${pods.join(', ')}`;
    const listeners = sockets.filter((socket) => socket.netns === netns && socket.protocol !== 'unix');
    return [
      `${netns}  ${whose}, ${processes} processes${error === null ? '' : `; ${error}`}`,
      ...listeners.map((one) => `  ${listenerText(one)}/${one.protocol}  ${ownersText([one])}`),
    ];
  });
  return ['', 'Other network namespaces (not evaluated):', ...(lines.length === 0 ? ['none'] : lines)];
}

function coverageLines({ coverage }: SnapshotDocument): string[] {
  const lines = coverage.sources.flatMap(({ name, via, status, error, note }) => [
    ...(status === 'ok' ? [] : [`${name}: ${status}: ${error ?? 'no reason given'}`]),
    ...(note === null ? [] : [`${name}: read from ${via}: ${note}`]),
  ]);
  return lines.length === 0 ? [] : ['', 'Not read completely, or read another way:', ...lines];
}
