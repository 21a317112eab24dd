import { SockwatchError } from '../base/errors.js';

let listensForErrors = false;

/**
 * Writes to standard output and waits until it is taken. A reader that has gone away (`| head`) is no error.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function writeStdout(text: string): Promise<void> {
  // A failed write calls back, and tells as an event besides, which would end the process if nobody listened.
  if (!listensForErrors) process.stdout.on('error', () => {});
  listensForErrors = true;
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => {
    process.stdout.write(text, done);
  });
  if (error === null || error === undefined || error.code === 'EPIPE') return;
  throw new SockwatchError('ERR_OUTPUT', `cannot write to standard output: ${error.message}`, { cause: error });
}
