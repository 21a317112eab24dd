import { join } from 'node:path';
import { readFile } from '../base/files.js';

/** A security module that keeps this process from reading others. */
export interface Confinement {
  /** AppArmor's profile or the context of another module, as the kernel gives it; null: it gives none (Landlock). */
  readonly profile: string | null;
}

/** CAP_SYS_PTRACE (include/uapi/linux/capability.h). */
const CAP_SYS_PTRACE = 19n;

/**
 * Why reading another process is denied, where it is not for lack of a capability: with CAP_SYS_PTRACE in the initial user
 * namespace, ptrace_may_access() (kernel/ptrace.c) denies only what a security module does. null: the capability lacks.
 * @param self Directory of this process in /proc.
 */
export async function confinement(self = '/proc/thread-self'): Promise<Confinement | null> {
  const read = (name: string): Promise<string> => readFile(join(self, name), 'latin1').catch(() => '');
  const [status, uidMap, ...labels] = await Promise.all(
    ['status', 'uid_map', 'attr/apparmor/current', 'attr/current'].map(read),
  );
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1] ?? '0';
  const isCapable = ((BigInt(`0x${effective}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
  // user_namespaces(7): the initial one maps every user to itself.
  if (!isCapable || !/^\s*0\s+0\s+4294967295\s*$/.test(uidMap ?? '')) return null;
  const label = labels.map((one) => one.replace(/[\n\0]+$/, '')).find((one) => one !== '') ?? 'unconfined';
  return { profile: label === 'unconfined' ? null : label };
}
