/** Starts to measure processor time, in milliseconds: waiting for an answer costs nothing. */
export function startCost(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}
