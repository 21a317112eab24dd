import { join } from 'node:path';
import { Child } from '../lab/child.js';

export interface LoadSize {
  readonly processes: number;
  readonly sockets: number;
  /** How many of the sockets listen. */
  readonly listeners: number;
  /** Other open files. */
  readonly files: number;
}

export interface Load {
  /** Path of the network namespace of the sockets. */
  readonly netns: string;
  end(): Promise<void>;
}

/** Starts load.c and waits until all sockets are open. It dies with this process. */
export async function startLoad(binary: string, size: LoadSize, directory: string): Promise<Load> {
  const child = new Child(
    'load',
    [binary, ...[size.processes, size.sockets, size.listeners, size.files].map(String)],
    join(directory, 'load.log'),
  );
  const ready = await child.firstLine().catch(async () => {
    throw new Error(`the load could not be started: ${await child.logTail()}`);
  });
  const pid = /^ready (\d+)$/.exec(ready)?.[1];
  return { netns: `/proc/${pid}/ns/net`, end: () => child.kill() };
}
