import { coverageOf } from '../base/coverage.js';
import { assertObject, assertOneOf, assertSnapshot, assertSpec } from '../base/validate.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { Capture } from '../verdict/capture.js';
import { evaluate } from '../verdict/evaluate.js';
import { type RoleAnswer, resolveRole } from '../verdict/role.js';
import type { FailOn, SnapshotDocument } from './document/document.js';
import { summarize } from './document/summary.js';

/** With what a document is compared anew. */
export interface ReevaluateOptions {
  /** What the node is compared with. */
  readonly spec: Spec;
  /** Default: `auto`, the role that the document gives; where that is unknown, what its sockets give away. */
  readonly role?: Role | 'auto';
  /** Default: `warning`. */
  readonly failOn?: FailOn;
}

/** What a document says was observed of the node itself: the sockets of other namespaces are listed there, not judged. */
export function captureOf({ node, sockets, files, coverage }: SnapshotDocument): Capture {
  const { hostname, kernel, netns, defaultInterface, interfaces, ephemeralPorts } = node;
  return {
    // Which marker the snap left is known by the role only, which reevaluate keeps.
    node: { hostname, kernel, netns, defaultInterface, interfaces, ephemeralPorts, markedRole: null },
    sockets: sockets.filter((socket) => socket.netns === netns),
    files,
    coverage: coverageOf(coverage.sources),
  };
}

/**
 * The document with what was observed compared anew: findings, summary, spec, role and explanations are replaced, all
 * else stays. Pure. With the page, notes and role it was made with, the findings are those it had.
 * @throws SockwatchError ERR_USAGE for what is no snapshot, and for options that are not valid
 */
export function reevaluate(document: SnapshotDocument, options: ReevaluateOptions): SnapshotDocument {
  assertSnapshot(document);
  assertObject('options are an object with a spec', options);
  const { spec, role: asked = 'auto', failOn = 'warning' } = options;
  assertSpec(spec);
  assertOneOf('role', asked, ['auto', 'control-plane', 'worker']);
  assertOneOf('failOn', failOn, ['error', 'warning', 'info', 'never']);
  const { capture, role } = captureWithRole(document, asked);
  const { findings, explanations } = evaluate(spec, capture, role.role);
  return {
    ...document,
    node: { ...document.node, ...role },
    spec: { title: spec.title, source: spec.source, sha256: spec.sha256, notes: spec.notes.sources },
    summary: summarize(findings, capture.coverage, failOn),
    findings,
    sockets: document.sockets.map((socket) => {
      const { by, text } = explanations.get(socket.id) ?? { by: null, text: null };
      const isSame = socket.explainedBy.by === by && socket.explainedBy.text === text;
      return isSame ? socket : { ...socket, explainedBy: { by, text } };
    }),
    coverage: capture.coverage,
  };
}

/** The capture in a document, and the role to compare it in. */
export function captureWithRole(
  document: SnapshotDocument,
  asked: Role | 'auto',
): { readonly capture: Capture; readonly role: RoleAnswer } {
  const capture = captureOf(document);
  return { capture, role: roleOf(document, capture, asked) };
}

/** A role that the document gives may rest on a file of the node, which is more than its sockets can tell. */
function roleOf({ node }: SnapshotDocument, capture: Capture, asked: Role | 'auto'): RoleAnswer {
  const { role, roleSource, roleReason } = node;
  if (asked === 'auto' && role !== 'unknown') return { role, roleSource, roleReason };
  return resolveRole(asked, capture.node, capture.sockets);
}
