import type { Transport } from '../../src/kernel/sockets/listener.js';
import type { Role } from '../../src/spec/rows.js';
import { argumentsFile, type Disk, type DiskFile } from './disk.js';
import type { Behaviour } from './responder.js';

export type Family = 'ipv4' | 'dual';

export interface Addresses {
  /** Address of the interface with the default route. */
  readonly ipv4: string;
  /** Likewise; null without IPv6. */
  readonly ipv6: string | null;
  /** Address of the other interface. */
  readonly other: string;
}

/** The constant properties of a lab. */
export interface Node {
  readonly role: Role;
  readonly family: Family;
  readonly addresses: Addresses;
  /** The wildcard address of a Go program: `::`, or `0.0.0.0` without IPv6. */
  readonly any: string;
  readonly containerdPath: string;
}

export interface InetSocket {
  readonly protocol: Transport;
  readonly address: string;
  /** 0 lets the kernel choose; `=` is the port of the previous socket. */
  readonly port: number | '=';
  /** Further options of stand_in.c. */
  readonly options: readonly string[];
}

export interface AbstractSocket {
  readonly protocol: 'unix';
  readonly abstract: string;
}

export type Socket = InetSocket | AbstractSocket;

interface ServiceFields {
  /** argv[0], and its first 15 bytes are comm. */
  readonly name: string;
  readonly cgroup: string;
  /** Its arguments; etcd and containerd have more, of the lab. */
  readonly flags: readonly string[];
}

export interface StandIn extends ServiceFields {
  readonly program: 'stand-in';
  /** Name of the executable file. If it differs from `name`, `name` is a symbolic link to it. */
  readonly executable: string;
  readonly uid: number;
  readonly sockets: readonly Socket[];
  /** The comm it sets itself; null if it keeps the first one. */
  readonly comm: string | null;
  /** How it keeps its sockets: an option of stand_in.c. */
  readonly holding: '--fork' | '--leave-main-thread' | '--in-flight' | null;
}

export interface Etcd extends ServiceFields {
  readonly program: 'etcd';
}

export interface Containerd extends ServiceFields {
  readonly program: 'containerd';
  /** Of its socket. */
  readonly path: string;
  /** With the CRI plugin, as for a kubelet; Docker's containerd runs without. */
  readonly cri: boolean;
  /** `stale`: killed, its socket file remains. `gone`: neither. `unlinked`: it runs, but its socket file was removed. */
  readonly socket: 'served' | 'stale' | 'gone' | 'unlinked';
}

/** The script of the snap that starts a service once what it needs answers, which is never. */
export interface Waiting extends ServiceFields {
  readonly program: 'waiting';
}

export type Service = StandIn | Etcd | Containerd | Waiting;

export interface Vxlan {
  readonly device: string;
  /** Cgroup of the process that creates it, which the kernel records in the socket. */
  readonly cgroup: string;
}

/** How the default route leads out: also by two hops, from an address on lo, or by a nexthop object, which the route only names. */
export type DefaultRoute = 'one-hop' | 'two-hops' | 'address-on-lo' | 'nexthop-object';

/** The desired state of a node. Plain data, so that two plans can be compared. */
export interface Plan {
  readonly services: ReadonlyMap<string, Service>;
  readonly vxlan: Vxlan | null;
  readonly defaultRoute: DefaultRoute | null;
  /** What is in the directories of NODE_DIRECTORIES. */
  readonly disk: Disk;
}

export function tcp(address: string, port: number | '=', ...options: string[]): InetSocket {
  return { protocol: 'tcp', address, port, options };
}

/** One that answers connections; the others never accept any. */
export function answering(behaviour: Behaviour, address: string, port: number, ...options: string[]): InetSocket {
  return tcp(address, port, ...options, `answers=${behaviour}`);
}

export function udp(address: string, port: number | '=', ...options: string[]): InetSocket {
  return { protocol: 'udp', address, port, options };
}

/** A service that runs under its own name, as root, and keeps its sockets the ordinary way. */
export function standIn(
  fields: Pick<StandIn, 'name' | 'cgroup' | 'sockets'> & Partial<Omit<StandIn, 'program'>>,
): StandIn {
  return { program: 'stand-in', executable: fields.name, uid: 0, comm: null, holding: null, flags: [], ...fields };
}

export function containerd(
  name: string,
  path: string,
  fields: Pick<Containerd, 'cgroup' | 'cri' | 'flags'>,
): Containerd {
  return { program: 'containerd', name, path, socket: 'served', ...fields };
}

export function withService(plan: Plan, service: Service): Plan {
  return { ...plan, services: new Map(plan.services).set(service.name, service) };
}

export function withoutService(plan: Plan, name: string): Plan {
  return { ...plan, services: new Map([...plan.services].filter(([key]) => key !== name)) };
}

export function withFiles(plan: Plan, files: Iterable<readonly [path: string, file: DiskFile]>): Plan {
  return { ...plan, disk: new Map([...plan.disk, ...files]) };
}

export function withoutFiles(plan: Plan, ...paths: readonly string[]): Plan {
  return { ...plan, disk: new Map([...plan.disk].filter(([path]) => !paths.includes(path))) };
}

/** A plan with a flag of a service set by an administrator: in its line of the arguments file, or in another at the end. */
export function withFlag(plan: Plan, name: string, flag: string): Plan {
  const service = plan.services.get(name);
  const path = argumentsFile(name);
  const text = plan.disk.get(path);
  if (service === undefined || typeof text !== 'string') throw new Error(`${name} has no arguments in the plan`);
  const isOther = (one: string): boolean => !one.startsWith(flag.slice(0, flag.indexOf('=') + 1));
  const lines = text.trimEnd().split('\n');
  const edited = lines.every(isOther) ? [...lines, flag] : lines.map((line) => (isOther(line) ? line : flag));
  const flags = [...service.flags.filter(isOther), flag];
  return withService(withFiles(plan, [[path, `${edited.join('\n')}\n`]]), { ...service, flags });
}

/** A plan with some fields of a stand-in changed. */
export function changed(plan: Plan, name: string, fields: Partial<Omit<StandIn, 'program' | 'name'>>): Plan {
  return withService(plan, { ...planned(plan, name, 'stand-in'), ...fields });
}

/** A plan with a TCP socket of a service replaced by others, or by none. */
export function rebound(plan: Plan, name: string, port: number, ...replacements: InetSocket[]): Plan {
  const { sockets } = planned(plan, name, 'stand-in');
  const isMeant = (socket: Socket) => socket.protocol === 'tcp' && socket.port === port;
  if (!sockets.some(isMeant)) throw new Error(`${name} has no TCP port ${port} in the plan`);
  return changed(plan, name, { sockets: [...sockets.filter((socket) => !isMeant(socket)), ...replacements] });
}

export function planned<Program extends Service['program']>(
  plan: Plan,
  name: string,
  program: Program,
): Extract<Service, { program: Program }> {
  const service = plan.services.get(name);
  if (service?.program !== program) throw new Error(`the plan has no ${program} named ${name}`);
  return service as Extract<Service, { program: Program }>;
}
