import { link, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './child.js';
import type { Socket, StandIn } from './plan.js';

/** The source is where it was written, while this file runs from dist/. */
const SOURCE = fileURLToPath(new URL('../../../test/lab/stand_in.c', import.meta.url));

export async function compileStandIn(directory: string): Promise<void> {
  await mkdir(join(directory, 'bin'));
  const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread'];
  await mustRun(`compiling ${SOURCE}`, ['cc', ...flags, SOURCE, '-o', join(directory, 'bin', 'stand_in')]);
}

/** The command line of a stand-in, under whose names there are files after this. */
export async function standInArgv(directory: string, service: StandIn): Promise<string[]> {
  const bin = join(directory, 'bin');
  // A hard link, because /proc/PID/exe shows the name by which a file was started, but only once links are resolved.
  await unlessThere(link(join(bin, 'stand_in'), join(bin, service.executable)));
  if (service.name !== service.executable) await unlessThere(symlink(service.executable, join(bin, service.name)));
  return [
    join(bin, service.name),
    ...(service.comm === null ? [] : ['--comm', Buffer.from(service.comm).toString('hex')]),
    ...(service.holding === null ? [] : [service.holding]),
    ...service.sockets.map(socketArgument),
  ];
}

function socketArgument(socket: Socket): string {
  if (socket.protocol === 'unix') return `stream,abstract,${Buffer.from(socket.abstract).toString('hex')}`;
  return [socket.protocol, socket.address, socket.port, ...socket.options].join(',');
}

async function unlessThere(making: Promise<void>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
