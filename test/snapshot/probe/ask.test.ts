import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import t, { type Test } from 'tap';
import { ask, MAX_HEADERS, type Question, readHeaders } from '../../../src/snapshot/probe/ask.js';
import { fixture } from '../../spec/helpers.js';

const key = readFileSync(fixture('certificates/server.key'));
const cert = readFileSync(fixture('certificates/server.crt'));
const SESSION = {
  certificate: {
    subject: 'O=Lab\\, Inc., CN=server',
    issuer: 'O=Lab\\, Inc., CN=server',
    names: ['IP:::1', 'IP:127.0.0.1', 'DNS:localhost', 'URI:spiffe://a/b'],
  },
};

/** Asks a server until the test ends. */
async function asked(t: Test, server: Server, question: Partial<Question> = {}) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return askPort((server.address() as AddressInfo).port, question);
}

function askPort(port: number, question: Partial<Question> = {}) {
  const plain = { netns: null, address: '127.0.0.1', port, isTls: false, isAboutCertificate: false, path: null };
  return ask({ ...plain, userAgent: 'test/1', ms: 10_000, ...question });
}

/** A server whose connections are all closed with it. */
function raw(onConnection: (socket: Socket) => void): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
}

const MUTUAL = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const only = { minVersion: version, maxVersion: version };
  t.test(`a certificate is demanded, ${version}`, async (t) => {
    const server = createTls({ ...MUTUAL, ...only }, (socket) => socket.end('served')).on('tlsClientError', () => {});
    const reply = await asked(t, server, { isTls: true, isAboutCertificate: true, path: '/' });
    // OpenSSL's alerts for a missing certificate; those of Go are 42 and 116.
    t.match(reply, { ...SESSION, tlsVersion: version, outcome: { kind: 'alert', isLate: true } });
    t.equal(reply.outcome.kind === 'alert' && reply.outcome.alert, version === 'TLSv1.2' ? 40 : 116);
  });

  t.test(`no certificate is demanded, ${version}`, async (t) => {
    const https = () => createHttps({ key, cert, ...only }, (_, response) => response.writeHead(401).end());
    const isTls = true;
    t.match(await asked(t, https(), { isTls, isAboutCertificate: true, path: '/' }), {
      ...SESSION,
      outcome: { kind: 'connected' },
    });
    t.match(await asked(t, https(), { isTls, path: '/' }), { ...SESSION, outcome: { kind: 'status', status: 401 } });
    t.match(await asked(t, https(), { isTls }), { ...SESSION, tlsVersion: version, outcome: { kind: 'connected' } });
  });
}

t.test('a server of HTTP/2 alone is not asked for anything', async (t) => {
  let received = 0;
  const server = createTls({ key, cert, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('data', (data) => {
      received += data.length;
    });
    socket.write(Buffer.from('000000040000000000', 'hex'));
  });
  const reply = await asked(t, server, { isTls: true, isAboutCertificate: true, path: '/' });
  t.match(reply, { ...SESSION, outcome: { kind: 'connected' } });
  t.equal(received, 0);
});

t.test('one request, without credentials, and no redirect followed', async (t) => {
  const seen: unknown[] = [];
  const server = createHttp(({ method, url, headers }, response) => {
    seen.push([method, url, headers]);
    response.writeHead(302, { location: '/elsewhere' }).end('x'.repeat(10_000_000));
  });
  const reply = await asked(t, server, { path: '/healthz' });
  t.strictSame(reply, { outcome: { kind: 'status', status: 302 }, tlsVersion: null, certificate: null });
  t.match(seen, [['GET', '/healthz', { 'user-agent': 'test/1', accept: '*/*', connection: 'close' }]]);
  t.strictSame(Object.keys((seen as [unknown, unknown, object][])[0]?.[2] ?? {}).sort(), [
    ...['accept', 'connection', 'host', 'user-agent'],
  ]);
});

t.test('listeners that misbehave', async (t) => {
  const connections: Socket[] = [];
  t.teardown(() => {
    for (const socket of connections) socket.destroy();
  });
  const cases: [name: string, onConnection: (socket: Socket) => void, plain: string, tls: string][] = [
    ['closes at once', (socket) => socket.destroy(), 'closed', 'closed'],
    ['garbage', (socket) => socket.write(Buffer.alloc(400, 'deadbeef', 'hex')), 'not-http', 'not-tls'],
    ['text', (socket) => socket.write('220 mail.test ESMTP\r\n'), 'not-http', 'not-tls'],
    ['half an answer', (socket) => socket.end('HTTP/1.1 200 OK\r\nA: b\r\n'), 'not-http', 'not-tls'],
    ['another version', (socket) => socket.write('HTTP/2 200\r\n\r\n'), 'not-http', 'not-tls'],
    [
      'endless headers',
      (socket) => {
        const more = (): void => {
          while (socket.writable && socket.write(`A: ${'b'.repeat(1000)}\r\n`));
        };
        socket.on('drain', more).write('HTTP/1.1 200 OK\r\n');
        more();
      },
      'headers-too-long',
      'not-tls',
    ],
  ];
  for (const [name, onConnection, plain, tls] of cases) {
    const server = () =>
      raw((socket) => {
        connections.push(socket);
        onConnection(socket);
      });
    t.equal((await asked(t, server(), { path: '/' })).outcome.kind, plain, name);
    t.equal((await asked(t, server(), { isTls: true })).outcome.kind, tls, `${name}, TLS`);
  }
});

t.test('silence ends in time, wherever it begins', async (t) => {
  const connections: Socket[] = [];
  t.teardown(() => {
    for (const socket of connections) socket.destroy();
  });
  const silent = () => raw((socket) => connections.push(socket));
  const mute = createTls({ key, cert }, (socket) => connections.push(socket));
  const dripping = raw((socket) => {
    connections.push(socket);
    socket.write('HTTP/1.1 200 OK\r\n');
    const drip = setInterval(() => socket.write('A'), 20);
    socket.on('close', () => clearInterval(drip));
  });
  const ms = 300;
  t.match(await asked(t, silent(), { path: '/', ms }), { outcome: { kind: 'silent' } });
  t.match(await asked(t, silent(), { isTls: true, ms }), { outcome: { kind: 'silent' } });
  t.match(await asked(t, mute, { isTls: true, path: '/', ms: 2_000 }), { ...SESSION, outcome: { kind: 'silent' } });
  t.match(await asked(t, dripping, { path: '/', ms }), { outcome: { kind: 'silent' } }, 'whatever comes meanwhile');
});

t.test('nothing is sent where a connection is all that is asked', async (t) => {
  let received = '';
  const closed = new Promise((resolve) => {
    const server = raw((socket) => {
      socket.on('data', (data) => {
        received += data.toString();
      });
      socket.once('close', resolve);
    });
    void asked(t, server).then((reply) => t.match(reply, { outcome: { kind: 'connected' } }));
  });
  await closed;
  t.equal(received, '');
});

t.test('nobody listens', async (t) => {
  const server = raw(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  t.match(await askPort(port, { path: '/' }), { outcome: { kind: 'not-connected', errno: 'ECONNREFUSED' } });
  t.match(await askPort(port, { address: '::1' }), { outcome: { kind: 'not-connected' } });
  t.match(await askPort(port, { address: 'localhost' }), { outcome: { kind: 'not-connected', errno: 'EINVAL' } });
});

t.test('headers', (t) => {
  const cases: [text: string, outcome: ReturnType<typeof readHeaders>][] = [
    ['', null],
    ['HT', null],
    ['HTTP/1.1 200', null],
    ['HTTP/1.1 200 OK\r\n', null],
    ['HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody', { kind: 'status', status: 200 }],
    ['HTTP/1.0 404\n\n', { kind: 'status', status: 404 }],
    ['HTTP/1.1 100 Continue\r\n\r\n', null],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\n\r\n', { kind: 'status', status: 401 }],
    ['HTTP/1.1 2000 OK\r\n', { kind: 'not-http' }],
    ['HTTP/1.1 600 OK\r\n', { kind: 'not-http' }],
    ['http/1.1 200 OK\r\n\r\n', { kind: 'not-http' }],
    ['\r\nHTTP/1.1 200 OK\r\n\r\n', { kind: 'not-http' }],
    [`HTTP/1.1 200 ${'x'.repeat(MAX_HEADERS)}`, { kind: 'headers-too-long' }],
  ];
  for (const [text, outcome] of cases) t.strictSame(readHeaders(text), outcome, JSON.stringify(text.slice(0, 40)));
  t.end();
});
