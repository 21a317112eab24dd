import type { Uncoded } from '../base/coded.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { Setting } from '../node/setting.js';
import type { Role } from '../spec/rows.js';
import type { CodedFinding } from './codes.js';

/** What is true of one row of the page, or of one listener that no row explains. A finding has exactly one. */
export type Verdict =
  | 'ok'
  | 'configured'
  | 'missing'
  | 'exposed'
  | 'wrong-owner'
  | 'wrong-address'
  | 'narrowed'
  | 'unverified'
  | 'not-applicable'
  | 'unexpected';

/** How bad a verdict is; `unknown` if that could not be determined. */
export type Severity = 'error' | 'warning' | 'info' | 'unknown' | 'none';

/**
 * What shows that an owner is the service. Only root can put a process into a systemd `unit` or a `pod`, create a kernel `device`
 * or a file at a protected `path`; any user can run a program under any name (`exe`, `argv0`, `comm`).
 */
export type MatchedBy = 'unit' | 'pod' | 'device' | 'path' | 'exe' | 'argv0' | 'comm';

/** Whether this is a mere name. */
export function isName(matchedBy: MatchedBy | null): boolean {
  return matchedBy === 'exe' || matchedBy === 'argv0' || matchedBy === 'comm';
}

/** A row of the page, as written there. */
export interface Expected {
  readonly service: string;
  /** null for a unix socket. */
  readonly host: string | null;
  readonly port: number | null;
  readonly protocol: Protocol;
  /** null for a network row. */
  readonly path: string | null;
  /** null: nodes of every role. */
  readonly role: Role | null;
}

/** What to do about a finding. */
export interface Advice {
  readonly text: string;
  /** Shell commands that show more, or do what the text says; safe to paste. */
  readonly commands: readonly string[];
}

/** What every finding has, whatever it says. */
export interface FindingFields {
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** null for a listener that no row explains. */
  readonly expected: Expected | null;
  /** Ids of the sockets it is about. */
  readonly sockets: readonly string[];
  readonly matchedBy: MatchedBy | null;
  /** What decides where the listener is: of `configured` its port or path, else its address. null: nothing that is known. */
  readonly configuration: FindingConfiguration | null;
  /** Index of the finding that explains this one; null: there is none. */
  readonly causedBy: number | null;
}

/** The setting that a finding is about. */
export type FindingConfiguration = Pick<Setting, 'flag' | 'value' | 'source' | 'inEffect'>;

/** A finding as data, before text is rendered from it. */
export type FindingFacts = FindingFields & CodedFinding;

/** What text/ renders from a finding, safe on a terminal. */
export interface FindingText {
  /** The finding in one sentence, with its reason. */
  readonly message: string;
  /** Why it is so, where the verdict alone does not say it. */
  readonly reason: string | null;
  /** null where there is nothing to do, and in a document written before there was advice. */
  readonly advice: Advice | null;
}

/** One row with its verdict, or listeners that no row explains. */
export type Finding = FindingFields & (CodedFinding | Uncoded) & FindingText;

/** Severity of every verdict, unless the finding has another: `narrowed` and `unexpected` depend on where clients are. */
export const SEVERITY: Readonly<Record<Exclude<Verdict, 'unexpected'>, Severity>> = {
  ok: 'none',
  configured: 'info',
  missing: 'error',
  exposed: 'error',
  'wrong-owner': 'error',
  'wrong-address': 'warning',
  narrowed: 'info',
  unverified: 'unknown',
  'not-applicable': 'none',
};

/** Every severity that a verdict can have, worst first. */
export function severitiesOf(verdict: Verdict): readonly Severity[] {
  return verdict === 'unexpected' || verdict === 'narrowed' ? ['warning', 'info'] : [SEVERITY[verdict]];
}

/** From worst to none. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info', 'unknown', 'none'];

/** From the strongest evidence to the weakest. */
export const MATCHED_BY: readonly MatchedBy[] = ['unit', 'pod', 'device', 'path', 'exe', 'argv0', 'comm'];

/** From worst to best: the order in which people read them. */
export const VERDICTS: readonly Verdict[] = [
  'wrong-owner',
  'exposed',
  'missing',
  'wrong-address',
  'unexpected',
  'narrowed',
  'unverified',
  'configured',
  'ok',
  'not-applicable',
];
