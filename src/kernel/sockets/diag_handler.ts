import { readFile } from 'node:fs/promises';
import { release } from 'node:os';

/** The kernel module that answers sock_diag for a table. */
const MODULE = { tcp: 'tcp_diag', udp: 'udp_diag', unix: 'unix_diag' } as const;

/** Where the kernel tells which modules it has; tests put other files in their place. */
export interface ModuleFiles {
  /** Lists what is loaded. Absent on a kernel that cannot load modules. */
  readonly loaded: string;
  /** Lists what is built in. */
  readonly builtin: string;
}

export const MODULE_FILES: ModuleFiles = {
  loaded: '/proc/modules',
  builtin: `/lib/modules/${release()}/modules.builtin`,
};

/**
 * Why a table must not be asked for through sock_diag, or null where it may: a request for a handler that is not there
 * makes the kernel load its module, and this program changes nothing on a node. In doubt the answer is a reason: /proc/net
 * has the same listeners.
 */
export async function reasonNotToAsk(table: keyof typeof MODULE, files: ModuleFiles): Promise<string | null> {
  const name = MODULE[table];
  const loaded = await readFile(files.loaded, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (loaded instanceof Error) {
    return loaded.code === 'ENOENT' ? null : `cannot tell whether ${name} is loaded: ${loaded.message}`;
  }
  if (loaded.split('\n').some((line) => line.startsWith(`${name} `))) return null;
  const builtin = await readFile(files.builtin, 'utf8').catch(() => '');
  if (builtin.split('\n').some((line) => line.endsWith(`/${name}.ko`))) return null;
  return `the kernel module ${name} is not loaded, and asking would load it`;
}
