import { Socket } from 'node:net';
import { connect as startTls, type TLSSocket } from 'node:tls';
import { isKernelError, type Netns, native } from '../../kernel/addon.js';
import { endpointText } from '../../node/flag_value.js';
import type { Certificate } from '../../verdict/claim.js';
import { alertOf } from './alerts.js';
import { certificateOf } from './certificate.js';

/** One connection to a listener. */
export interface Question {
  readonly netns: Netns | null;
  /** Numeric. */
  readonly address: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Whether a client without a certificate is refused is asked; then a request is sent only to a listener that says nothing. */
  readonly isAboutCertificate: boolean;
  /** What to GET; null: nothing is sent. */
  readonly path: string | null;
  readonly userAgent: string;
  /** For everything: connecting, handshake and answer. */
  readonly ms: number;
}

/** How a connection went on after it was made, or did not. */
export type Outcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'not-connected'; readonly errno: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'handshake-failed'; readonly text: string }
  /** `isLate`: after the listener had shown its certificate. */
  | { readonly kind: 'alert'; readonly alert: number; readonly isLate: boolean }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'not-http' }
  | { readonly kind: 'headers-too-long' };

export interface Reply {
  readonly outcome: Outcome;
  /** Protocol of the session, `TLSv1.3`; null: the listener did not show a certificate. */
  readonly tlsVersion: string | null;
  readonly certificate: Certificate | null;
}

/** In bytes, of the headers of an answer; what follows is not read. */
export const MAX_HEADERS = 16 * 1024;

/** How long a listener may take to refuse a client without a certificate, before it is asked for something. */
const REFUSAL_MS = 200;

/** Makes a connection and closes it again. It never takes longer than `ms`, and never throws for what a listener does. */
export async function ask(question: Question): Promise<Reply> {
  const start = performance.now();
  let fd: number;
  try {
    fd = await native().connectTcp(question.netns, question.address, question.port, Math.ceil(question.ms));
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return without(error.code === 'ETIMEDOUT' ? { kind: 'silent' } : { kind: 'not-connected', errno: error.code });
  }
  const socket = new Socket({ fd, readable: true, writable: true });
  const conversation = new Conversation(question, socket);
  return conversation.hold(question.ms - (performance.now() - start));
}

function without(outcome: Outcome): Reply {
  return { outcome, tlsVersion: null, certificate: null };
}

class Conversation {
  readonly #question: Question;
  readonly #socket: Socket;
  #tlsVersion: string | null = null;
  #certificate: Certificate | null = null;
  #received: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #end: (outcome: Outcome) => void = () => {};

  constructor(question: Question, socket: Socket) {
    this.#question = question;
    this.#socket = socket;
  }

  async hold(ms: number): Promise<Reply> {
    const timers: NodeJS.Timeout[] = [];
    const ended = new Promise<Outcome>((resolve) => {
      this.#end = resolve;
      timers.push(setTimeout(resolve, Math.max(0, ms), { kind: 'silent' }));
    });
    this.#socket.on('error', (error) => this.#end(this.#outcomeOf(error)));
    const { isTls, path } = this.#question;
    if (isTls) this.#shakeHands(timers);
    else if (path === null) this.#end({ kind: 'connected' });
    else this.#request(this.#socket, path);
    const outcome = await ended;
    for (const timer of timers) clearTimeout(timer);
    await this.#close();
    return { outcome, tlsVersion: this.#tlsVersion, certificate: this.#certificate };
  }

  /** One connection at a time: the descriptor is closed when this ends. */
  async #close(): Promise<void> {
    const closed = this.#socket.closed ? null : new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.destroy();
    await closed;
  }

  #shakeHands(timers: NodeJS.Timeout[]): void {
    const { isAboutCertificate, path } = this.#question;
    const secure = startTls({
      socket: this.#socket,
      // Whose certificate it is, and by whom, is reported and not judged; nor is how old or weak the protocol is.
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      // A server of gRPC closes connections that do not ask for HTTP/2.
      ALPNProtocols: path === null || isAboutCertificate ? ['h2', 'http/1.1'] : ['http/1.1'],
    });
    secure.on('error', (error) => this.#end(this.#outcomeOf(error)));
    // Before TLS 1.3, a listener that demands a certificate ends the handshake. By the first key it has shown its own.
    secure.on('keylog', () => this.#see(secure));
    secure.once('secureConnect', () => {
      this.#see(secure);
      if (path === null) {
        this.#end({ kind: 'connected' });
      } else if (!isAboutCertificate) {
        this.#request(secure, path);
      } else {
        // Since TLS 1.3, a refusal comes after the handshake, with the first read.
        secure.once('data', () => this.#end({ kind: 'connected' }));
        secure.once('close', () => this.#end({ kind: 'closed' }));
        if (secure.alpnProtocol !== 'h2') {
          timers.push(setTimeout(() => this.#request(secure, path), REFUSAL_MS));
        }
      }
    });
    secure.once('close', () => this.#end({ kind: 'closed' }));
  }

  #see(secure: TLSSocket): void {
    const certificate = secure.getPeerX509Certificate();
    if (certificate === undefined) return;
    this.#tlsVersion = secure.getProtocol();
    this.#certificate ??= certificateOf(certificate);
  }

  #request(stream: Socket, path: string): void {
    const { address, port, userAgent } = this.#question;
    stream.on('data', (data) => this.#receive(data));
    stream.once('close', () => this.#end({ kind: this.#received.length === 0 ? 'closed' : 'not-http' }));
    stream.write(
      `GET ${path} HTTP/1.1\r\nHost: ${endpointText({ address, port })}\r\nUser-Agent: ${userAgent}\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    );
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data.subarray(0, MAX_HEADERS + 1 - this.#received.length)]);
    const outcome = readHeaders(this.#received.toString('latin1'));
    if (outcome !== null) this.#end(outcome);
  }

  #outcomeOf(error: Error): Outcome {
    const { code } = error as { readonly code?: unknown };
    const name = typeof code === 'string' ? code : '';
    const alert = alertOf(name);
    if (alert !== null) return { kind: 'alert', alert, isLate: this.#tlsVersion !== null };
    if (NOT_TLS.has(name)) return { kind: 'not-tls' };
    if (name.startsWith('ERR_')) return { kind: 'handshake-failed', text: name };
    return { kind: this.#received.length === 0 ? 'closed' : 'not-http' };
  }
}

/** What OpenSSL says of a first record that is none. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_BAD_RECORD_TYPE',
  'ERR_SSL_RECORD_LAYER_FAILURE',
]);

/** The status of an answer whose headers are complete; null: more has to be read. */
export function readHeaders(text: string): Outcome | null {
  const start = 'HTTP/1.';
  if (text.slice(0, start.length) !== start.slice(0, text.length)) return { kind: 'not-http' };
  const [, line] = /^([^\n]*)\n/.exec(text) ?? [];
  const [, digits] = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |\r?$)/.exec(line ?? '') ?? [];
  if (line !== undefined && digits === undefined) return { kind: 'not-http' };
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return text.length > MAX_HEADERS ? { kind: 'headers-too-long' } : null;
  // 100 Continue and the like come before the answer.
  if (digits?.startsWith('1') === true) return readHeaders(text.slice(end.index + end[0].length));
  return { kind: 'status', status: Number(digits) };
}
