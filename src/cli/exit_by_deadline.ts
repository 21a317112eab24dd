import { native } from '../kernel/addon.js';
import { EXIT_CODE } from './exit_code.js';
import { reportFailure } from './report_failure.js';

/**
 * Runs what gives an exit code, and exits by the deadline even if a thread hangs in the kernel, which would keep Node from exiting.
 * null: there is no deadline.
 */
export async function exitByDeadline(deadlineMs: number | null, run: () => Promise<number>): Promise<number> {
  if (deadlineMs === null) return run();
  // Takes effect only before libuv starts its first thread. Threads that hang must leave some to write the result.
  process.env['UV_THREADPOOL_SIZE'] ??= '12';
  const message = `no result could be written within ${deadlineMs / 1000} s (use a longer --deadline)`;
  native().exitAfter(deadlineMs, EXIT_CODE.failed, `k8s-sockwatch: ${message}\n`);
  return native().exitNow(await run().catch(reportFailure));
}
