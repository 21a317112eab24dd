import { SockwatchError } from '../base/errors.js';

let listensForErrors = false;

/**
 * Writes to standard output and waits until the data is written. A closed pipe (`| head`) is not an error.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function writeStdout(text: string): Promise<void> {
  // A failed write also emits an event, which would end the process without a listener.
  if (!listensForErrors) process.stdout.on('error', () => {});
  listensForErrors = true;
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => {
    process.stdout.write(text, done);
  });
  if (error === null || error === undefined || error.code === 'EPIPE') return;
  throw new SockwatchError('ERR_OUTPUT', `cannot write to standard output: ${error.message}`, { cause: error });
}
