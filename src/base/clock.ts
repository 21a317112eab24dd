/** Milliseconds since the process started. performance.now() would first load node:perf_hooks, for three of them. */
export function nowMs(): number {
  return process.uptime() * 1000;
}
