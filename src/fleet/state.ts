import { SEVERITIES, type Severity, VERDICTS, type Verdict } from '../verdict/finding.js';

/**
 * The state of one row of a matrix on one node: a verdict; `none`, if other nodes have a listener that this one has not; or
 * `unseen`, if the node's socket tables do not tell.
 */
export type State =
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly severity: Severity }
  | { readonly kind: 'none' }
  | { readonly kind: 'unseen' };

/** A state as one byte. Of two verdicts, the worse has the lower code. */
export type StateCode = number;

export const NONE: StateCode = VERDICTS.length * SEVERITIES.length;
export const UNSEEN: StateCode = NONE + 1;

/** All states, by code. */
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

/** Of a row of another release's page, on a node whose page does not have it. */
export const NOT_ON_ITS_PAGE = stateCode('not-applicable', 'none');

/** Whether the state is unknown, so that it neither agrees with other nodes nor differs from them. */
export function isUnknown(code: StateCode): boolean {
  const state = stateOf(code);
  return state.kind === 'unseen' || (state.kind === 'verdict' && state.verdict === 'unverified');
}

/** Whether the state is an error or a warning. */
export function isFault(code: StateCode): boolean {
  const state = stateOf(code);
  return state.kind === 'verdict' && (state.severity === 'error' || state.severity === 'warning');
}

/** Whether the service of a row listens on the node, at any address. */
export function isListening(code: StateCode): boolean {
  const state = stateOf(code);
  if (state.kind !== 'verdict') return false;
  switch (state.verdict) {
    case 'ok':
    case 'exposed':
    case 'wrong-address':
    case 'narrowed':
    case 'configured':
      return true;
    case 'missing':
    case 'wrong-owner':
    case 'unverified':
    case 'not-applicable':
    case 'unexpected':
      return false;
  }
}
