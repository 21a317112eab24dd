import { writeSync } from 'node:fs';
import { errnoMessage, SockwatchError } from '../base/errors.js';

/**
 * Writes to standard output and waits until the data is written. A closed pipe (`| head`) is not an error.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function writeStdout(text: string | Iterable<string>): Promise<void> {
  for (const piece of typeof text === 'string' ? [text] : text) {
    const rest = writeAtOnce(piece);
    if (rest.length > 0 && !(await isWritten(rest))) return;
  }
}

/**
 * What could not be written. Node's streams take longer to load than a small document to write. ASCII, as nearly every document, is the
 * same in Latin-1, which V8 copies four times as fast, and needs no buffer.
 */
function writeAtOnce(text: string): string | Uint8Array {
  let rest = Buffer.byteLength(text) === text.length ? text : Buffer.from(text);
  try {
    while (rest.length > 0) {
      rest =
        typeof rest === 'string' ? rest.slice(writeSync(1, rest, null, 'latin1')) : rest.subarray(writeSync(1, rest));
    }
  } catch {
    // The stream finds the same error, or can wait.
  }
  return rest;
}

let listensForErrors = false;

/** False: the reader has closed the pipe. */
async function isWritten(bytes: Uint8Array | string): Promise<boolean> {
  // A failed write also emits an event, which would end the process without a listener.
  if (!listensForErrors) process.stdout.on('error', () => {});
  listensForErrors = true;
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => {
    process.stdout.write(bytes, done);
  });
  if (error === null || error === undefined) return true;
  if (error.code === 'EPIPE') return false;
  throw new SockwatchError('ERR_OUTPUT', `cannot write to standard output: ${errnoMessage(error) ?? error.message}`, {
    cause: error,
  });
}

/** How many characters may wait to be written before write() waits for them. */
const MAX_WAITING = 65_536;

/** Writes lines to standard output, those of one turn of the event loop together: at a thousand a second, each write costs. */
export class LineWriter {
  #waiting = '';
  #writing: Promise<void> | null = null;
  #failure: unknown = null;

  /** @throws SockwatchError ERR_OUTPUT where an earlier line could not be written */
  async write(line: string): Promise<void> {
    this.#waiting += line;
    this.#writing ??= this.#writeWaiting();
    if (this.#waiting.length > MAX_WAITING || this.#failure !== null) await this.end();
  }

  /** Waits until all lines are written. @throws SockwatchError ERR_OUTPUT */
  async end(): Promise<void> {
    await this.#writing;
    if (this.#failure !== null) throw this.#failure;
  }

  async #writeWaiting(): Promise<void> {
    await new Promise(setImmediate);
    try {
      while (this.#waiting !== '') {
        const text = this.#waiting;
        this.#waiting = '';
        await isWritten(text);
      }
      this.#writing = null;
    } catch (error) {
      this.#failure = error;
    }
  }
}
