import type { Addon, OwnerPass } from '../kernel/addon.js';
import { loadAddon } from '../kernel/addon_file.js';

/* What the entry points (main.cts, single.cts) do before they read the program: a bundle of its own, without imports that take time. */

// A subcommand would come first. once.cjs has neither subcommands nor the screen: half as much to read and compile.
const isOnce = /^-/.test(`${process.argv[2]}`) && process.argv.includes('--once');

export const bundle = isOnce ? 'once.cjs' : 'cli.cjs';

/**
 * The kernel takes longest to list who owns which socket, and reading the program takes a fifth of that. Whether the command line is
 * valid is not known yet; `--owners` may rule out eBPF. undefined: not begun.
 */
export const firstPass: Promise<OwnerPass> | undefined =
  isOnce && !process.argv.some((argument) => argument.startsWith('--owners')) ? beginPass() : undefined;

/** What fails here fails again, and is reported, where the program needs it. */
function beginPass(): Promise<OwnerPass> | undefined {
  try {
    const pass = (loadAddon() as Addon).iterateOwners?.(null);
    pass?.catch(() => {});
    return pass;
  } catch {
    return undefined;
  }
}
