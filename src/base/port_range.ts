/** Inclusive. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** False if the port or the range is unknown. */
export function isInRange(port: number | null, range: PortRange | null): boolean {
  return port !== null && range !== null && range.from <= port && port <= range.to;
}
