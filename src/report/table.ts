import { addTo } from '../base/multimap.js';
import { printable } from '../base/text.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { CLAIM_NAMES, CLAIM_RESULTS, type Claim } from '../verdict/claim.js';
import { isOfNoNode } from '../verdict/codes.js';
import { type Advice, type Expected, type Finding, SEVERITIES, VERDICTS } from '../verdict/finding.js';
import { certificateText } from '../verdict/text/claim.js';
import { listed, listenerText, ownersText } from '../verdict/text/format.js';
import { endpointOf } from '../verdict/text/sentences.js';
import { aligned } from './aligned.js';

/** Rank of a finding: lower is worse, and of two that are alike, the cause. */
function badness({ verdict, severity, causedBy }: Finding): number {
  return (
    (VERDICTS.indexOf(verdict) * SEVERITIES.length + SEVERITIES.indexOf(severity)) * 2 + (causedBy === null ? 0 : 1)
  );
}

/** The result in words. A node with findings that `--fail-on` allows is not called a match. */
function conclusion({ summary, findings, claims = [] }: SnapshotDocument): string {
  const noNode = findings.find(({ code }) => isOfNoNode(code));
  if (noNode !== undefined) return noNode.message;
  const passed = [...findings, ...claims].filter(
    ({ severity }) => severity === 'error' || severity === 'warning',
  ).length;
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

/** A snapshot as text, in pieces: a header, one line per finding, worst first, and what could not be read. */
export function* toTable(document: SnapshotDocument): Generator<string> {
  for (const line of tableLines(document)) yield `${printable(line).trimEnd()}\n`;
}

function* tableLines(document: SnapshotDocument): Generator<string> {
  const findings = document.findings
    .filter(({ code }) => !isOfNoNode(code))
    .toSorted((a, b) => badness(a) - badness(b));
  const rows = findings.map((finding) => [
    finding.verdict,
    finding.expected?.service ?? '-',
    endpointOf(finding.expected) || '-',
    wordsOf(finding),
  ]);
  yield* headLines(document);
  yield '';
  yield* aligned([['VERDICT', 'SERVICE', 'EXPECTED', 'ACTUAL'], ...rows]);
  yield* claimLines(document);
  yield* adviceLines(findings);
  yield* namespaceLines(document);
  yield* remarkLines(document);
  yield* coverageLines(document);
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
  const release = spec.release === null ? '' : `, ${spec.release}`;
  const notes = spec.notes.length === 0 ? 'no notes' : `notes ${spec.notes.join(', ')}`;
  return [
    `${node.hostname}  role ${node.role} (${node.roleSource})  ${addresses}`,
    `${spec.title} (${spec.source}${release}; ${notes})  ${capturedAt}  ${generator.name} ${generator.version}`,
    `${conclusion(document)}: ${counts.join(' · ')}${byName}${causeText(document)}`,
  ];
}

function wordsOf({ message, matchedBy }: Finding): string {
  const weak = matchedBy === 'comm' ? ' [matched by comm, which any process can choose]' : '';
  return `${message}${weak}`;
}

/** What was asked, one line per claim, worst first, and the certificates that were shown. */
function* claimLines({ claims, unasked = [] }: SnapshotDocument): Generator<string> {
  if (claims === undefined) return;
  const rank = ({ result, severity, claim }: Claim): number =>
    (CLAIM_RESULTS.indexOf(result) * SEVERITIES.length + SEVERITIES.indexOf(severity)) * CLAIM_NAMES.length +
    CLAIM_NAMES.indexOf(claim);
  const lines = claims
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ result, severity, claim, row, endpoint, message, certificate }) => [
      severity === 'warning' ? `${result} (warning)` : result,
      row.service,
      endpoint ?? endpointOf(row),
      claim,
      certificate === null ? message : `${message} (${certificateText(certificate)})`,
    ]);
  yield '';
  if (lines.length === 0) yield 'No claim was probed.';
  else yield* aligned([['CLAIM', 'SERVICE', 'PROBED AT', 'WHAT', 'ANSWER'], ...lines]);
  const groups = new Map<string, string[]>();
  for (const { row, message } of unasked) addTo(groups, message, placeOf(row));
  for (const [message, places] of groups) yield `Not probed: ${listed(places, ', ')}: ${message}`;
}

/** What to do, worst first: nothing for what is caused by another finding, and once for findings with the same advice. */
function* adviceLines(findings: readonly Finding[]): Generator<string> {
  const groups = new Map<string, { readonly advice: Advice; readonly about: string[] }>();
  for (const { severity, expected, advice, causedBy } of findings) {
    if (advice === null || causedBy !== null || severity === 'none' || severity === 'info') continue;
    const key = JSON.stringify(advice);
    const { about } = groups.get(key) ?? { about: [] };
    groups.set(key, { advice, about: [...about, expected === null ? 'unexpected' : placeOf(expected)] });
  }
  if (groups.size === 0) return;
  yield '';
  yield 'What to do:';
  for (const { advice, about } of groups.values()) {
    yield `${listed(about, ', ')}: ${advice.text}`;
    for (const command of advice.commands) yield `  ${command}`;
  }
}

function placeOf(expected: Expected): string {
  return `${expected.service} ${endpointOf(expected)}`;
}

/** How many findings have their cause in which others. */
function causeText({ findings }: SnapshotDocument): string {
  const causes = findings.flatMap(({ causedBy }) => (causedBy === null ? [] : (findings[causedBy]?.expected ?? [])));
  return causes.length === 0 ? '' : `; ${causes.length} of these wait for ${listed(causes.map(placeOf), ', ')}`;
}

/** One line per namespace, and one per TCP or UDP listener in it. */
function* namespaceLines({ namespaces, sockets }: SnapshotDocument): Generator<string> {
  if (namespaces === null) return;
  const byNetns = new Map<string, OwnedListener[]>();
  for (const socket of sockets) addTo(byNetns, socket.netns, socket);
  yield '';
  yield 'Other network namespaces (not evaluated):';
  if (namespaces.length === 0) yield 'none';
  for (const { netns, name, processes, pods, podNames = [], error } of namespaces) {
    const shown = podNames.length === pods.length ? podNames : pods;
    const whose = pods.length === 0 ? (name ?? 'no pod') : `pod ${listed(shown, ', ')}`;
    yield `${netns}  ${whose}, ${processes} processes${error === null ? '' : `; ${error}`}`;
    for (const one of byNetns.get(netns) ?? []) {
      if (one.protocol !== 'unix') yield `  ${listenerText(one)}/${one.protocol}  ${ownersText([one])}`;
    }
  }
}

function remarkLines({ spec: { remarks } }: SnapshotDocument): string[] {
  return remarks.length === 0 ? [] : ['', 'About the page:', ...remarks.map(({ message }) => message)];
}

function coverageLines({ coverage }: SnapshotDocument): string[] {
  const lines = coverage.sources.flatMap(({ name, via, status, error, note }) => [
    ...(status === 'ok' ? [] : [`${name}: ${status}: ${error ?? 'no reason given'}`]),
    ...(note === null ? [] : [`${name}: read from ${via}: ${note}`]),
  ]);
  return lines.length === 0 ? [] : ['', 'Not read completely, or read another way:', ...lines];
}
