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
    process.stdout.write(text, done);
  });
  if (error === null || error === undefined) return true;
  if (error.code === 'EPIPE') return false;
  throw new SockwatchError('ERR_OUTPUT', `cannot write to standard output: ${errnoMessage(error) ?? error.message}`, {
    cause: error,
  });
}
