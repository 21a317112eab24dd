/** The least of a few times, in milliseconds: what the work takes without what else the machine does. */
function timeOf(work: () => void, rounds: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/**
 * By how much the processor time of `work` grows from an input of `size` to one of four times that: 4 for linear work, 16 for
 * quadratic. Times below a few milliseconds are noise, so the smaller one counts as at least that much. What another process or a
 * garbage collection adds is not there every time: the least of a few answers counts.
 */
export function growth<Input>(size: number, make: (size: number) => Input, work: (input: Input) => void): number {
  const [small, large] = [make(size), make(4 * size)];
  work(small);
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && least >= MAX_GROWTH; attempt++) {
    const factor =
      timeOf(() => work(large), 2) /
      Math.max(
        timeOf(() => work(small), 2),
        NOISE_MS,
      );
    least = Math.min(least, factor);
  }
  return least;
}

const ATTEMPTS = 4;
const NOISE_MS = 3;

/** Between the 4 of linear work, with garbage collection, and the 16 of quadratic work. */
export const MAX_GROWTH = 13;
