import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 5;

/**
 * Asks again and again until the answer is not null. The kernel tells nobody when a socket, an address or a cgroup gets
 * into the state that is waited for, so there is nothing to subscribe to.
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
