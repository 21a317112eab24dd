/** The demo's screen, inside the lab. Started by main.ts, which toggles the faults that keys request. */

import { parseCommand } from '../../src/cli/options.js';
import { runUi } from '../../src/tui/run.js';
import type { Reply, Request } from './switches.js';
import { TOGGLES } from './toggles.js';

/** Sends requests to toggle faults to the process with the lab. */
class Asker {
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #asked = 0;

  constructor() {
    process.on('message', (message: Reply) => {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    });
  }

  /** Toggles a fault, and returns whether it is now on. */
  ask(fault: string): Promise<boolean> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reply) => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.isOn)));
      const request: Request = { id, fault };
      process.send?.(request);
    });
  }
}

const command = parseCommand([]);
if (command.kind !== 'ui') throw new Error('without arguments there is the UI');
if (process.send === undefined) throw new Error('this is for main.js to start');
const asker = new Asker();
try {
  await runUi(
    command,
    TOGGLES.map(({ key, fault, label, explanation }) => ({
      key,
      label,
      run: async () => ((await asker.ask(fault)) ? `broken: ${explanation}` : `mended again: ${explanation}`),
    })),
  );
} finally {
  process.disconnect();
}
