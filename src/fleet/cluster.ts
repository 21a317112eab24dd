import { printable } from '../base/text.js';
import type { ClusterRule } from '../spec/notes.js';
import type { Spec } from '../spec/spec.js';
import { applyNotes } from '../verdict/applied_row.js';
import { expectedOf } from '../verdict/evaluate.js';
import type { Severity } from '../verdict/finding.js';
import { stateAt } from './mark.js';
import type { FleetNode, Matrix, MatrixRow } from './matrix.js';
import { isListening, isUnknown, stateOf } from './state.js';
import { pageSubjects } from './subject.js';

/** What a note says of a service in a whole cluster, with the rows by which its presence is known. */
export interface ServiceRule {
  readonly rule: ClusterRule;
  readonly service: string;
  /** Keys of the service's rows. */
  readonly keys: readonly string[];
  /** The rows apply only where the service runs, so that a missing one proves that it does. */
  readonly isConditional: boolean;
}

/** `duplicate`: on more nodes than there may be. The others as for a row. */
export type ClusterVerdict = 'ok' | 'missing' | 'duplicate' | 'unverified' | 'not-applicable';

const SEVERITY: Readonly<Record<ClusterVerdict, Severity>> = {
  ok: 'none',
  missing: 'error',
  duplicate: 'error',
  unverified: 'unknown',
  'not-applicable': 'none',
};

/** What holds for a cluster and cannot be told by one node. */
export interface ClusterFinding {
  readonly rule: ClusterRule;
  readonly service: string;
  readonly verdict: ClusterVerdict;
  readonly severity: Severity;
  readonly message: string;
  /** Those the message is about: with too many, where the service runs; with too few, where it does not. */
  readonly nodes: readonly FleetNode[];
}

/** The rules of a page's notes, one for each service. */
export function clusterRules(spec: Spec): ServiceRule[] {
  const rules = new Map<string, ServiceRule>();
  const subjects = pageSubjects(spec.rows.map(expectedOf));
  for (const [at, row] of spec.rows.entries()) {
    const { cluster, condition, service } = applyNotes(row, spec.notes, 'unknown');
    const key = subjects[at]?.key;
    if (cluster === null || key === undefined) continue;
    const id = JSON.stringify([cluster, service]);
    rules.set(id, {
      rule: cluster,
      service: printable(service),
      keys: [...(rules.get(id)?.keys ?? []), key],
      isConditional: condition !== null,
    });
  }
  return [...rules.values()];
}

/** Whether a service runs on a node; `open` where that could not be seen, `excused` where no row of it applies. */
type Presence = 'yes' | 'no' | 'excused' | 'open';

interface Sighting {
  readonly node: FleetNode;
  readonly presence: Presence;
}

/**
 * Judges the rules over all nodes, of several snapshots of one machine by the latest. `unreadable` counts inputs that may
 * each have been a further node. Of a single machine nothing is said.
 */
export function clusterFindings(
  matrices: readonly Matrix[],
  rules: readonly ServiceRule[],
  unreadable: number,
): ClusterFinding[] {
  const latest = latestOf(matrices.flatMap(({ nodes }) => nodes));
  if (latest.size < 2) return [];
  return rules.map((rule) => {
    const sightings = matrices.flatMap(({ rows, nodes }) => {
      const own = rows.filter(({ key }) => rule.keys.includes(key));
      return nodes
        .filter((node) => latest.has(node))
        .map((node) => ({ node, presence: presenceOf(node, own, rule.isConditional) }));
    });
    const [verdict, message, nodes] = JUDGES[rule.rule](rule.service, sightings, unreadable);
    return {
      rule: rule.rule,
      service: rule.service,
      verdict,
      severity: SEVERITY[verdict],
      message: `${message}${verdict === 'ok' ? '' : apart(sightings)}`,
      nodes,
    };
  });
}

function latestOf(nodes: readonly FleetNode[]): ReadonlySet<FleetNode> {
  const latest = new Map<string, FleetNode>();
  for (const node of nodes) {
    const other = latest.get(node.identity);
    if (other === undefined || other.capturedAt < node.capturedAt) latest.set(node.identity, node);
  }
  return new Set(latest.values());
}

function presenceOf(node: FleetNode, rows: readonly MatrixRow[], isConditional: boolean): Presence {
  const codes = rows.map((row) => stateAt(node, row));
  const verdicts = codes.map(stateOf).flatMap((state) => (state.kind === 'verdict' ? state.verdict : []));
  if (codes.some(isListening) || (isConditional && verdicts.includes('missing'))) return 'yes';
  if (codes.length === 0 || codes.some(isUnknown)) return 'open';
  return verdicts.every((verdict) => verdict === 'not-applicable') ? 'excused' : 'no';
}

type Judge = (
  service: string,
  sightings: readonly Sighting[],
  unreadable: number,
) => readonly [ClusterVerdict, string, readonly FleetNode[]];

const JUDGES: Readonly<Record<ClusterRule, Judge>> = {
  'exactly-one': (service, sightings, unreadable) => {
    const holders = having(sightings, 'yes');
    const open = having(sightings, 'open');
    const all = sightings.map(({ node }) => node);
    if (holders.length > 1) {
      return [
        'duplicate',
        `${service} runs on ${holders.length} nodes (${named(holders)}); a cluster has one`,
        holders,
      ];
    }
    const rest = unseenText(open, unreadable);
    if (holders.length === 1) {
      return rest === null
        ? ['ok', `${service} runs on ${named(holders)}, and on no other of ${all.length} nodes`, holders]
        : ['unverified', `${service} runs on ${named(holders)}; whether elsewhere too could not be seen ${rest}`, open];
    }
    return rest === null
      ? ['missing', `${service} runs on none of the ${all.length} nodes given (${named(all)}); a cluster has one`, all]
      : ['unverified', `${service} was not found, and whether it runs could not be seen ${rest}`, open];
  },

  'every-control-plane': (service, sightings, unreadable) => {
    const planes = sightings.filter(({ node }) => node.role === 'control-plane');
    const absent = [...having(planes, 'no'), ...having(planes, 'excused')];
    const holders = having(planes, 'yes');
    const unsure = sightings.filter(({ node, presence }) => node.role === 'unknown' && presence !== 'yes');
    const open = [...having(planes, 'open'), ...unsure.map(({ node }) => node)];
    const rest = unseenText(open, unreadable);
    if (planes.length > 0 && having(planes, 'excused').length === planes.length) {
      return ['not-applicable', `${service} has no row that applies to a control plane node here`, []];
    }
    if (absent.length > 0) {
      const runs = holders.length === 0 ? '' : `; it runs on ${named(holders)}`;
      const text = `${service} does not run on ${absent.length} of ${planes.length} control plane nodes (${named(absent)})${runs}`;
      return ['missing', text, absent];
    }
    if (rest !== null) return ['unverified', `whether ${service} runs could not be seen ${rest}`, open];
    return planes.length === 0
      ? ['not-applicable', `${service} belongs on control plane nodes, and none was given`, []]
      : ['ok', `${service} runs on every control plane node given (${named(holders)})`, holders];
  },
};

function having(sightings: readonly Sighting[], presence: Presence): FleetNode[] {
  return sightings.filter((one) => one.presence === presence).map(({ node }) => node);
}

function unseenText(open: readonly FleetNode[], unreadable: number): string | null {
  const where = open.length === 0 ? [] : [`on ${named(open)}`];
  const inputs =
    unreadable === 0 ? [] : [`in ${unreadable} ${unreadable === 1 ? 'input' : 'inputs'} that could not be read`];
  const texts = [...where, ...inputs];
  return texts.length === 0 ? null : texts.join(' and ');
}

/** So many names are still read. */
const NAMED = 10;

function named(nodes: readonly FleetNode[]): string {
  const names = nodes.slice(0, NAMED).map(({ label }) => label);
  return names.join(', ') + (nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '');
}

/** A service may have moved between snapshots that were taken this long after each other. */
const MOVED_MINUTES = 5;

function apart(sightings: readonly Sighting[]): string {
  const times = sightings.map(({ node }) => Date.parse(node.capturedAt)).filter((time) => !Number.isNaN(time));
  const minutes = Math.round(
    (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / 60_000,
  );
  return minutes < MOVED_MINUTES
    ? ''
    : `; the snapshots are up to ${minutes} minutes apart, so it may have moved meanwhile`;
}
