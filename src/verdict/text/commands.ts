import { printable } from '../../base/text.js';
import { snapServiceOf } from '../../node/flags.js';
import type { ServiceState } from '../../node/setting.js';
import type { Advice } from '../finding.js';

/** Of one kind, in one piece of advice. */
export const MAX_COMMANDS = 8;

export function advice(text: string, ...commands: string[]): Advice {
  return { text, commands };
}

/** Commands that show whether a service is running. */
export function look(service: string): string[] {
  const name = snapServiceOf(service);
  return name === null
    ? ['sudo k8s kubectl get pods -A -o wide']
    : ['snap services k8s', `sudo journalctl -u snap.k8s.${name} -n 50`];
}

/** The command that restarts a service of the snap; empty for others. */
export function restart(service: string): string[] {
  const name = snapServiceOf(service);
  return name === null ? [] : [`sudo snap restart k8s.${name}`];
}

/** The command that starts a service of the snap; empty for others. */
export function start(service: string, isDisabled: boolean): string[] {
  const name = snapServiceOf(service);
  return name === null ? [] : [`sudo snap start ${isDisabled ? '--enable ' : ''}k8s.${name}`];
}

/** What gets a service going once its address is free. `snap restart` of a service also starts it (RestartServices() of snapd). */
export function revive(service: string, state: ServiceState | null): Advice {
  const pids = state?.pids ?? null;
  if (pids === null || state === null) return advice(`start or restart ${service}`, ...restart(service));
  if (pids.length > 0) return advice(`restart ${service}`, ...restart(service));
  return advice(`start ${service}, which has no process`, ...start(service, state.enabled === false));
}

/** One argument of a shell command. Names are free to choose: nothing in them may act on a shell or a terminal. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`;
}
