import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** More would not keep the matrix of a thousand nodes under 300 MiB. */
const MOST = 2;

/** In bytes: two threads take 100 MiB more than none. */
const LEAST_MEMORY = 512 * 1024 * 1024;

export interface Machine {
  readonly processors: number;
  /** In bytes, of the machine or the container. */
  readonly memory: number;
  /** Text of /proc/self/limits; null where it cannot be read. */
  readonly limits: string | null;
}

/** With how many threads work that can be shared out is done; 0 for none besides the one that asks. */
export function threadCount({ processors, memory, limits }: Machine): number {
  // Where the address space of a thread's heap cannot be had, V8 ends the whole process, and says nothing that helps.
  const isUnbounded = limits !== null && /^Max address space +unlimited /m.test(limits);
  return processors < 2 || memory < LEAST_MEMORY || !isUnbounded ? 0 : Math.min(MOST, processors);
}

export function thisMachine(): Machine {
  // 0, or more than there is, where a container has no limit.
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { processors: availableParallelism(), memory: Math.min(totalmem(), constrained), limits: readLimits() };
}

function readLimits(): string | null {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
}
