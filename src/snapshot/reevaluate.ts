import { coverageOf } from '../base/coverage.js';
import { assertKeys, assertObject, assertOneOf, assertSnapshot, assertSpec } from '../base/validate.js';
import { builtinSpec, specFor } from '../spec/builtin.js';
import type { Notes } from '../spec/notes.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { Capture } from '../verdict/capture.js';
import { evaluate } from '../verdict/evaluate.js';
import { type RoleAnswer, resolveRole } from '../verdict/role.js';
import type { FailOn, SnapshotDocument } from './document/document.js';
import { specPart } from './document/spec_part.js';
import { summarize } from './document/summary.js';

/** What a document is compared with. */
export interface ReevaluateOptions {
  /** What the node is compared with. Default: the built-in page of its release, with the built-in notes. */
  readonly spec?: Spec | undefined;
  /** Default: `auto`, the role in the document; if that is unknown, the one its sockets show. */
  readonly role?: Role | 'auto' | undefined;
  /** Default: `warning`. */
  readonly failOn?: FailOn | undefined;
}

/** The capture in a document, without the sockets of other namespaces, which are not evaluated. */
export function captureOf({ node, sockets, bound = [], files, coverage }: SnapshotDocument): Capture {
  const { role: _, roleSource: __, roleReason: ___, ...facts } = node;
  return {
    // The document has no marker file, only the role it gave, which reevaluate() keeps.
    node: { ...facts, markedRole: null },
    sockets: sockets.filter(({ netns }) => netns === node.netns),
    bound,
    files,
    coverage: coverageOf(coverage.sources),
  };
}

/**
 * Evaluates the capture in a document again: findings, summary, spec, role and explanations are replaced. Pure. With the same
 * spec, notes and role the verdicts stay the same.
 * @throws SockwatchError ERR_USAGE if it is not a snapshot, or for invalid options
 */
export function reevaluate(document: SnapshotDocument, options: ReevaluateOptions = {}): SnapshotDocument {
  assertSnapshot(document);
  const { spec: given, role: asked, failOn } = validOptions(options);
  const spec = specFor(given, document.node.release);
  const { capture, role } = captureWithRole(document, asked, spec.notes);
  const { findings, explanations } = evaluate(spec, capture, role.role);
  return {
    ...document,
    node: { ...document.node, ...role },
    spec: specPart(spec, document.node.release),
    summary: summarize(findings, capture.coverage, failOn, document.claims),
    findings,
    sockets: document.sockets.map((socket) => {
      const { by, text } = explanations.get(socket.id) ?? { by: null, text: null };
      const isSame = socket.explainedBy.by === by && socket.explainedBy.text === text;
      return isSame ? socket : { ...socket, explainedBy: { by, text } };
    }),
    coverage: capture.coverage,
  };
}

/** Options with their defaults. @throws SockwatchError ERR_USAGE */
export function validOptions(options: ReevaluateOptions): {
  [Key in keyof ReevaluateOptions]-?: NonNullable<ReevaluateOptions[Key]>;
} {
  assertObject('options are an object', options);
  assertKeys(options, { spec: true, role: true, failOn: true });
  const { spec = builtinSpec(), role = 'auto', failOn = 'warning' } = options;
  assertSpec(spec);
  assertOneOf('role', role, ['auto', 'control-plane', 'worker']);
  assertOneOf('failOn', failOn, ['error', 'warning', 'info', 'never']);
  return { spec, role, failOn };
}

/** The capture in a document, and the role to compare it in. */
export function captureWithRole(
  document: SnapshotDocument,
  asked: Role | 'auto',
  notes: Notes,
): { readonly capture: Capture; readonly role: RoleAnswer } {
  const capture = captureOf(document);
  return { capture, role: roleOf(document, capture, asked, notes) };
}

/** The role in the document may come from a file on the node, which is better evidence than sockets. */
function roleOf({ node }: SnapshotDocument, capture: Capture, asked: Role | 'auto', notes: Notes): RoleAnswer {
  const { role, roleSource, roleReason } = node;
  if (asked === 'auto' && role !== 'unknown') return { role, roleSource, roleReason };
  return resolveRole(asked, capture, notes);
}
