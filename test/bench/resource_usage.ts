import { writeSync } from 'node:fs';

/** Loaded with `--import`: at exit, writes the peak resident memory in KiB and the CPU time in µs to file descriptor 3. */
process.on('exit', () => {
  const { maxRSS, userCPUTime } = process.resourceUsage();
  writeSync(3, `${maxRSS} ${userCPUTime}`);
});
