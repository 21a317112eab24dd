import { printable } from '../base/text.js';
import type { ClusterRule } from '../spec/notes.js';
import type { Spec } from '../spec/spec.js';
import { applyNotes } from '../verdict/applied_row.js';
import { expectedOf } from '../verdict/evaluate.js';
import type { Severity } from '../verdict/finding.js';
import { type ClusterCode, type ClusterParams, clusterText } from '../verdict/text/cluster.js';
import { shownAt } from './mark.js';
import type { FleetNode, Matrix, MatrixRow } from './matrix.js';
import { isListening, isUnknown, stateOf } from './state.js';
import { pageSubjects } from './subject.js';

/** What the notes say of a service in a whole cluster, and the rows that show whether it runs. */
export interface ServiceRule {
  readonly rule: ClusterRule;
  readonly service: string;
  /** Keys of the service's rows. */
  readonly keys: readonly string[];
  /** Whether the rows apply only where the service runs, so that a missing listener proves that it does. */
  readonly isConditional: boolean;
}

/** `duplicate`: on more nodes than there may be. The others as for a row. */
export type ClusterVerdict = 'ok' | 'missing' | 'duplicate' | 'unverified' | 'not-applicable';

const VERDICT: Readonly<Record<ClusterCode, ClusterVerdict>> = {
  'runs-on-one-node': 'ok',
  'runs-on-several-nodes': 'duplicate',
  'runs-on-no-node': 'missing',
  'may-run-elsewhere': 'unverified',
  'may-run-unseen': 'unverified',
  'may-run-on-control-planes': 'not-applicable',
  'runs-on-every-control-plane': 'ok',
  'missing-on-control-planes': 'missing',
  'may-be-missing': 'unverified',
  'not-used': 'not-applicable',
  'no-control-planes': 'not-applicable',
  'not-told-apart': 'unverified',
};

const SEVERITY: Readonly<Record<ClusterVerdict, Severity>> = {
  ok: 'none',
  missing: 'error',
  duplicate: 'error',
  unverified: 'unknown',
  'not-applicable': 'none',
};

/** What is true of a cluster and no single node can show. */
export interface ClusterFinding {
  readonly rule: ClusterRule;
  readonly service: string;
  readonly verdict: ClusterVerdict;
  readonly severity: Severity;
  readonly code: ClusterCode;
  readonly params: ClusterParams;
  readonly message: string;
  /** The nodes at issue: where a service runs, where it is missing, or where it could not be seen. */
  readonly nodes: readonly FleetNode[];
}

/** The cluster rules in the notes of a spec, one for each service. */
export function clusterRules(spec: Spec): ServiceRule[] {
  const rules = new Map<string, ServiceRule>();
  for (const { rows } of spec.isByRelease ? spec.builtin.toReversed() : [spec]) {
    const subjects = pageSubjects(rows.map(expectedOf));
    for (const [at, row] of rows.entries()) {
      const { cluster, condition, service } = applyNotes(row, spec.notes, 'unknown');
      const key = subjects[at]?.key;
      if (cluster === null || key === undefined) continue;
      const id = JSON.stringify([cluster, service]);
      rules.set(id, {
        rule: cluster,
        service: printable(service),
        keys: [...new Set([...(rules.get(id)?.keys ?? []), key])],
        isConditional: condition !== null,
      });
    }
  }
  return [...rules.values()];
}

/** Whether a service runs on a node; `not-applicable` if none of its rows applies there. */
type Presence = 'yes' | 'no' | 'unknown' | 'not-applicable';

interface NodePresence {
  readonly node: FleetNode;
  readonly presence: Presence;
}

/**
 * Evaluates the rules over all nodes. `unreadable` is the number of inputs that could each have been another node, and
 * `perhapsOlder` are the nodes that may be the same as another one, which counts then: what is true only with them, or only
 * without them, is unknown. There are no findings about a single machine; machines of no cluster do not count.
 */
export function clusterFindings(
  matrices: readonly Matrix[],
  rules: readonly ServiceRule[],
  unreadable: number,
  perhapsOlder: ReadonlySet<FleetNode | undefined>,
): ClusterFinding[] {
  const all = matrices.flatMap(({ nodes }) => nodes.filter(({ isInCluster }) => isInCluster));
  if (all.length < 2) return [];
  const certain = all.filter((node) => !perhapsOlder.has(node));
  return rules.map((rule) => {
    const finding = findingOver(all, rule, matrices, unreadable);
    if (certain.length === all.length || finding.severity === 'unknown' || finding.verdict === 'not-applicable') {
      return finding;
    }
    const without = findingOver(certain, rule, matrices, unreadable);
    if (without.code === finding.code && certain.length > 1) return without;
    const nodes = all.filter((node) => perhapsOlder.has(node));
    return clusterFinding(rule, 'not-told-apart', { ...finding.params, perhapsOlder: labels(nodes) }, nodes);
  });
}

function findingOver(
  counted: readonly FleetNode[],
  rule: ServiceRule,
  matrices: readonly Matrix[],
  unreadable: number,
): ClusterFinding {
  const among = new Set(counted);
  const presences = matrices.flatMap(({ rows, nodes }) => {
    const own = rows.filter(({ key }) => rule.keys.includes(key));
    return nodes
      .filter((node) => among.has(node))
      .map((node) => ({ node, presence: presenceOf(node, own, rule.isConditional) }));
  });
  const { code, runsOn, missingOn, unknownOn, nodes } = EVALUATE[rule.rule](presences, unreadable);
  const params: ClusterParams = {
    runsOn: labels(runsOn),
    missingOn: labels(missingOn),
    unknownOn: labels(unknownOn),
    perhapsOlder: [],
    unreadableInputs: unreadable,
    minutesApart: minutesApart(counted),
  };
  return clusterFinding(rule, code, params, nodes);
}

function clusterFinding(
  { rule, service }: ServiceRule,
  code: ClusterCode,
  params: ClusterParams,
  nodes: readonly FleetNode[],
): ClusterFinding {
  const verdict = VERDICT[code];
  const message = clusterText(service, code, params);
  return { rule, service, verdict, severity: SEVERITY[verdict], code, params, message, nodes };
}

function presenceOf(node: FleetNode, rows: readonly MatrixRow[], isConditional: boolean): Presence {
  const codes = rows.map((row) => shownAt(node, row).state);
  const verdicts = codes.map(stateOf).flatMap((state) => (state.kind === 'verdict' ? state.verdict : []));
  if (codes.some(isListening) || (isConditional && verdicts.includes('missing'))) return 'yes';
  if (codes.length === 0 || codes.some(isUnknown)) return 'unknown';
  return verdicts.every((verdict) => verdict === 'not-applicable') ? 'not-applicable' : 'no';
}

interface Answer {
  readonly code: ClusterCode;
  readonly runsOn: readonly FleetNode[];
  readonly missingOn: readonly FleetNode[];
  readonly unknownOn: readonly FleetNode[];
  /** Those of the finding. */
  readonly nodes: readonly FleetNode[];
}

const EVALUATE: Readonly<Record<ClusterRule, (presences: readonly NodePresence[], unreadable: number) => Answer>> = {
  'exactly-one': (presences, unreadable) => {
    const runsOn = having(presences, 'yes');
    const unknownOn = having(presences, 'unknown');
    const missingOn = [...having(presences, 'no'), ...having(presences, 'not-applicable')];
    const known = { runsOn, missingOn, unknownOn };
    const isOpen = unknownOn.length > 0 || unreadable > 0;
    if (runsOn.length > 1) return { ...known, code: 'runs-on-several-nodes', nodes: runsOn };
    if (runsOn.length === 1) {
      return isOpen
        ? { ...known, code: 'may-run-elsewhere', nodes: unknownOn }
        : { ...known, code: 'runs-on-one-node', nodes: runsOn };
    }
    if (isOpen) return { ...known, code: 'may-run-unseen', nodes: unknownOn };
    // Every cluster has control planes, and any of its services can run there.
    return !presences.some(({ node }) => node.role === 'control-plane')
      ? { ...known, code: 'may-run-on-control-planes', nodes: [] }
      : { ...known, code: 'runs-on-no-node', nodes: missingOn };
  },

  'every-control-plane': (presences, unreadable) => {
    const planes = presences.filter(({ node }) => node.role === 'control-plane');
    const runsOn = having(planes, 'yes');
    const notApplicable = having(planes, 'not-applicable');
    const missingOn = [...having(planes, 'no'), ...notApplicable];
    const perhapsPlanes = presences.filter(({ node, presence }) => node.role === 'unknown' && presence !== 'yes');
    const unknownOn = [...having(planes, 'unknown'), ...perhapsPlanes.map(({ node }) => node)];
    const known = { runsOn, missingOn, unknownOn };
    if (planes.length > 0 && notApplicable.length === planes.length) return { ...known, code: 'not-used', nodes: [] };
    if (missingOn.length > 0) return { ...known, code: 'missing-on-control-planes', nodes: missingOn };
    if (unknownOn.length > 0 || unreadable > 0) {
      return { ...known, code: 'may-be-missing', nodes: unknownOn };
    }
    return planes.length === 0
      ? { ...known, code: 'no-control-planes', nodes: [] }
      : { ...known, code: 'runs-on-every-control-plane', nodes: runsOn };
  },
};

function having(presences: readonly NodePresence[], presence: Presence): FleetNode[] {
  return presences.filter((one) => one.presence === presence).map(({ node }) => node);
}

function labels(nodes: readonly FleetNode[]): string[] {
  return nodes.map(({ label }) => label);
}

function minutesApart(nodes: readonly FleetNode[]): number {
  const times = nodes.map(({ capturedAt }) => Date.parse(capturedAt)).filter((time) => !Number.isNaN(time));
  const [first = 0, last = first] = [Math.min(...times), Math.max(...times)];
  return times.length === 0 ? 0 : Math.round((last - first) / 60_000);
}
