/** The least of a few times, in milliseconds: what the work takes without what else the machine does. */
async function timeOf(work: () => void | Promise<void>, rounds: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    await work();
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
export async function growth<Input>(
  size: number,
  make: (size: number) => Input,
  work: (input: Input) => void | Promise<void>,
): Promise<number> {
  const [small, large] = [make(size), make(4 * size)];
  await work(small);
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && least >= MAX_GROWTH; attempt++) {
    const factor = (await timeOf(() => work(large), 2)) / Math.max(await timeOf(() => work(small), 2), NOISE_MS);
    least = Math.min(least, factor);
  }
  return least;
}

const ATTEMPTS = 4;
const NOISE_MS = 3;

/** Between the 4 of linear work, with garbage collection, and the 16 of quadratic work. */
export const MAX_GROWTH = 13;
