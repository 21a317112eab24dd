import { createHash, timingSafeEqual } from 'node:crypto';
import { SockwatchError } from '../../base/errors.js';
import { readInput } from '../../base/read_file.js';
import { printable } from '../../base/text.js';

/** In characters; what is shorter could be guessed. */
const MIN_LENGTH = 16;

/**
 * Whether the value of an Authorization header has the token that the file has now: tokens are replaced while servers run.
 * @throws SockwatchError ERR_INPUT for a file that cannot be read or has no token
 */
export async function hasToken(file: string, authorization: string | undefined): Promise<boolean> {
  const wanted = digest(await readToken(file));
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  // Of equal length, so that the time says nothing about the token.
  return given !== undefined && timingSafeEqual(digest(given), wanted);
}

/**
 * Reads a token, with or without a line end.
 * @throws SockwatchError ERR_INPUT for a file that cannot be read or has no token
 */
export async function readToken(file: string): Promise<string> {
  const token = (await readInput(file)).toString('latin1').replace(/\r?\n$/, '');
  if (token.length < MIN_LENGTH || !/^[\x21-\x7e]+$/.test(token)) {
    const problem = `expected a token of at least ${MIN_LENGTH} visible ASCII characters, on one line`;
    throw new SockwatchError('ERR_INPUT', problem, {
      file: printable(file),
      hint: 'create one with: openssl rand -hex 32 > FILE',
    });
  }
  return token;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
