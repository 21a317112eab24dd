import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './child.js';
import { BIN } from './namespaces.js';
import type { Socket, StandIn, Waiting } from './plan.js';

/** The sources are in the source tree; this file runs from dist/. */
const SOURCES = ['stand_in.c', 'stand_in_answers.c'].map((name) =>
  fileURLToPath(new URL(`../../../test/lab/${name}`, import.meta.url)),
);

/** The directory of a lab's executables; inside the lab it is BIN. */
export function binOf(directory: string): string {
  return join(directory, 'bin');
}

export async function compileStandIn(directory: string): Promise<void> {
  await mkdir(binOf(directory));
  const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread'];
  await mustRun('compiling the stand-in', ['cc', ...flags, ...SOURCES, '-o', join(binOf(directory), 'stand_in')]);
}

/** Creates the executables of a stand-in, and returns its command line. */
export async function standInArgv(directory: string, service: StandIn): Promise<string[]> {
  const bin = binOf(directory);
  // A hard link: /proc/PID/exe has the name of the executed file, after resolving symbolic links.
  await unlessThere(link(join(bin, 'stand_in'), join(bin, service.executable)));
  if (service.name !== service.executable) await unlessThere(symlink(service.executable, join(bin, service.name)));
  return [join(BIN, service.name), ...service.flags];
}

/** What the stand-in does, for the variable STAND_IN: its arguments are those of the service. */
export function instructions(service: StandIn): string {
  return [
    ...(service.comm === null ? [] : ['--comm', Buffer.from(service.comm).toString('hex')]),
    ...(service.holding === null ? [] : [service.holding]),
    ...service.sockets.map(socketArgument),
  ].join(' ');
}

/** As the scripts of the snap wait, but without a program to sleep with; ends with its standard input. One line: none reads a second. */
const WAIT = `#!/usr/bin/env bash
echo "Waiting for API server to start"
while true; do
  read -rt 3
  test $? -gt 128 || exit 1
done
`;

/** Makes the script that a service of the snap starts with, and returns its command line. */
export async function waitingArgv(directory: string, { name }: Waiting): Promise<string[]> {
  const scripts = join('wrappers', 'services');
  await mkdir(join(binOf(directory), scripts), { recursive: true });
  await writeFile(join(binOf(directory), scripts, name), WAIT, { mode: 0o755 });
  return ['bash', join(BIN, scripts, name)];
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
