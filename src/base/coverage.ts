/** Whether a source gave all it has: `partial` and `failed` mean that something may be missing, and `error` says why. */
export interface CoverageSource {
  readonly name: string;
  /** How it was read: `sock_diag`, `/proc/net`, `/proc`, `rtnetlink`, … */
  readonly via: string;
  readonly status: 'ok' | 'partial' | 'failed';
  readonly error: string | null;
  /** Something worth knowing that takes nothing away from the answer. */
  readonly note: string | null;
  readonly rows: number;
  readonly ms: number;
}

/** What was looked at, and what could not be. */
export interface Coverage {
  /** Every source is `ok`. */
  readonly complete: boolean;
  readonly sources: readonly CoverageSource[];
}

export function coverageOf(sources: readonly CoverageSource[]): Coverage {
  return { complete: sources.every(({ status }) => status === 'ok'), sources };
}

/** Milliseconds since `start` (performance.now()), to a tenth. */
export function elapsedMs(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}
