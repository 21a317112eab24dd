import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

/** Scrapers, probes and people; more than these are only ever there to be in the way. */
const MAX_CONNECTIONS = 64;
/** A client has this long to send the headers of a request, and the whole of it. */
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
/** How long a connection that is kept alive may be idle: longer than the usual intervals of Prometheus, so that it is used again. */
const IDLE_MS = 75_000;
/** How long a client that reads nothing is waited for. */
const UNREAD_MS = 10_000;
/** How often connections that are late are looked for; by default only every 30 s. */
const CHECK_MS = 2_000;

/** An HTTP server that slow and half-open clients do not keep others from: the oldest connection without a request makes room. */
export function createHardenedServer(listener: RequestListener): Server {
  const waiting = new Set<Socket>();
  const open = new Set<Socket>();
  const options = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: 8_192,
  };
  const server = createServer(options, (request, response) => {
    const { socket } = request;
    waiting.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket);
    });
    listener(request, response);
  });
  server.setTimeout(UNREAD_MS);
  // A connection that could not be accepted, for want of descriptors or because its client has gone.
  server.on('error', () => {});
  server.on('connection', (socket) => {
    if (open.size >= MAX_CONNECTIONS) {
      const [oldest = socket] = waiting;
      oldest.destroy();
      if (oldest === socket) return;
    }
    open.add(socket);
    waiting.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      waiting.delete(socket);
    });
  });
  return server;
}
