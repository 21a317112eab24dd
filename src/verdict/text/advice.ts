import { printable } from '../../base/text.js';
import type { OwnedListener, Owner } from '../../kernel/owners/owner.js';
import type { CodedFinding } from '../codes.js';
import type { Advice, Expected, FindingFacts, FindingFields } from '../finding.js';
import { listed, listenersText, programName } from './format.js';

/** Of one kind. */
const MAX_COMMANDS = 8;

/** Services of the k8s snap, which systemd runs (`snap services k8s`). Other services of a spec mostly run in pods. */
const SNAP_SERVICES = [
  'containerd',
  'etcd',
  'k8s-apiserver-proxy',
  'k8s-dqlite',
  'k8sd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubelet',
];

/** What to do about a finding; null: nothing. `sockets` are those of the document, by id. Pure. */
export function adviceFor(facts: FindingFacts, sockets: ReadonlyMap<string, OwnedListener>): Advice | null {
  const { expected, matchedBy } = facts;
  const of = (ids: readonly string[]): OwnedListener[] => ids.flatMap((id) => sockets.get(id) ?? []);
  const service = printable(expected?.service ?? 'the service');
  switch (facts.code) {
    case 'listens':
    case 'listens-at-noted-path':
      return matchedBy === 'comm' ? confirmProcess(of(facts.sockets)) : null;
    case 'row-not-for-role':
    case 'condition-not-met':
    case 'replaced-by-service':
      return null;
    case 'unreachable-address':
    case 'serves-ipv4-only':
      return advice(
        `Configure ${service} to listen on ${hostText(expected)}: its clients cannot reach it.`,
        ...look(service),
      );
    case 'stricter-address':
    case 'serves-ipv6-only':
      return advice(
        `Nothing, if this is intended hardening; otherwise configure ${service} to listen on ${hostText(expected)}.`,
      );
    case 'v6only-unknown':
      return advice('Check whether v6only is set on the socket.', 'ss -lnpe');
    case 'wider-address':
      return advice(
        `Bind ${service} to ${hostText(expected)} and restart it; until then, block access to the port with a firewall.`,
        ...look(service),
      );
    case 'other-address':
      return advice(
        `Configure ${service} to listen on ${hostText(expected)} instead of ${listenersText(of(facts.params.elsewhere))}.`,
        'ip route show default',
        ...look(service),
      );
    case 'held-by-another':
      return stopForeign('If it does not belong there, ', of(facts.params.foreign), service);
    case 'not-its-unit':
      return stopForeign(`If it is not ${service}, `, of(facts.params.foreign), service);
    case 'shared-with-another':
      return stopBeside(of(facts.params.foreign), service);
    case 'kernel-device-instead':
      return moveDevice(of(facts.params.foreign), service);
    case 'owner-unseen':
    case 'noted-if-owner-seen':
      return seeOwners(of(facts.sockets));
    case 'no-default-route':
    case 'no-default-address':
    case 'default-route-unread':
      return advice('Check the default route of this node.', 'ip route show default', 'ip -6 route show default');
    case 'table-incomplete':
    case 'wider-address-unread':
      return advice('Fix what kept the table from being read, which `coverage` names, and run again.');
    case 'not-a-node':
    case 'role-unknown':
    case 'role-unknown-and-held':
      return advice(
        'Say which role this node has.',
        'k8s-sockwatch --role control-plane',
        'k8s-sockwatch --role worker',
      );
    case 'condition-undecided':
      return advice('Run again as root, so that the owners of all ports are known.', 'sudo k8s-sockwatch');
    case 'no-listener':
      return advice(`Check whether ${service} is running, and its log.`, ...look(service));
    case 'only-others-listen':
      return advice(`Check which address ${service} is configured to listen on.`, ...look(service));
    case 'not-a-socket':
      return advice(
        `Find out what put the file there: it is not a socket, and ${service} cannot listen in its place.`,
        ...(expected?.path == null ? [] : [`ls -ld -- ${shellWord(expected.path)}`]),
        ...look(service),
      );
    case 'stale-socket-file':
    case 'no-socket-file':
    case 'socket-file-replaced':
      return advice(
        `Check whether ${service} is running, and restart it to recreate its socket.`,
        ...look(service),
        ...restart(service),
      );
    case 'path-not-protected': {
      const path = printable(facts.params.path);
      return advice(`Let only root write to the directories of ${path}.`, `namei -l ${shellWord(facts.params.path)}`);
    }
    case 'several-named':
      return advice('Run again with --allow-module-load: the table of unix_diag has the files of sockets.');
    case 'file-unchecked':
    case 'no-listener-file-unchecked':
    case 'no-listener-file-unreadable':
      return advice('Run again on the host as root, so that the socket file can be checked.', 'sudo k8s-sockwatch');
    case 'not-in-spec':
    case 'not-in-spec-link-local': {
      const { text, commands } = stop(of(facts.sockets)) ?? { text: 'find its owner', commands: [] };
      return advice(`If it belongs here, describe it in a notes file (--notes); otherwise ${text}.`, ...commands);
    }
    case 'noted-by-name-only': {
      const { text, commands } = stop(of(facts.sockets)) ?? { text: 'find its owner', commands: [] };
      const lead = 'If it belongs here, name its systemd unit in a notes file (services, units)';
      return advice(`${lead}; otherwise ${text}.`, ...commands);
    }
    case 'ephemeral-range-unknown':
      return advice('Compare the port with the ephemeral port range.', 'sysctl net.ipv4.ip_local_port_range');
  }
}

/** The same for a document written before there were codes: advice that fits most findings of the verdict. */
export function adviceForUncoded(fields: FindingFields, sockets: ReadonlyMap<string, OwnedListener>): Advice | null {
  const coded = commonCode(
    fields,
    fields.sockets.flatMap((id) => sockets.get(id) ?? []),
  );
  return coded === null ? null : adviceFor({ ...fields, ...coded }, sockets);
}

function commonCode(
  { verdict, severity, expected, sockets: ids }: FindingFields,
  sockets: readonly OwnedListener[],
): CodedFinding | null {
  const service = expected?.service ?? '';
  switch (verdict) {
    case 'ok':
      return { code: 'listens', params: {} };
    case 'missing':
      return { code: expected?.path == null ? 'no-listener' : 'no-socket-file', params: { service } };
    case 'exposed':
      return { code: 'wider-address', params: { wider: ids, unseen: [] } };
    case 'wrong-owner': {
      const isDevice = sockets.some(({ owners }) => owners.some(({ kind }) => kind === 'kernel'));
      if (isDevice) return { code: 'kernel-device-instead', params: { service, foreign: ids } };
      return { code: 'held-by-another', params: { service, foreign: ids, path: null } };
    }
    case 'wrong-address':
      return { code: 'other-address', params: { elsewhere: ids } };
    case 'narrowed':
      if (severity === 'warning') return { code: 'unreachable-address', params: {} };
      return { code: 'stricter-address', params: { hardening: null } };
    case 'unverified': {
      const hasUnknownOwner = sockets.some(({ ownersUnknown }) => ownersUnknown !== null);
      return hasUnknownOwner ? { code: 'owner-unseen', params: { service, unseen: ids, path: null } } : null;
    }
    case 'not-applicable':
      return null;
    case 'unexpected':
      return { code: 'not-in-spec', params: {} };
  }
}

function advice(text: string, ...commands: string[]): Advice {
  return { text, commands };
}

function hostText(expected: Expected | null): string {
  switch (expected?.host) {
    case 'localhost':
      return 'loopback';
    case 'default':
      return 'the default interface';
    case '*':
      return 'all addresses';
    default:
      return printable(expected?.host ?? expected?.path ?? 'the address in the spec');
  }
}

/** The snap's service for a name in a spec, which may be cut to the 15 characters of a process list. */
function snapService(service: string): string | null {
  return SNAP_SERVICES.find((name) => name === service || name.startsWith(`${service}-`)) ?? null;
}

/** Commands that show whether a service is running. */
function look(service: string): string[] {
  const name = snapService(service);
  return name === null ? ['k8s kubectl get pods -A -o wide'] : ['snap services k8s', `journalctl -u snap.k8s.${name}`];
}

function restart(service: string): string[] {
  const name = snapService(service);
  return name === null ? [] : [`snap restart k8s.${name}`];
}

function confirmProcess(sockets: readonly OwnedListener[]): Advice {
  const pids = new Set(
    sockets.flatMap(({ owners }) => owners.flatMap((owner) => (owner.kind === 'process' ? owner.pid : []))),
  );
  return advice(
    'Confirm what the process is: only its comm matches, which any process can choose.',
    ...Array.from(pids, (pid) => `sudo readlink /proc/${pid}/exe`).slice(0, MAX_COMMANDS),
  );
}

function stopForeign(lead: string, foreign: readonly OwnedListener[], service: string): Advice {
  const stopped = stop(foreign);
  if (stopped === null) return advice(`Find its owner, and restart ${service} once the address is free.`);
  return advice(`${lead}${stopped.text}, then restart ${service}.`, ...stopped.commands, ...restart(service));
}

/** The service itself runs as it should. */
function stopBeside(foreign: readonly OwnedListener[], service: string): Advice {
  const stopped = stop(
    foreign.map((listener) => ({ ...listener, owners: listener.owners.filter((one) => !isOfService(one, service)) })),
  );
  if (stopped === null) return advice(`Find what is listening beside ${service}, and stop it.`);
  const { text, commands } = stopped;
  return advice(`Find out why it is there, and ${text}; ${service} need not be restarted.`, ...commands);
}

function isOfService(owner: Owner, service: string): boolean {
  const name = snapService(service);
  return owner.kind === 'process' && name !== null && owner.unit === `snap.k8s.${name}.service`;
}

function moveDevice(foreign: readonly OwnedListener[], service: string): Advice {
  const devices = foreign.flatMap(({ owners }) => owners.flatMap((one) => (one.kind === 'kernel' ? one.device : [])));
  const names = [...new Set(devices)];
  return advice(
    printable(`Find out what created ${listed(names, ' and ')}, and move it or ${service} to another port.`),
    ...names.slice(0, MAX_COMMANDS).map((name) => `ip -d link show ${shellWord(name)}`),
  );
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
function stop(sockets: readonly OwnedListener[]): Advice | null {
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
  const who = printable(`${programName(owner)} (pid ${owner.pid})`);
  if (owner.pod !== null) return advice(`remove its pod, ${printable(owner.pod)}`, ...look(''));
  if (owner.container !== null) return advice(printable(`stop the container of ${who}, ${owner.container}`));
  const isService = owner.unit?.endsWith('.service') === true && !SHARED_UNITS.test(owner.unit) && !isLogin(uid);
  if (owner.unit === null || !isService) return advice(`stop ${who}`, `sudo kill ${owner.pid}`);
  // Systemd may start the process again.
  const unit = shellWord(owner.unit);
  return advice(
    printable(`stop and disable ${owner.unit}`),
    `systemctl status -- ${unit}`,
    `sudo systemctl disable --now -- ${unit}`,
  );
}

function seeOwners(sockets: readonly OwnedListener[]): Advice {
  const unknown = new Set(sockets.map(({ ownersUnknown }) => ownersUnknown));
  if (unknown.has('permission')) {
    return advice('Run again as root: the owner belongs to another user.', 'sudo k8s-sockwatch');
  }
  if (unknown.has('not-found')) {
    return advice('Run again on the host, in its own PID namespace: no process visible from here is the owner.');
  }
  if (unknown.has('not-looked')) return advice('Run again with owner lookup.', 'sudo k8s-sockwatch --owners auto');
  if (unknown.has('no-inode')) return advice('Run again with --allow-module-load, for a clear table.');
  return advice('Run again: the owner exited, or did not answer in time.', 'sudo k8s-sockwatch');
}

/** One argument of a shell command. Names are free to choose: nothing in them may act on a shell or a terminal. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`;
}
