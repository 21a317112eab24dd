import { setTimeout } from 'node:timers/promises';
import type { UpdateSource } from './app.js';

/** Stands for stdin in place of a file. */
export const PIPE = '-';

/** A snapshot that is there by then is read before the screen opens, so that its faults are reported without one. */
const OPEN_AFTER_MS = 150;
/** In bytes. Parsing more takes so long that the screen opens first, and says how far it is. */
const MAX_AT_ONCE = 8 * 1024 * 1024;
/** Between steps of a large one, to draw a frame and answer keys. */
const DRAWING_MS = 50;

/** @throws SockwatchError ERR_INPUT */
export async function recordedUpdates(file: string): Promise<UpdateSource> {
  const [{ SNAPSHOT_LIMIT, snapshotIn, stepsIn }, { readInput, readInputStream }] = await Promise.all([
    import('../snapshot/file.js'),
    import('../base/read_file.js'),
  ]);
  const isPiped = file === PIPE;
  const name = isPiped ? 'standard input' : file;
  const reading = isPiped ? readInputStream(process.stdin, name, SNAPSHOT_LIMIT) : readInput(file, SNAPSHOT_LIMIT);
  const early = await Promise.race([reading, setTimeout(OPEN_AFTER_MS, null, { ref: false })]);
  const known = early === null || early.length > MAX_AT_ONCE ? null : snapshotIn(early, name);
  let isClosed = false;
  return {
    async *updates() {
      if (known !== null) {
        yield { kind: 'snapshot', document: known };
        return;
      }
      const bytes = await reading;
      const steps = stepsIn(bytes, name);
      while (!isClosed) {
        const { done, value } = steps.next();
        if (done === true) {
          yield { kind: 'snapshot', document: value };
          return;
        }
        if (bytes.length <= MAX_AT_ONCE) continue;
        yield { kind: 'source', source: { kind: 'recording', file, reading: { bytes: bytes.length, step: value } } };
        await setTimeout(DRAWING_MS);
      }
    },
    readAgain: () => {},
    followCounters: () => {},
    describe: async () => null,
    probe: async () => null,
    close: () => {
      isClosed = true;
    },
  };
}
