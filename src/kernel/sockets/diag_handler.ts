import { release } from 'node:os';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { readFile } from '../../base/files.js';
import { isAbsence } from '../mounts.js';

/** The kernel module behind sock_diag for a table. */
const MODULE = { tcp: 'tcp_diag', udp: 'udp_diag', unix: 'unix_diag' } as const;

/** Files in which the kernel lists its modules; tests replace them. */
export interface ModuleFiles {
  /** Loaded modules. Absent on a kernel without modules. */
  readonly loaded: string;
  /** Built-in modules. */
  readonly builtin: string;
}

export const MODULE_FILES: ModuleFiles = {
  loaded: '/proc/modules',
  builtin: `/lib/modules/${release()}/modules.builtin`,
};

/**
 * Why a table must not be read through sock_diag; null: it may be. A request without its handler makes the kernel load the module,
 * and this program changes nothing on a node. In doubt /proc/net is read, which has the same listeners.
 */
export async function reasonNotToAsk(table: keyof typeof MODULE, files: ModuleFiles): Promise<CoverageFault | null> {
  const module = MODULE[table];
  let loaded: string;
  try {
    loaded = await readFile(files.loaded, 'latin1');
  } catch (error) {
    return isAbsence(error) ? null : { code: 'diag-module-unknown', params: { module } };
  }
  if (loaded.split('\n').some((line) => line.startsWith(`${module} `))) return null;
  const builtin = await readFile(files.builtin, 'utf8').catch(() => '');
  if (builtin.split('\n').some((line) => line.endsWith(`/${module}.ko`))) return null;
  return { code: 'diag-module-not-loaded', params: { module } };
}
