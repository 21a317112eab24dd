/** Milliseconds since the process started. performance.now() would load node:perf_hooks, which `--once` needs for nothing else. */
export function nowMs(): number {
  return process.uptime() * 1000;
}
