import { type Addon, native, type SockDiagAddon } from '../../src/kernel/addon.js';

/** The addon with its dumps, which the program calls through src/kernel/sockets/sock_diag.ts only. */
export function rawAddon(): Addon & SockDiagAddon {
  return native() as Addon & SockDiagAddon;
}
