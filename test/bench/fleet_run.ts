import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli/cli.js', import.meta.url));
const RESOURCE_USAGE = new URL('resource_usage.js', import.meta.url).href;

export interface FleetRun {
  readonly code: number | null;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  /** Size of the output. */
  readonly bytes: number;
}

/** Runs `k8s-sockwatch check DIRECTORY --format … --output FILE` and measures it. */
export async function runCheck(directory: string, format: string, output: string): Promise<FleetRun> {
  const start = performance.now();
  const argv = ['--import', RESOURCE_USAGE, CLI, 'check', directory, '--format', format, '--output', output];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  let usage = '';
  const pipe = child.stdio[3];
  if (pipe !== null && pipe !== undefined) pipe.on('data', (chunk: Buffer) => (usage += chunk.toString()));
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done);
    child.on('error', failed);
  });
  const seconds = (performance.now() - start) / 1000;
  const [kibibytes = 0, microseconds = 0] = usage.split(' ').map(Number);
  const { size: bytes } = await stat(output);
  return { code, seconds, cpuSeconds: microseconds / 1e6, peakMiB: kibibytes / 1024, bytes };
}
