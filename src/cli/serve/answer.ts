import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toJson } from '../../report/json.js';
import { chunks } from '../../report/pieces.js';
import { CONTENT_TYPE } from '../../report/prometheus.js';
import type { NodeState } from './node_state.js';
import { hasToken } from './token.js';

const TEXT = 'text/plain; charset=utf-8';

/** How long a scrape waits for the first capture. */
const FIRST_CAPTURE_MS = 5_000;
/** A document may be large, and a slow reader holds the one that it began with. */
const MAX_SNAPSHOTS = 4;
const SNAPSHOT_MS = 60_000;

/** Answers requests from what is known of the node; nothing is read for them. `tokenFile`: null refuses /snapshot to all. */
export function answerFrom(state: NodeState, tokenFile: string | null): RequestListener {
  let snapshots = 0;
  return (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'only GET and HEAD are answered', { Allow: 'GET, HEAD' });
      return;
    }
    switch (request.url?.split('?', 1)[0]) {
      case '/metrics':
        void answerMetrics(state, response);
        return;
      case '/healthz': {
        const { isHealthy, text } = state.health;
        send(response, isHealthy ? 200 : 503, TEXT, Buffer.from(text));
        return;
      }
      case '/snapshot':
        if (snapshots >= MAX_SNAPSHOTS) {
          refuse(response, 503, 'too many snapshots are being sent', { 'Retry-After': '1' });
          return;
        }
        snapshots += 1;
        void answerSnapshot(state, tokenFile, request, response).finally(() => {
          snapshots -= 1;
        });
        return;
      default:
        refuse(response, 404, 'there are /metrics, /healthz and /snapshot', {});
    }
  };
}

async function answerMetrics(state: NodeState, response: ServerResponse): Promise<void> {
  await firstCapture(state);
  const text = await state.metrics();
  setAge(state, response);
  send(response, 200, CONTENT_TYPE, text);
}

/** Why a request may not have the snapshot; null: it may. */
async function refusalOf(tokenFile: string | null, { headers }: IncomingMessage): Promise<Refusal | null> {
  if (tokenFile === null) return [403, 'start serve with --token-file to serve snapshots', {}];
  const isAllowed = await hasToken(tokenFile, headers.authorization).catch(() => null);
  if (isAllowed === null) return [503, 'the file of the token has none', { 'Retry-After': '60' }];
  if (isAllowed) return null;
  return [401, 'this needs the header "Authorization: Bearer TOKEN"', { 'WWW-Authenticate': 'Bearer' }];
}

async function answerSnapshot(
  state: NodeState,
  tokenFile: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = await refusalOf(tokenFile, request);
  if (refusal !== null) {
    refuse(response, ...refusal);
    return;
  }
  await firstCapture(state);
  const { document } = state;
  if (document === null) {
    refuse(response, 503, 'no capture yet', { 'Retry-After': '1' });
    return;
  }
  setAge(state, response);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const limit = setTimeout(() => response.destroy(), SNAPSHOT_MS);
  // A client that goes away is no error.
  await pipeline(Readable.from(chunks(toJson(document))), response).catch(() => {});
  clearTimeout(limit);
}

async function firstCapture(state: NodeState): Promise<void> {
  if (state.document !== null) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FIRST_CAPTURE_MS);
  });
  await Promise.race([state.first, late]);
  clearTimeout(timer);
}

function setAge({ ageSeconds }: NodeState, response: ServerResponse): void {
  if (ageSeconds !== null) response.setHeader('Age', Math.floor(ageSeconds));
}

type Refusal = readonly [status: number, why: string, headers: Readonly<Record<string, string>>];

function refuse(response: ServerResponse, ...[status, why, headers]: Refusal): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, status, TEXT, Buffer.from(`${why}\n`));
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}
