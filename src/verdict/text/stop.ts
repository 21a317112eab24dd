import { printable } from '../../base/text.js';
import type { OwnedListener, Owner, PodName, ProcessOwner } from '../../kernel/owners/owner.js';
import { ARGUMENTS_DIRECTORY } from '../../node/configuration.js';
import { SERVICES, snapServiceOf, unitOf } from '../../node/flags.js';
import type { Advice } from '../finding.js';
import { advice, look, MAX_COMMANDS, restart, shellWord } from './commands.js';
import { podText, programName } from './format.js';

/** Of a foreign owner in the place of a service. */
export function stopForeign(lead: string, foreign: readonly OwnedListener[], revival: Advice): Advice {
  const stopped = closeOrStop(foreign);
  if (stopped === null) return advice(`Find its owner, and once the address is free, ${revival.text}.`);
  return advice(`${lead}${stopped.text}, then ${revival.text}.`, ...stopped.commands, ...revival.commands);
}

/** Of a foreign owner beside a service that runs as it should. */
export function stopBeside(foreign: readonly OwnedListener[], service: string): Advice {
  const stopped = closeOrStop(
    foreign.map((listener) => ({ ...listener, owners: listener.owners.filter((one) => !isOfService(one, service)) })),
  );
  if (stopped === null) return advice(`Find what is listening beside ${service}, and stop it.`);
  const { text, commands } = stopped;
  return advice(`Find out why it is there, and ${text}; ${service} need not be restarted.`, ...commands);
}

function isOfService(owner: Owner, service: string): owner is ProcessOwner {
  const name = snapServiceOf(service);
  return owner.kind === 'process' && name !== null && owner.unit === unitOf(name);
}

/**
 * How a socket is closed on a node in operation: a service of Kubernetes is not stopped for it, but configured, and of its helpers,
 * such as probes and plugins, only the process is. null: its owner is unknown.
 */
export function closeOrStop(sockets: readonly Pick<OwnedListener, 'owners' | 'uid'>[]): Advice | null {
  const owners = sockets.flatMap((socket) => socket.owners);
  const service = SERVICES.find((name) =>
    owners.some((owner) => isOfService(owner, name) && snapServiceOf(programName(owner)) === name),
  );
  if (service === undefined) return stop(sockets.map((one) => ({ ...one, owners: one.owners.map(withoutService) })));
  const text = `change the setting of ${service} that opens it, and restart ${service}`;
  return advice(text, `sudo cat ${ARGUMENTS_DIRECTORY}/${service}`, ...restart(service));
}

function withoutService(owner: Owner): Owner {
  const isHelper = owner.kind === 'process' && SERVICES.some((name) => isOfService(owner, name));
  return isHelper ? { ...owner, unit: null } : owner;
}

/**
 * Services in whose units other users' processes run: a session of ssh without a session manager, a job of cron, a container, a
 * forwarded port. A user who can start one of these must not be able to make an operator stop the service.
 */
const SHARED_UNITS =
  /^(?:sshd?(?:@.*)?|crond?|cronie|atd|anacron|at|docker|containerd|podman|crio|cri-o|snapd|dbus(?:-broker)?|polkit|lxd|incus|libvirtd|user@\d+|getty@.*|serial-getty@.*|x?inetd|systemd-.*)\.service$/;

/** UID_MIN and the user nobody (login.defs(5)): below are the users of services. */
const isLogin = (uid: number | null): boolean => uid !== null && uid >= 1000 && uid !== 65534;

/** How the owner is stopped for good; null: it is unknown. */
export function stop(sockets: readonly Pick<OwnedListener, 'owners' | 'uid'>[]): Advice | null {
  const held = sockets.flatMap(({ owners, uid }) => owners.map((owner) => ({ owner, uid })));
  // The first process listens for others, which get the socket once somebody connects (systemd.socket(5)).
  const one = held.find(({ owner }) => owner.kind === 'kernel' || owner.pid !== 1) ?? held[0];
  if (one === undefined) return null;
  const { owner, uid } = one;
  if (owner.kind === 'kernel') {
    return advice(printable(`remove ${owner.device}`), `ip -d link show ${shellWord(owner.device)}`);
  }
  if (owner.pid === 1) {
    return advice('stop and disable the socket unit for which systemd listens', 'systemctl list-sockets --all');
  }
  // What is to be stopped may call itself what it is not.
  const who =
    owner.comm === null ? `process ${owner.pid}` : printable(`process ${owner.pid} ("${programName(owner)}")`);
  const pod = podText(owner);
  if (pod !== null) return advice(printable(`remove its ${pod}`), ...lookAtPod(owner));
  if (owner.container !== null) {
    return advice(printable(`stop the container of ${who}, ${owner.container}`), ...stopContainer(owner));
  }
  if (owner.unit === null || !isOwnUnit(owner.unit, uid)) return advice(`stop ${who}`, `sudo kill ${owner.pid}`);
  // Systemd may start the process again.
  return advice(printable(`stop and disable ${owner.unit}`), ...disable(owner.unit));
}

/** Docker and Podman name the cgroup of a container after themselves. */
function stopContainer({ cgroup, container }: ProcessOwner): string[] {
  const [, engine] = /\/(docker|libpod)[-/]/.exec(cgroup ?? '') ?? [];
  if (engine === undefined || container === null) return [];
  return [`sudo ${engine === 'docker' ? 'docker' : 'podman'} stop ${shellWord(container)}`];
}

function lookAtPod({ podNamespace, podName }: PodName): string[] {
  if (podNamespace === undefined || podName === undefined) return look('');
  return [`sudo k8s kubectl -n ${shellWord(podNamespace)} describe pod ${shellWord(podName)}`];
}

/** Whether a unit is that of one service, which can be stopped for what its process does. */
function isOwnUnit(unit: string, uid: number | null): boolean {
  return unit.endsWith('.service') && !SHARED_UNITS.test(unit) && !isLogin(uid);
}

export function disable(unit: string): string[] {
  const [, snap, app] = /^snap\.([^.]+)\.([^.]+)\.service$/.exec(unit) ?? [];
  const stopping =
    snap === undefined || app === undefined
      ? `sudo systemctl disable --now -- ${shellWord(unit)}`
      : `sudo snap stop --disable ${shellWord(`${snap}.${app}`)}`;
  return [`systemctl status -- ${shellWord(unit)}`, stopping];
}

/**
 * Of a service of the same name in a unit of its own: another Kubernetes, or Docker's containerd. null: it is none. A socket file
 * that only root could put there shows that it is containerd, and no container in its unit.
 */
export function replaceInstallation(
  foreign: readonly OwnedListener[],
  service: string,
  path: string | null,
  revival: Advice,
): Advice | null {
  const isContainerd = path !== null && service === CONTAINERD;
  const units = foreign.flatMap(({ owners, uid }) =>
    owners.flatMap((one) => {
      if (one.kind !== 'process' || one.unit === null || one.container !== null || one.pod !== null) return [];
      return isOwnUnit(one.unit, uid) || (isContainerd && one.unit === `${CONTAINERD}.service`) ? [one.unit] : [];
    }),
  );
  const [unit] = units;
  if (unit === undefined) return null;
  const text = isContainerd
    ? `Another containerd runs here. Either stop and disable ${unit}, with the containers that need it, and ${revival.text}, or keep both: bootstrap or join this node with another containerd-base-dir.`
    : `Another installation runs here. If this node is to run Canonical Kubernetes, stop and disable ${unit}, and ${revival.text}; if not, remove the k8s snap.`;
  return advice(printable(text), ...disable(unit), ...revival.commands);
}

const CONTAINERD = 'containerd';

/** Of a process that only its comm ties to a service. */
export function confirmProcess(sockets: readonly OwnedListener[]): Advice {
  const pids = new Set(
    sockets.flatMap(({ owners }) => owners.flatMap((owner) => (owner.kind === 'process' ? owner.pid : []))),
  );
  return advice(
    'Confirm what the process is: only its comm matches, which any process can choose.',
    ...Array.from(pids, (pid) => `sudo readlink /proc/${pid}/exe`).slice(0, MAX_COMMANDS),
  );
}
