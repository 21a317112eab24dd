import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli/cli.js', import.meta.url));
const PEAK = new URL('peak.js', import.meta.url).href;

export interface FleetRun {
  readonly code: number | null;
  readonly seconds: number;
  readonly peakMiB: number;
  /** Of what was written. */
  readonly bytes: number;
}

/** `k8s-sockwatch check DIRECTORY --format … --output FILE`, the real program, with what it took. */
export async function runCheck(directory: string, format: string, output: string): Promise<FleetRun> {
  const start = performance.now();
  const argv = ['--import', PEAK, CLI, 'check', directory, '--format', format, '--output', output];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  let kibibytes = '';
  const pipe = child.stdio[3];
  if (pipe !== null && pipe !== undefined) pipe.on('data', (chunk: Buffer) => (kibibytes += chunk.toString()));
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done);
    child.on('error', failed);
  });
  const seconds = (performance.now() - start) / 1000;
  return { code, seconds, peakMiB: Number(kibibytes) / 1024, bytes: (await stat(output)).size };
}
