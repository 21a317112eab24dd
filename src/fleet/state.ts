import type { Severity, Verdict } from '../verdict/finding.js';
import { VERDICTS } from '../verdict/finding.js';

/**
 * What one node has to say on one row of a matrix: a verdict, or, on a row of a listener that other nodes have, that this one
 * has `none` such, or that it was `unseen`, as the tables of this node could not be read.
 */
export type State =
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly severity: Severity }
  | { readonly kind: 'none' }
  | { readonly kind: 'unseen' };

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info', 'unknown', 'none'];

/** A state as one byte; of two verdicts, the lower is the worse. */
export type StateCode = number;

export const NONE: StateCode = VERDICTS.length * SEVERITIES.length;
export const UNSEEN: StateCode = NONE + 1;

/** Every state at the place of its code. */
export const STATES: readonly State[] = [
  ...SEVERITIES.flatMap((severity) => VERDICTS.map((verdict): State => ({ kind: 'verdict', verdict, severity }))),
  { kind: 'none' },
  { kind: 'unseen' },
];

export function stateCode(verdict: Verdict, severity: Severity): StateCode {
  return SEVERITIES.indexOf(severity) * VERDICTS.length + VERDICTS.indexOf(verdict);
}

export function stateOf(code: StateCode): State {
  return STATES[code] ?? { kind: 'unseen' };
}

/** Whether nothing can be said of the row, so that it neither agrees with other nodes nor differs from them. */
export function isOpen(code: StateCode): boolean {
  const state = stateOf(code);
  return state.kind === 'unseen' || (state.kind === 'verdict' && state.verdict === 'unverified');
}

/** A fault that somebody should look at. */
export function isFault(code: StateCode): boolean {
  const state = stateOf(code);
  return state.kind === 'verdict' && (state.severity === 'error' || state.severity === 'warning');
}

/** Whether a state says that the service of a row listens on the node, wherever it does. */
export function isServed(code: StateCode): boolean {
  const state = stateOf(code);
  if (state.kind !== 'verdict') return false;
  switch (state.verdict) {
    case 'ok':
    case 'exposed':
    case 'wrong-address':
    case 'narrowed':
      return true;
    case 'missing':
    case 'wrong-owner':
    case 'unverified':
    case 'not-applicable':
    case 'unexpected':
      return false;
  }
}
