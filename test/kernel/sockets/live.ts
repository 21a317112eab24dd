import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { linkOf } from '../open_descriptors.js';

/** A listener that this process has opened for a test. */
export interface LiveListener<Handle> {
  readonly handle: Handle;
  readonly port: number;
  /** As /proc/self/fd names it: not read through the code under test. */
  readonly inode: number;
  readonly fd: number;
}

export async function listenTcp(options: ListenOptions): Promise<LiveListener<Server>> {
  const server = createServer();
  const { inode, fd } = await newSocket(async () => {
    server.listen({ port: 0, ...options });
    await once(server, 'listening');
  });
  const address = server.address();
  return { handle: server, port: address !== null && typeof address === 'object' ? address.port : 0, inode, fd };
}

export async function bindUdp(address: string): Promise<LiveListener<Socket>> {
  const socket = createSocket('udp4');
  const { inode, fd } = await newSocket(async () => {
    socket.bind(0, address);
    await once(socket, 'listening');
  });
  return { handle: socket, port: socket.address().port, inode, fd };
}

/** A listener on loopback of a process that does nothing else, so that connections stay in its accept queue. */
export async function listenWithoutAccepting(
  t: Test,
  backlog: number,
  run: readonly string[] = [],
): Promise<{ readonly port: number; readonly inode: number }> {
  const script = `
    const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: ${backlog} }, () => {
      const link = require('node:fs').readlinkSync('/proc/self/fd/' + server._handle.fd);
      require('node:fs').writeSync(1, server.address().port + ' ' + link.replace(/\\D/g, '') + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const [command = '', ...argv] = [...run, process.execPath, '-e', script];
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const [port = 0, inode = 0] = line.toString().split(' ').map(Number);
  return { port, inode };
}

/** A connection to a port on loopback, until the test ends. `run` is what runs the client. */
export async function connectedTo(t: Test, port: number, run: readonly string[] = []): Promise<void> {
  const script = `require('node:net').connect(${port}, '127.0.0.1', () => require('node:fs').writeSync(1, 'connected'))`;
  const [command = '', ...argv] = [...run, process.execPath, '-e', script];
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}

/** The one socket of this process that is there after `open` and was not before it. */
async function newSocket(open: () => Promise<void>): Promise<{ inode: number; fd: number }> {
  const before = ownSockets();
  await open();
  const added = [...ownSockets()].filter(([inode]) => !before.has(inode));
  const [first] = added;
  if (first === undefined || added.length > 1) throw new Error(`${added.length} sockets were opened, not one`);
  return { inode: first[0], fd: first[1] };
}

/** Descriptor by inode. */
function ownSockets(): Map<number, number> {
  const sockets = new Map<number, number>();
  for (const fd of readdirSync('/proc/self/fd')) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${fd}`)) ?? [];
    if (inode !== undefined) sockets.set(Number(inode), Number(fd));
  }
  return sockets;
}

/** A directory whose sockets have room for their names: a unix path holds 107 bytes, and t.testdir() takes most of them. */
export function shortDirectory(t: { teardown(fn: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'sw-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
