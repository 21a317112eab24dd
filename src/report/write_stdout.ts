import { errnoMessage, SockwatchError } from '../base/errors.js';

let listensForErrors = false;

/**
 * Writes to standard output and waits until the data is written. A closed pipe (`| head`) is not an error.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function writeStdout(text: string | Iterable<string>): Promise<void> {
  // A failed write also emits an event, which would end the process without a listener.
  if (!listensForErrors) process.stdout.on('error', () => {});
  listensForErrors = true;
  for (const piece of typeof text === 'string' ? [text] : text) if (!(await isWritten(piece))) return;
}

/** False: the reader has closed the pipe. */
async function isWritten(text: string): Promise<boolean> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => {
    // ASCII, as nearly every document, is the same in Latin-1, which V8 copies four times as fast.
    process.stdout.write(text, Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8', done);
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
        await writeStdout(text);
      }
      this.#writing = null;
    } catch (error) {
      this.#failure = error;
    }
  }
}
