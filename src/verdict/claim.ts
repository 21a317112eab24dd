import type { Uncoded } from '../base/coded.js';
import type { PageClaim } from '../spec/claims.js';
import type { ClaimEvidence } from './claim_codes.js';
import type { Expected, Severity } from './finding.js';

/** What a listener can be probed for. */
export type ClaimName = PageClaim | 'healthy' | 'certificate-valid';

/** In the order in which they are probed and shown. */
export const CLAIM_NAMES: readonly ClaimName[] = [
  'tls',
  'certificate-valid',
  'client-certificate',
  'no-anonymous',
  'authorised',
  'healthy',
];

/** The groups of `--probe`. */
export type ClaimGroup = 'health' | 'tls' | 'auth';

export const CLAIM_GROUPS: Readonly<Record<ClaimGroup, readonly ClaimName[]>> = {
  health: ['healthy'],
  tls: ['tls', 'certificate-valid', 'client-certificate'],
  auth: ['no-anonymous', 'authorised'],
};

export const GROUPS: readonly ClaimGroup[] = ['health', 'tls', 'auth'];

/** Whether a claim is true, as far as could be seen. */
export type ClaimResult = 'holds' | 'broken' | 'unverified';

/** From worst to best. */
export const CLAIM_RESULTS: readonly ClaimResult[] = ['broken', 'unverified', 'holds'];

/** A certificate that a listener showed. */
export interface Certificate {
  /** `CN=kube-apiserver, O=Kubernetes`. */
  readonly subject: string;
  readonly issuer: string;
  /** Alternative names of the subject: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly names: readonly string[];
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** What every claim has, whatever was seen. */
export interface ClaimFields {
  /** The row that makes the claim. */
  readonly row: Expected;
  readonly claim: ClaimName;
  /** Where it was probed, `192.0.2.2:2379`; null: it was not. */
  readonly endpoint: string | null;
  readonly result: ClaimResult;
  /** Of a broken claim `error` or `warning`; else `none`, or `unknown` where it is unverified. */
  readonly severity: Severity;
  /** Of the claim `certificate-valid`; null: none was shown. */
  readonly certificate: Certificate | null;
}

/** A claim as data, before text is rendered from it. */
export type ClaimFacts = ClaimFields & { readonly evidence: ClaimEvidence };

/** A claim of the page or its notes, and whether it is true of the listener. */
export type Claim = ClaimFields & {
  readonly evidence: ClaimEvidence | Uncoded;
  /** What was seen, in one sentence, safe on a terminal. */
  readonly message: string;
};

/** A row that was not probed, and why. */
export interface UnaskedRow {
  readonly row: Expected;
  readonly evidence: ClaimEvidence | Uncoded;
  readonly message: string;
}
