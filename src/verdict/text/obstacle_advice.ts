import { printable } from '../../base/text.js';
import { otherSoftware } from '../../node/other_installations.js';
import type { Advice } from '../finding.js';
import type { Need } from '../obstacle.js';
import { advice, MAX_COMMANDS, shellWord } from './commands.js';
import type { Holder } from './event.js';
import { disable, stop } from './stop.js';

/** One command for what has addresses, and for the file or directory that remains of it. */
export function clearHolders(holders: readonly Holder[], held: readonly Need[], path: string | null = null): Advice {
  const steps = holders.flatMap((holder) => stepFor(holder, path) ?? []);
  const distinct = [...new Map(steps.map((step) => [step.text, step])).values()];
  const remove = path === null ? [] : [removeFile(path)];
  const all = [...distinct, ...remove];
  const unowned = holders.some(({ owners, kind }) => owners.length === 0 && kind !== 'file' && kind !== 'other-file');
  if (all.length === 0 || (unowned && distinct.length === 0 && path === null)) return findOwner(held);
  const other = path !== null && holders.length > 0 ? ', or give this node another containerd-base-dir' : '';
  const text = `${all.map((step) => step.text).join(', then ')}${other}.`;
  return advice(
    printable(`${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`),
    ...all.flatMap(({ command }) => command ?? []),
  );
}

interface Step {
  readonly text: string;
  readonly command: string | null;
}

/** null: nothing tells what to stop. */
function stepFor(holder: Holder, path: string | null): Step | null {
  const [owner] = holder.owners;
  if (holder.kind === 'file' || holder.kind === 'other-file') return path === null ? removeFile(holder.place) : null;
  if (owner?.kind === 'kernel') return removeDevice(owner.device);
  const isContainerd = owner?.unit === 'containerd.service' && owner.pod === null && holder.place.startsWith('/');
  if (isContainerd && owner.container === null) {
    return { text: `stop and disable ${owner.unit}`, command: disable(owner.unit).at(-1) ?? null };
  }
  const stopped = stop([holder]);
  return stopped === null ? null : { text: stopped.text, command: stopped.commands.at(-1) ?? null };
}

/** Containers that outlived their containerd have their file systems mounted there. */
function removeFile(path: string): Step {
  return { text: `remove ${path}`, command: removal(path) };
}

function removal(path: string): string {
  return `sudo rm -r --one-file-system -- ${shellWord(path)}`;
}

function removeDevice(device: string): Step {
  return { text: `remove ${device}`, command: `sudo ip link delete ${shellWord(device)}` };
}

function findOwner(held: readonly Need[]): Advice {
  const [need] = held;
  const what = need?.path ?? `${need?.port}${need?.protocol === 'udp' ? '/udp' : ''}`;
  return advice('Find its owner, as root, and stop it.', `sudo k8s-sockwatch who ${shellWord(what)}`);
}

export function waitFor(seconds: number | null): Advice {
  const rest = Math.ceil(seconds ?? TIME_WAIT_SECONDS);
  return advice('Wait until the kernel has forgotten them.', `sleep ${rest}`);
}

/** TCP_TIMEWAIT_LEN (include/net/tcp.h). */
const TIME_WAIT_SECONDS = 60;

export function clearDevices(devices: readonly string[]): Advice {
  const steps = devices.map(removeDevice);
  return advice(printable(`Remove ${devices.join(', ')}.`), ...steps.flatMap(({ command }) => command ?? []));
}

/** The annotation takes effect for all nodes of a cluster, so it is given where the cluster is made. */
export function clearTunnel(devices: readonly string[], port: number): Advice {
  const { commands } = clearDevices(devices);
  const other = `cluster-config: {annotations: {k8sd/v1alpha1/cilium/tunnel-port: "${port + 1}"}}`;
  return advice(
    printable(
      `Remove ${devices.join(', ')}; or, if this machine needs it, give Cilium another port for the whole cluster, in the file of k8s bootstrap: ${other}`,
    ),
    ...commands,
  );
}

export function clearState(): Advice {
  return advice('Remove it with its data.', 'sudo snap remove --purge k8s');
}

/** What removes another distribution removes what all share, such as /var/lib/kubelet and /etc/kubernetes. */
export function stopSoftware(name: string, units: readonly string[]): Advice {
  const text = `Stop and disable ${titleOf(name)}. Do not remove it as its own documentation says: that would remove files of this node too.`;
  return advice(text, ...disableAll(units));
}

/** What is there of other software. */
export interface Remains {
  readonly units: readonly string[];
  readonly path?: string;
  readonly uninstaller: string | null;
}

export function clearSoftware(name: string, { units, path, uninstaller: found }: Remains): Advice {
  const uninstaller = otherSoftware(name).uninstallers.find((one) => one.path === found);
  const verb = uninstaller === undefined && path === undefined ? 'Stop and disable' : 'Remove';
  const text = `${verb} ${titleOf(name)}, if nothing needs it; or install this node elsewhere.`;
  if (uninstaller !== undefined) {
    return advice(text, uninstaller.command, ...(uninstaller.leavesUnits === true ? disableAll(units) : []));
  }
  return advice(text, ...disableAll(units), ...(path === undefined ? [] : [removal(path)]));
}

function disableAll(units: readonly string[]): string[] {
  return units.slice(0, MAX_COMMANDS).flatMap((unit) => disable(unit).at(-1) ?? []);
}

export function titleOf(name: string): string {
  return otherSoftware(name).title;
}
