import { setFlagsFromString } from 'node:v8';

/**
 * For a process that stays for days. By default V8 lets the heap grow to a multiple of what is live, and each half of the young
 * generation to 16 MB.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--semi-space-growth-factor=1');
}
