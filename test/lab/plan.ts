import type { Transport } from '../../src/kernel/sockets/listener.js';
import type { Role } from '../../src/spec/rows.js';

export type Family = 'ipv4' | 'dual';

export interface Addresses {
  /** On the interface of the default route. */
  readonly ipv4: string;
  /** Likewise; null on a node without IPv6. */
  readonly ipv6: string | null;
  /** On the other interface. */
  readonly other: string;
}

/** What does not change while a lab runs. */
export interface Node {
  readonly role: Role;
  readonly family: Family;
  readonly addresses: Addresses;
  /** `0.0.0.0`, or `::` where IPv6 is enabled: what a Go program makes of "all addresses". */
  readonly any: string;
  readonly containerdPath: string;
}

export interface InetSocket {
  readonly protocol: Transport;
  readonly address: string;
  /** 0: the kernel chooses; `=`: the port of the socket before. */
  readonly port: number | '=';
  /** Further words that stand_in.c knows. */
  readonly options: readonly string[];
}

export interface AbstractSocket {
  readonly protocol: 'unix';
  readonly abstract: string;
}

export type Socket = InetSocket | AbstractSocket;

interface ServiceFields {
  /** Under which it is started: argv[0], and comm as far as 15 bytes go. */
  readonly name: string;
  readonly cgroup: string;
}

export interface StandIn extends ServiceFields {
  readonly program: 'stand-in';
  /** Name of the executable file. Where it is not `name`, `name` is a symbolic link to it. */
  readonly executable: string;
  readonly uid: number;
  readonly sockets: readonly Socket[];
  /** What it calls itself after the start; null: as it was started. */
  readonly comm: string | null;
  /** How the sockets are held: an option of stand_in.c. */
  readonly holding: '--fork' | '--leave-main-thread' | '--in-flight' | null;
}

export interface Etcd extends ServiceFields {
  readonly program: 'etcd';
  readonly clientAddresses: readonly string[];
}

export interface Containerd extends ServiceFields {
  readonly program: 'containerd';
  /** With the CRI plugin, as for a kubelet; Docker's runs without. */
  readonly cri: boolean;
  /** `stale`: killed, with its file left. `gone`: neither. `unlinked`: it runs, but its file was removed. */
  readonly socket: 'served' | 'stale' | 'gone' | 'unlinked';
}

export type Service = StandIn | Etcd | Containerd;

export interface Vxlan {
  readonly device: string;
  /** Of the process that makes it: the kernel notes it for the socket. */
  readonly cgroup: string;
}

/** A node as it should be: what the lab makes true. Plain data, so that two plans can be compared. */
export interface Plan {
  readonly services: ReadonlyMap<string, Service>;
  readonly vxlan: Vxlan | null;
  readonly defaultRoute: boolean;
}

export function tcp(address: string, port: number | '=', ...options: string[]): InetSocket {
  return { protocol: 'tcp', address, port, options };
}

export function udp(address: string, port: number | '=', ...options: string[]): InetSocket {
  return { protocol: 'udp', address, port, options };
}

/** A service that is started under its own name, as root, and holds its sockets the ordinary way. */
export function standIn(
  fields: Pick<StandIn, 'name' | 'cgroup' | 'sockets'> & Partial<Omit<StandIn, 'program'>>,
): StandIn {
  return { program: 'stand-in', executable: fields.name, uid: 0, comm: null, holding: null, ...fields };
}

export function withService(plan: Plan, service: Service): Plan {
  return { ...plan, services: new Map(plan.services).set(service.name, service) };
}

export function withoutService(plan: Plan, name: string): Plan {
  return { ...plan, services: new Map([...plan.services].filter(([key]) => key !== name)) };
}

/** The plan with some fields of a stand-in changed. */
export function changed(plan: Plan, name: string, fields: Partial<Omit<StandIn, 'program' | 'name'>>): Plan {
  return withService(plan, { ...planned(plan, name, 'stand-in'), ...fields });
}

/** The plan with a TCP socket of a service replaced by others, or by none. */
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
  if (service?.program !== program) throw new Error(`the plan has no ${program} by the name of ${name}`);
  return service as Extract<Service, { program: Program }>;
}
