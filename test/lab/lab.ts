import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../src/spec/rows.js';
import { makeCertificate } from './certificate.js';
import { Cgroups, writableCgroupRoot } from './cgroups.js';
import { type Answer, type Output, run, runAttached } from './child.js';
import { BARE_DIRECTORIES, makeDisk, NODE_DIRECTORIES, SNAP_DIRECTORIES } from './disk.js';
import type { Expectation, Fault } from './faults/fault.js';
import { faultFor } from './faults.js';
import { barePlan, describeNode, healthyPlan } from './healthy.js';
import { labName, makeLabDirectory, removeLabDirectory, sweepLeftovers } from './leftovers.js';
import { Namespaces } from './namespaces.js';
import { addressesUsable, interfacesScript } from './network.js';
import type { Addresses, Family, Node, Plan } from './plan.js';
import { Reality } from './reality.js';
import { type Behaviour, Responder, type SeenRequest } from './responder.js';
import { configure, onNode, type Site } from './site.js';
import { binOf, compileStandIn } from './stand_in.js';

export interface LabOptions {
  readonly role?: Role;
  readonly family?: Family;
  readonly containerdPath?: string;
  /** Without Canonical Kubernetes: a machine with an address, and nothing that listens. */
  readonly bare?: boolean;
  /** Names of faults that are applied at the start. */
  readonly faults?: readonly string[];
  /** Called with one line about each step before it is taken. */
  readonly onStep?: (line: string) => void;
}

export interface ExecOptions {
  /** User and group to run as; 0 by default. */
  readonly uid?: number;
  /** Variables added to this process's environment. */
  readonly env?: { readonly [name: string]: string };
}

/** A simulated node. Calls must not overlap, except `exec` and `run`. */
export interface Lab {
  readonly role: Role;
  readonly family: Family;
  readonly addresses: Addresses;
  readonly containerdPath: string;
  /** Path of the network namespace, valid while the lab runs. */
  readonly netns: string;
  /** Executables, logs and certificates. Removed when the lab stops. */
  readonly directory: string;
  /** What the node has in the directories of NODE_DIRECTORIES, below a directory of the machine. */
  readonly disk: string;
  /** Pids by service name. */
  readonly processes: ReadonlyMap<string, number>;
  /** What stand-ins were asked for over HTTP, in order. */
  readonly requests: readonly SeenRequest[];
  /** The applied faults, in order. */
  readonly faults: readonly Fault[];

  /** Runs a command in the node's mount and network namespaces. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Runs a command in the node's mount namespace, but in this process's network namespace. */
  run(argv: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Runs a command on the node with this process's terminal, and returns its exit code. A Node program may send requests. */
  attach(argv: readonly string[], answer?: Answer): Promise<number>;

  apply(fault: string): Promise<void>;
  /** Removes a fault. A node without faults is healthy. */
  clear(fault: string): Promise<void>;
  /** Changes the plan besides faults; null: not any more. */
  plant(change: ((plan: Plan, node: Node) => Plan) | null): Promise<void>;
  /** Stand-ins that answer in one way answer in another from now on; `{}`: each in its own. */
  answerInstead(behaviours: Partial<Readonly<Record<Behaviour, Behaviour>>>): void;
  /** The expected differences from the findings on a healthy node. */
  expectations(): Expectation[];
  stop(): Promise<void>;
}

/** The cgroup of a command that root types in a login session. */
const ROOT_SESSION = 'user.slice/user-0.slice/session-1.scope';

/**
 * Simulates a node of Canonical Kubernetes in its own namespaces: with etcd, containerd and a VXLAN device, and a stand-in for
 * every other service. Needs root. Its processes and namespaces end with this process. Directories that remain if this process
 * is killed are removed by the next lab.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const uid = process.getuid?.();
  if (uid !== 0) throw new Error(`a lab needs root to create namespaces; this is user ${uid}`);
  const { role = 'control-plane', family = 'ipv4', onStep = () => {} } = options;
  const bare = options.bare ?? false;
  const node = describeNode(role, family, options.containerdPath ?? '/run/containerd/containerd.sock');
  const cgroupRoot = await writableCgroupRoot();
  // Without its unit no service could be told from an impostor.
  if (cgroupRoot === null) throw new Error('a lab needs a cgroup2 hierarchy that it can write to');
  const faults = (options.faults ?? []).map((name) => faultFor(name, node));

  const cleanup = new Cleanup();
  try {
    const site = await prepareSite(node, bare, cgroupRoot, cleanup, onStep);
    const lab = new RunningLab(site, bare ? barePlan() : healthyPlan(node), faults, cleanup);
    onStep('starting the services');
    await lab.become();
    return lab;
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function prepareSite(
  node: Node,
  bare: boolean,
  cgroupRoot: string,
  cleanup: Cleanup,
  onStep: (line: string) => void,
): Promise<Site> {
  onStep('removing what killed labs left behind');
  await sweepLeftovers(cgroupRoot);
  const name = await labName();
  const directory = await makeLabDirectory(name);
  cleanup.add(() => removeLabDirectory(directory));
  const cgroups = new Cgroups(join(cgroupRoot, name));
  cleanup.add(() => cgroups.remove());

  onStep(`compiling the stand-in and making certificates in ${directory}`);
  const [, certificate] = await Promise.all([
    compileStandIn(directory),
    makeCertificate(directory, 'etcd', { days: 365, names: [`IP:${node.addresses.ipv4}`, 'IP:127.0.0.1'] }),
  ]);

  const responder = await Responder.start(directory, certificate);
  cleanup.add(() => responder.close());

  onStep('creating a network, a mount and a cgroup namespace');
  const state = join(directory, 'state');
  const log = join(directory, 'log');
  await Promise.all([mkdir(state), mkdir(log)]);
  const namespaces = await Namespaces.create(join(log, 'namespaces.log'), await cgroups.directory('.'));
  cleanup.add(() => namespaces.close());
  const disk = join(directory, 'disk');
  const directories = bare ? BARE_DIRECTORIES : NODE_DIRECTORIES;
  await makeDisk(disk, bare ? directories : SNAP_DIRECTORIES);
  const socket = bare ? null : node.containerdPath;
  await namespaces.prepareMounts(socket, state, binOf(directory), cgroupRoot, disk, directories);

  const site: Site = { node, directory, state, disk, namespaces, cgroups, certificate, responder };
  await configure(site, 'system.slice/systemd-networkd.service', interfacesScript(node));
  if (node.addresses.ipv6 !== null) await addressesUsable(namespaces.pid);
  return site;
}

class RunningLab implements Lab {
  readonly #site: Site;
  readonly #reality: Reality;
  readonly #cleanup: Cleanup;
  readonly #base: Plan;
  #faults: readonly Fault[];
  #planted: ((plan: Plan, node: Node) => Plan) | null = null;

  constructor(site: Site, base: Plan, faults: readonly Fault[], cleanup: Cleanup) {
    this.#site = site;
    this.#base = base;
    this.#faults = faults;
    this.#reality = new Reality(site);
    this.#cleanup = cleanup;
    cleanup.add(() => this.#reality.stopAll());
  }

  get role(): Role {
    return this.#site.node.role;
  }

  get family(): Family {
    return this.#site.node.family;
  }

  get addresses(): Addresses {
    return this.#site.node.addresses;
  }

  get containerdPath(): string {
    return this.#site.node.containerdPath;
  }

  get netns(): string {
    return this.#site.namespaces.netns;
  }

  get directory(): string {
    return this.#site.directory;
  }

  get disk(): string {
    return this.#site.disk;
  }

  get processes(): ReadonlyMap<string, number> {
    return this.#reality.processes();
  }

  get requests(): readonly SeenRequest[] {
    return this.#site.responder.requests;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<Output> {
    return this.#execute(argv, 'lab', options);
  }

  run(argv: readonly string[], options: ExecOptions = {}): Promise<Output> {
    return this.#execute(argv, 'host', options);
  }

  async attach(argv: readonly string[], answer?: Answer): Promise<number> {
    return runAttached(await onNode(this.#site, ROOT_SESSION, argv), answer);
  }

  async apply(fault: string): Promise<void> {
    const added = faultFor(fault, this.#site.node);
    if (!this.#faults.includes(added)) this.#faults = [...this.#faults, added];
    await this.become();
  }

  async clear(fault: string): Promise<void> {
    this.#faults = this.#faults.filter(({ name }) => name !== fault);
    await this.become();
  }

  async plant(change: ((plan: Plan, node: Node) => Plan) | null): Promise<void> {
    this.#planted = change;
    await this.become();
  }

  answerInstead(behaviours: Partial<Readonly<Record<Behaviour, Behaviour>>>): void {
    this.#site.responder.instead = behaviours;
  }

  expectations(): Expectation[] {
    return this.#faults.flatMap((fault) => fault.expect(this.#site.node));
  }

  async stop(): Promise<void> {
    await this.#cleanup.run();
  }

  /** Applies the plan with the current faults. */
  async become(): Promise<void> {
    const { node } = this.#site;
    const faulty = this.#faults.reduce((plan, fault) => fault.plan(plan, node), this.#base);
    await this.#reality.become(this.#planted === null ? faulty : this.#planted(faulty, node));
  }

  async #execute(argv: readonly string[], network: 'lab' | 'host', options: ExecOptions): Promise<Output> {
    const command = await onNode(this.#site, ROOT_SESSION, argv, { network, uid: options.uid ?? 0 });
    return run(command, { ...process.env, ...options.env });
  }
}

/** Clean-up steps, taken in reverse order. */
class Cleanup {
  readonly #steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Takes every step even if one fails, then throws the first error. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
