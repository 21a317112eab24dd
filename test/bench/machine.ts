import { cpus, loadavg, release, totalmem } from 'node:os';
import { version } from '../../src/base/version.js';
import { run } from '../lab/child.js';
import { ROOT } from '../native/toolchain.js';

/** What the figures depend on, in a sentence or two. */
export async function machineText(loadAtStart: number): Promise<string> {
  const [processor] = cpus();
  const commit = (await run(['git', '-C', ROOT, 'log', '-1', '--format=%h, %cs'])).stdout.trim();
  return (
    `k8s-sockwatch ${version()}${commit === '' ? '' : ` (${commit})`}, Node.js ${process.versions.node}, ` +
    `Linux ${release()} on ${process.arch}, ${cpus().length} × ${processor?.model ?? 'an unknown processor'}, ` +
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory. ` +
    `Load average ${loadAtStart.toFixed(2)} at the start and ${load().toFixed(2)} at the end.`
  );
}

/** Of the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}
