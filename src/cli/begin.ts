import type { Addon, OwnerPass } from '../kernel/addon.js';
import { loadAddon } from '../kernel/addon_file.js';

/* What the entry points (main.cts, single.cts) need before they run the program: a bundle of its own, without imports that take time. */

// A subcommand would come first. once.cjs has neither subcommands nor the screen: half as much to read and compile.
const isOnce = /^-/.test(`${process.argv[2]}`) && process.argv.includes('--once');

export const bundle = isOnce ? 'once.cjs' : 'cli.cjs';

/**
 * Starts the first pass over all descriptors, which `--once` waits for longest, so that the program is compiled meanwhile. To be called
 * once the program is read, which could want the descriptors that eBPF takes. Whether the command line is valid is not known yet;
 * `--owners` may rule out eBPF. undefined: not started. What fails here fails again, and is reported, where the program needs it.
 */
export function beginPass(): Promise<OwnerPass> | undefined {
  if (!isOnce || process.argv.some((argument) => argument.startsWith('--owners'))) return undefined;
  try {
    const pass = (loadAddon() as Addon).iterateOwners?.(null);
    pass?.catch(() => {});
    return pass;
  } catch {
    return undefined;
  }
}
