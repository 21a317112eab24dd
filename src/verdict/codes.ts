import type { Coded } from '../base/coded.js';
import { ABSENCE_CODES } from './codes/absence_codes.js';
import { APPLICABILITY_CODES } from './codes/applicability_codes.js';
import { OWNER_CODES } from './codes/owner_codes.js';
import { PLACE_CODES } from './codes/place_codes.js';
import { UNEXPECTED_CODES } from './codes/unexpected_codes.js';

/**
 * Everything a finding can say, each with the one verdict it stands for. What is known from the row or the sockets
 * themselves (addresses, owners) is not repeated in the parameters.
 */
export const FINDING_CODES = {
  ...PLACE_CODES,
  ...OWNER_CODES,
  ...APPLICABILITY_CODES,
  ...ABSENCE_CODES,
  ...UNEXPECTED_CODES,
};

/** What a finding can say, in one word. */
export type FindingCode = keyof typeof FINDING_CODES;

/** Of machines that are in no cluster: all rows have one of these. */
const NO_NODE_CODES = ['not-a-node', 'not-bootstrapped'] as const satisfies readonly FindingCode[];

export type NoNodeCode = (typeof NO_NODE_CODES)[number];

export function isOfNoNode(code: string | null): boolean {
  return NO_NODE_CODES.some((one) => one === code);
}

/** Why a finding has its verdict. */
export type CodedFinding = WithRunning<Coded<typeof FINDING_CODES>>;

/** Where the configuration is not in effect, `running` is the value that the running process has instead. */
export type WithRunning<Code> = Code extends { readonly params: infer Params }
  ? Omit<Code, 'params'> & { readonly params: Params & { readonly running?: string } }
  : never;
