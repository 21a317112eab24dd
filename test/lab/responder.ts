import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createPlain, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type Certificate, makeCertificate } from './certificate.js';
import { binOf } from './stand_in.js';

/** How a listener of a stand-in answers. Those after the first line are faults. */
export type Behaviour =
  | 'apiserver'
  | 'kubelet'
  | 'controller'
  | 'k8sd'
  | 'hubble'
  | 'health'
  | 'accept'
  | 'plain'
  | 'certificates-optional'
  | 'anonymous-answered'
  | 'anonymous-forbidden'
  | 'metrics-for-all'
  | 'expired'
  | 'expiring'
  | 'wrong-name'
  | 'silent'
  | 'garbage'
  | 'endless-headers'
  | 'closing'
  | 'redirecting'
  | 'huge'
  | 'unhealthy';

/** A request that arrived, without credentials if all is well. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
}

/**
 * Answers for stand-ins, which own the listeners and pass on the bytes of their connections: a file of the node's leads here. It runs in
 * the process that has started the lab.
 */
export class Responder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #directory: string;
  readonly #certificate: Certificate;
  readonly requests: SeenRequest[] = [];
  /** How listeners answer now that are to answer otherwise. */
  instead: Partial<Readonly<Record<Behaviour, Behaviour>>> = {};

  private constructor(server: Server, directory: string, certificate: Certificate) {
    this.#server = server;
    this.#directory = directory;
    this.#certificate = certificate;
  }

  /** @param certificate of a healthy service */
  static async start(directory: string, certificate: Certificate): Promise<Responder> {
    const server = createPlain({ pauseOnConnect: true });
    const responder = new Responder(server, directory, certificate);
    server.on('connection', (socket) => void responder.#serve(socket));
    const path = join(binOf(directory), RESPONDER_SOCKET);
    server.listen(path);
    await once(server, 'listening');
    // Stand-ins run as several users.
    await chmod(path, 0o777);
    server.unref();
    return responder;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** The first line names the behaviour; what follows is the client's. */
  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    const behaviour = (await firstLine(socket)) as Behaviour | null;
    if (behaviour !== null) await this.#behave(this.instead[behaviour] ?? behaviour, socket);
  }

  async #behave(behaviour: Behaviour, socket: Socket): Promise<void> {
    const server = await keysOf(this.#certificate);
    switch (behaviour) {
      case 'health':
      case 'plain':
        return this.#http(socket, () => 200);
      case 'unhealthy':
        return this.#http(socket, () => 503);
      case 'redirecting':
        return this.#http(socket, () => 302);
      case 'huge':
        return this.#http(socket, () => 200, 10_000_000);
      case 'accept':
      case 'silent':
        socket.resume();
        return;
      case 'garbage':
        socket.resume().write(Buffer.alloc(4096, 'deadbeef', 'hex'));
        return;
      case 'endless-headers':
        return endlessHeaders(socket);
      case 'closing':
        socket.destroy();
        return;
      case 'apiserver':
      case 'kubelet':
        return this.#https(socket, server, () => 401);
      case 'controller':
        return this.#https(socket, server, controllerStatus);
      case 'metrics-for-all':
      case 'anonymous-answered':
      case 'certificates-optional':
      case 'k8sd':
        return this.#https(socket, server, () => 200);
      case 'anonymous-forbidden':
        return this.#https(socket, server, () => 403);
      case 'hubble':
        return this.#https(
          socket,
          { ...server, ca: server.cert, requestCert: true, rejectUnauthorized: true },
          () => 200,
        );
      case 'expired':
      case 'expiring':
      case 'wrong-name':
        return this.#https(
          socket,
          await keysOf(await makeCertificate(this.#directory, behaviour, FAULTY[behaviour])),
          () => 401,
        );
    }
  }

  #https(socket: Socket, options: object, status: (url: string) => number): void {
    const secureContext = createSecureContext(options);
    const secure = new TLSSocket(socket, { isServer: true, secureContext, ...options });
    secure.on('error', () => socket.destroy());
    this.#http(secure, status);
  }

  #http(socket: Socket, status: (url: string) => number, bytes = 2): void {
    const http = createHttp((request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '', headers } = request;
      this.requests.push({ method, url, headers: Object.keys(headers).sort() });
      response.writeHead(status(url), { location: 'http://192.0.2.99/' }).end('x'.repeat(bytes));
    });
    http.on('clientError', () => socket.destroy());
    http.emit('connection', socket);
    socket.resume();
  }
}

interface Keys {
  readonly key: Buffer;
  readonly cert: Buffer;
}

async function keysOf({ certFile, keyFile }: Certificate): Promise<Keys> {
  const [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
  return { key, cert };
}

const FAULTY = {
  expired: { days: -1, names: ['IP:127.0.0.1'] },
  expiring: { days: 10, names: ['IP:127.0.0.1'] },
  'wrong-name': { days: 365, names: ['DNS:elsewhere.test'] },
} as const;

/** In the directory of the node's programs. */
export const RESPONDER_SOCKET = 'responder.sock';

/** Health is for anyone, everything else is authorised. */
function controllerStatus(url: string): number {
  return url === '/healthz' ? 200 : 403;
}

async function firstLine(socket: Socket): Promise<string | null> {
  let line = '';
  for (;;) {
    const byte = socket.read(1) as Buffer | null;
    if (byte === null) {
      if (socket.destroyed || socket.readableEnded) return null;
      await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
    } else if (byte[0] === 10) {
      socket.removeAllListeners('readable');
      return line;
    } else {
      line += byte.toString('latin1');
    }
  }
}

function endlessHeaders(socket: Socket): void {
  const more = (): void => {
    while (socket.writable && socket.write(`A: ${'b'.repeat(1000)}\r\n`));
  };
  socket.on('drain', more).resume().write('HTTP/1.1 200 OK\r\n');
  more();
}
