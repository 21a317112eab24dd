/** Milliseconds since the process started. performance.now() would first load node:perf_hooks, which takes three. */
export function nowMs(): number {
  return process.uptime() * 1000;
}
