import { readdirSync, readlinkSync } from 'node:fs';

/**
 * How many descriptors of this process lead to what `target` matches, such as `socket:[4242]`. Not all of them are counted: pipes and
 * sockets of children that another test has ended may close at any time.
 */
export function openDescriptors(target: RegExp): number {
  return readdirSync('/proc/self/fd').filter((fd) => target.test(linkOf(`/proc/self/fd/${fd}`))).length;
}

/** Empty for the descriptor that listed the directory, which is closed by now. */
export function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
