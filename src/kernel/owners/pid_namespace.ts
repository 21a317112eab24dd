import { readlink } from '../../base/files.js';

/** PROC_PID_INIT_INO (include/linux/proc_ns.h). */
const MACHINES = 'pid:[4026531836]';

/** Whether processes of the machine are invisible because we are in a PID namespace of our own, as in most containers. */
export async function isInOwnPidNamespace(link = '/proc/self/ns/pid'): Promise<boolean> {
  const own = await readlink(link).catch(() => MACHINES);
  return own !== MACHINES;
}
