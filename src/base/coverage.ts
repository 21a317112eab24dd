import { nowMs } from './clock.js';
import type { CoverageFault } from './coverage_codes.js';
import { messageOf, SockwatchError } from './errors.js';

/** How the reading of a source went: `partial` and `failed` mean that something may be missing, and `errors` say why. */
export interface SourceReading {
  readonly name: string;
  /** How it was read: `sock_diag`, `/proc/net`, `/proc`, `rtnetlink`, … */
  readonly via: string;
  readonly status: 'ok' | 'partial' | 'failed';
  readonly errors: readonly CoverageFault[];
  /** What is worth knowing, although nothing is missing. */
  readonly notes: readonly CoverageFault[];
  readonly rows: number;
  readonly ms: number;
}

/** A reading with its errors and notes rendered as text. In documents older than codes, only the text exists. */
export interface CoverageSource extends SourceReading {
  readonly error: string | null;
  readonly note: string | null;
}

/** What was read, and what could not be. */
export interface Coverage {
  /** Every source is `ok`. */
  readonly complete: boolean;
  readonly sources: readonly CoverageSource[];
}

export function coverageOf(sources: readonly CoverageSource[]): Coverage {
  return { complete: sources.every(({ status }) => status === 'ok'), sources };
}

/** Milliseconds since `start` (nowMs()), to a tenth. */
export function elapsedMs(start: number): number {
  return Math.round((nowMs() - start) * 10) / 10;
}

/** Says with a code why something could not be read. */
export class CoverageError extends Error {
  constructor(readonly fault: CoverageFault) {
    super(fault.code);
  }
}

/** Why a source could not be read, from anything thrown meanwhile. */
export function faultOf(thrown: unknown): CoverageFault {
  if (thrown instanceof CoverageError) return thrown.fault;
  if (thrown instanceof SockwatchError && thrown.cause !== undefined) return faultOf(thrown.cause);
  const { syscall, code, subject } = thrown instanceof Error ? (thrown as Partial<SystemError>) : {};
  if (typeof syscall !== 'string' || typeof code !== 'string') {
    return { code: 'other-error', params: { text: messageOf(thrown) } };
  }
  const isNamed = typeof subject === 'string' && subject !== '';
  return { code: 'system-call-failed', params: { syscall, subject: isNamed ? subject : null, errno: code } };
}

/** What errors of the native addon and of Node.js have in common; only the addon's have a subject. */
interface SystemError extends Error {
  readonly syscall: unknown;
  readonly code: unknown;
  readonly subject: unknown;
}
