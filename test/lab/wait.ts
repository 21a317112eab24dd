import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 5;

/**
 * Polls until the result is not null. The kernel sends no notification when a socket, an address or a cgroup reaches a certain
 * state.
 */
export async function waitFor<T>(what: string, ask: () => Promise<T | null>, deadlineMs = 15_000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`gave up after ${deadlineMs} ms: ${what}`);
    await delay(PAUSE_MS);
  }
}
