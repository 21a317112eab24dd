import { Counter, Gauge, Registry } from 'prom-client';
import { printable } from '../base/text.js';
import type { Result, SnapshotDocument } from '../snapshot/document/document.js';
import { CLAIM_RESULTS, type Claim } from '../verdict/claim.js';
import { type Expected, type Finding, severitiesOf, VERDICTS } from '../verdict/finding.js';

/** Of the text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** What metrics are made of. */
export interface Measured {
  /** null: there has been no capture yet. */
  readonly capture: { readonly document: SnapshotDocument; readonly durationMs: number } | null;
  /** A capture has started and does not end, so that what is known is no longer the whole answer. */
  readonly isStuck: boolean;
  /** Kernel events that were dropped; null: none are observed. */
  readonly eventsLost: number | null;
  readonly version: string;
}

/** What a row can be. `unexpected` is said of listeners only. */
const STATES = VERDICTS.filter((verdict) => verdict !== 'unexpected').flatMap((verdict) =>
  severitiesOf(verdict).map((severity) => [verdict, severity] as const),
);

const RESULTS: readonly Result[] = ['match', 'drift', 'incomplete'];

/** Where a listener that nothing explains can be reached from; `link`: from the link of one interface. */
const REACHES = ['outside', 'link', 'loopback'] as const;

/**
 * The result of a node in Prometheus' text format. Labels are the page's words and codes; nothing that changes with each start of a
 * process (pid, inode, pod, address) is among them, as each value would be a time series of its own.
 */
export async function toPrometheus({ capture, isStuck, eventsLost, version }: Measured): Promise<string> {
  const registry = new Registry();
  const build = gauge(registry, 'build_info', 'The version of k8s-sockwatch; always 1.', ['version']);
  build.set({ version: printable(version) }, 1);
  gauge(registry, 'coverage_complete', 'Whether everything could be read: 1, or 0 where something may be missing.').set(
    capture?.document.coverage.complete === true && !isStuck ? 1 : 0,
  );
  if (eventsLost !== null) {
    new Counter({
      name: 'k8s_sockwatch_events_lost_total',
      help: 'Kernel events that were dropped; the tables are read again after each loss.',
      registers: [registry],
    }).inc(eventsLost);
  }
  if (capture !== null) addCapture(registry, capture);
  return registry.metrics();
}

function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: Label[] = [],
): Gauge<Label> {
  return new Gauge({ name: `k8s_sockwatch_${name}`, help, labelNames, registers: [registry] });
}

function addCapture(registry: Registry, { document, durationMs }: NonNullable<Measured['capture']>): void {
  gauge(registry, 'last_capture_timestamp_seconds', 'When the last capture began, in seconds since the epoch.').set(
    Date.parse(document.capturedAt) / 1000,
  );
  gauge(registry, 'capture_duration_seconds', 'How long the last capture took.').set(durationMs / 1000);
  const meaning =
    'Result of the node, as its exit code is: 1 for match (0), drift (1) or incomplete (3), 0 for the others.';
  const result = gauge(registry, 'result', meaning, ['result']);
  for (const one of RESULTS) result.set({ result: one }, Number(one === document.summary.result));
  addRows(registry, document.findings);
  if (document.claims !== undefined) addClaims(registry, document.claims);
  addUnexpected(registry, document.findings);
}

/** Of each row all verdicts, so that a series goes to 0 and does not just end. Rows that differ in the host alone are one. */
function addRows(registry: Registry, findings: readonly Finding[]): void {
  const rows = gauge(
    registry,
    'row_verdict',
    'Verdicts of a row of the page: 1 for that which it has, 0 for the others. A unix socket has no port.',
    ['service', 'port', 'protocol', 'verdict', 'severity'],
  );
  const judged = findings.flatMap(({ expected, verdict, severity }) =>
    expected === null ? [] : [{ row: rowLabels(expected), verdict, severity }],
  );
  for (const { row } of judged) {
    for (const [verdict, severity] of STATES) rows.set({ ...row, verdict, severity }, 0);
  }
  for (const { row, verdict, severity } of judged) rows.set({ ...row, verdict, severity }, 1);
}

function rowLabels({ service, port, protocol }: Expected) {
  return { service: printable(service), port: port === null ? '' : String(port), protocol };
}

/** Of each claim all results; of several endpoints of one port the worst. */
function addClaims(registry: Registry, claims: readonly Claim[]): void {
  const results = gauge(
    registry,
    'claim',
    'Whether a claim of the page is true of the listeners of a port: 1 for the result, of several endpoints the worst, 0 for the others.',
    ['service', 'port', 'claim', 'result'],
  );
  const worst = new Map<string, Claim>();
  for (const one of claims) {
    const key = JSON.stringify([one.row.service, one.row.port, one.claim]);
    const other = worst.get(key);
    if (other === undefined || rank(one) < rank(other)) worst.set(key, one);
  }
  for (const { row, claim, result } of worst.values()) {
    const { service, port } = rowLabels(row);
    for (const each of CLAIM_RESULTS) results.set({ service, port, claim, result: each }, Number(each === result));
  }
}

function rank({ result }: Claim): number {
  return CLAIM_RESULTS.indexOf(result);
}

function addUnexpected(registry: Registry, findings: readonly Finding[]): void {
  const unexpected = gauge(
    registry,
    'unexpected_listeners',
    'Listeners that neither the page nor a note explains, by where they can be reached from; a program counts once per port.',
    ['reach'],
  );
  for (const reach of REACHES) unexpected.set({ reach }, 0);
  for (const { verdict, severity, code } of findings) {
    if (verdict !== 'unexpected') continue;
    const near = code === 'not-in-spec-link-local' ? 'link' : 'loopback';
    unexpected.inc({ reach: severity === 'warning' ? 'outside' : near });
  }
}
