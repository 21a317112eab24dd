import { isInRange, type PortRange } from '../../base/port_range.js';
import type { Link } from '../../kernel/network/links.js';
import {
  isUnitOfOther,
  MICROK8S_SNAPS,
  OTHER_SOFTWARE,
  type OtherInstallation,
  otherSoftware,
} from '../../node/other_installations.js';
import type { AnsweredNeed, CodedObstacle, ObstacleFacts } from '../../verdict/obstacle.js';
import type { Holder } from '../../verdict/text/event.js';
import type { NodeState } from './document.js';
import { type Machine, portRanges } from './machine.js';
import { isOrMayBeNode } from './own_services.js';

/** What may block an installation. */
export interface Situation {
  readonly needs: readonly AnsweredNeed[];
  readonly machine: Omit<Machine, 'source'>;
  readonly state: NodeState;
  /** Whether no default route was found, where routes could be read. */
  readonly isRouteless: boolean;
  readonly ephemeralPorts: PortRange | null;
  readonly tunnelPort: number;
  readonly hasNetwork: boolean;
  readonly containerdSocket: string;
  /** A file of an earlier installation; null: there is none. */
  readonly leftState: string | null;
}

/** Everything that is in the way. Pure. */
export function obstaclesIn(situation: Situation): ObstacleFacts[] {
  const others = otherKubernetes(situation);
  const held = heldAddresses(situation, others);
  const network = tunnelObstacles(situation);
  if (isOrMayBeNode(situation.state)) return [...others, ...held, ...network];
  return [
    ...others,
    ...containerdDirectory(situation),
    ...held,
    ...otherServices(situation),
    ...network,
    ...leftovers(situation),
    ...route(situation),
    ...ephemeralRange(situation),
  ];
}

function facts(coded: CodedObstacle, needs: readonly number[] = [], holders: readonly Holder[] = []): ObstacleFacts {
  return { ...coded, needs, holders };
}

/** One holder, and the address that it has, by index. */
interface Holding {
  readonly need: number;
  readonly holder: Holder;
}

function holdingsOf(needs: readonly AnsweredNeed[]): Holding[] {
  return needs.flatMap(({ state, holders }, need) =>
    state === 'held' ? holders.map((holder) => ({ need, holder })) : [],
  );
}

/** Whether units of the software have a socket. */
function isHeldBy(name: string, { holder }: Holding): boolean {
  const software = otherSoftware(name);
  return holder.owners.some(
    (owner) => owner.kind === 'process' && owner.unit !== null && isUnitOfOther(owner.unit, software),
  );
}

function isKubernetes({ name }: Pick<OtherInstallation, 'name'>): boolean {
  return otherSoftware(name).kind === 'kubernetes';
}

/** Other distributions, with all the addresses that they have. */
function otherKubernetes({ needs, machine, state }: Situation): ObstacleFacts[] {
  const holdings = holdingsOf(needs);
  return OTHER_SOFTWARE.filter(isKubernetes).flatMap(({ name }): ObstacleFacts[] => {
    const own = holdings.filter((one) => isHeldBy(name, one));
    const found = machine.others.find((one) => one.name === name);
    const { running = [], enabled = [], paths = [], uninstaller = null } = found ?? {};
    const held = own.flatMap(({ holder }) =>
      holder.owners.flatMap((owner) => (owner.kind === 'process' ? (owner.unit ?? []) : [])),
    );
    const units = [...new Set([...running, ...held])];
    const as = (coded: CodedObstacle): ObstacleFacts[] => [
      facts(
        coded,
        [...new Set(own.map(({ need }) => need))],
        own.map(({ holder }) => holder),
      ),
    ];
    const snap = MICROK8S_SNAPS.find((path) => name === 'microk8s' && paths.includes(path));
    if (snap !== undefined && state !== 'running') return as({ code: 'microk8s-installed', params: { path: snap } });
    if (units.length > 0) return as({ code: 'other-kubernetes-running', params: { name, units, uninstaller } });
    if (enabled.length > 0)
      return as({ code: 'other-kubernetes-enabled', params: { name, units: enabled, uninstaller } });
    const [path] = paths;
    if (path === undefined || isOrMayBeNode(state)) return [];
    return as({ code: 'other-kubernetes-files', params: { name, path, uninstaller } });
  });
}

function isInContainerdDirectory({ path }: AnsweredNeed, { containerdDirectory }: Situation['machine']): boolean {
  return containerdDirectory !== null && path?.startsWith(`${containerdDirectory}/`) === true;
}

function containerdDirectory(situation: Situation): ObstacleFacts[] {
  const { machine, needs } = situation;
  const path = machine.containerdDirectory;
  if (path === null) return [];
  const at = needs.flatMap((need, index) => (isInContainerdDirectory(need, machine) ? [index] : []));
  const holders = at.flatMap((index) => needs[index]?.holders ?? []);
  return [facts({ code: 'containerd-directory', params: { path } }, at, holders)];
}

/** One obstacle for each process, unit or pod that has addresses. */
function heldAddresses(situation: Situation, others: readonly ObstacleFacts[]): ObstacleFacts[] {
  const { needs, machine, state } = situation;
  const names = others.flatMap(({ code, params }) =>
    'name' in params ? params.name : code === 'microk8s-installed' ? 'microk8s' : [],
  );
  const groups = new Map<string, Holding[]>();
  for (const one of holdingsOf(needs)) {
    const need = needs[one.need];
    if (need === undefined || names.some((name) => isHeldBy(name, one))) continue;
    if (isTunnelDevice(one.holder, need, situation)) continue;
    if (!isOrMayBeNode(state) && isInContainerdDirectory(need, machine)) continue;
    const key = keyOf(one.holder);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const at = [...new Set(group.map(({ need }) => need))];
    const holders = group.map(({ holder }) => holder);
    return facts(
      codeOf(
        holders,
        at.flatMap((index) => needs[index] ?? []),
        situation.ephemeralPorts,
      ),
      at,
      holders,
    );
  });
}

function keyOf({ kind, place, owners }: Holder): string {
  if (kind === 'time-wait') return kind;
  const [owner] = owners;
  if (owner === undefined) return `${kind} ${place}`;
  if (owner.kind === 'kernel') return `kernel ${owner.device}`;
  return (
    owner.pod ?? owner.container ?? (owner.unit === null ? `pid ${owner.pid}` : `unit ${owner.unit} ${owner.comm}`)
  );
}

function codeOf(
  holders: readonly Holder[],
  held: readonly AnsweredNeed[],
  ephemeralPorts: PortRange | null,
): CodedObstacle {
  const [first] = holders;
  if (first?.kind === 'time-wait') {
    const rest = holders.map(({ remainingMs }) => remainingMs);
    const longest = rest.includes(null) ? null : Math.max(...rest.map((ms) => ms ?? 0)) / 1000;
    const isOfClient = held.some(({ port }) => isInRange(port, ephemeralPorts));
    return {
      code: isOfClient ? 'client-address-closing' : 'server-address-closing',
      params: { seconds: longest },
    };
  }
  if (first?.kind === 'file') return { code: 'leftover-socket', params: { path: first.place } };
  if (held.some(({ needed }) => needed === 'always')) return { code: 'address-held', params: {} };
  return {
    code: held.some(({ needed }) => needed === 'maybe') ? 'address-held-maybe' : 'checked-port-held',
    params: {},
  };
}

/** Devices of Cilium, by name. */
const CILIUM_DEVICES: readonly string[] = ['cilium_vxlan', 'cilium_geneve', 'cilium_wg0', 'cilium_host'];

function isTunnelDevice(holder: Holder, { protocol, port }: AnsweredNeed, { tunnelPort }: Situation): boolean {
  return holder.kind === 'kernel' && protocol === 'udp' && port === tunnelPort;
}

/** Also devices that are down: the kernel opens the port when they go up, and Cilium does not tell the difference. */
function tunnelObstacles({ machine, tunnelPort, hasNetwork, state }: Situation): ObstacleFacts[] {
  const taken = machine.links.filter((link) => hasNetwork && isForeignTunnel(link, tunnelPort));
  const devices = taken.map(({ name }) => name);
  const left = machine.links.map(({ name }) => name).filter((name) => CILIUM_DEVICES.includes(name));
  return [
    ...(devices.length === 0 ? [] : [facts({ code: 'tunnel-port-taken', params: { devices, port: tunnelPort } })]),
    ...(left.length === 0 || isOrMayBeNode(state)
      ? []
      : [facts({ code: 'leftover-devices', params: { devices: left } })]),
  ];
}

function isForeignTunnel({ name, port }: Link, tunnelPort: number): boolean {
  return port === tunnelPort && !CILIUM_DEVICES.includes(name);
}

/** What does not run now, and will take an address after the next start of the machine. */
function otherServices({ machine, needs, containerdSocket }: Situation): ObstacleFacts[] {
  const isWanted: Readonly<Record<'runtime' | 'datastore', boolean>> = {
    runtime: machine.containerdDirectory === null && containerdSocket === '/run/containerd/containerd.sock',
    datastore: needs.some(
      ({ protocol, port, needed }) => protocol === 'tcp' && ETCD.includes(port ?? 0) && needed === 'always',
    ),
  };
  return machine.others.flatMap(({ name, running, enabled }) => {
    const { kind } = otherSoftware(name);
    if (kind === 'kubernetes' || !isWanted[kind] || enabled.length === 0 || running.length > 0) return [];
    return [facts({ code: 'other-service-enabled', params: { name, units: enabled } })];
  });
}

/** The ports that etcd takes without a configuration of its own. */
const ETCD: readonly number[] = [2379, 2380];

function leftovers({ leftState }: Situation): ObstacleFacts[] {
  return leftState === null ? [] : [facts({ code: 'leftover-state', params: { path: leftState } })];
}

function route({ isRouteless }: Situation): ObstacleFacts[] {
  return isRouteless ? [facts({ code: 'no-default-route', params: {} })] : [];
}

function ephemeralRange({ needs, machine, ephemeralPorts }: Situation): ObstacleFacts[] {
  if (ephemeralPorts === null) return [];
  const reserved = portRanges(machine.reservedPorts);
  const at = needs.flatMap(({ port, needed }, index) => {
    const isFree = isInRange(port, ephemeralPorts) && !reserved.some((range) => isInRange(port, range));
    return isFree && needed !== 'no' ? [index] : [];
  });
  if (at.length === 0) return [];
  const ports = [...new Set(at.map((index) => needs[index]?.port ?? 0))].sort((a, b) => a - b);
  const kept = machine.reservedPorts.split(',').filter((one) => one !== '');
  return [
    facts({ code: 'ephemeral-range', params: { ...ephemeralPorts, reserved: [...kept, ...ports.map(String)] } }, at),
  ];
}
