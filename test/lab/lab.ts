import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../src/spec/rows.js';
import { makeCertificate } from './certificate.js';
import { Cgroups, writableCgroupRoot } from './cgroups.js';
import { type Answer, type Output, run, runAttached } from './child.js';
import type { Expectation, Fault } from './faults/fault.js';
import { faultFor } from './faults.js';
import { describeNode, healthyPlan } from './healthy.js';
import { labName, makeLabDirectory, removeLabDirectory, sweepLeftovers } from './leftovers.js';
import { Namespaces } from './namespaces.js';
import { addressesUsable, interfacesScript } from './network.js';
import type { Addresses, Family, Node } from './plan.js';
import { Reality } from './reality.js';
import { configure, onNode, type Site } from './site.js';
import { binOf, compileStandIn } from './stand_in.js';

export interface LabOptions {
  readonly role?: Role;
  readonly family?: Family;
  readonly containerdPath?: string;
  /** Names from the table of faults, present from the start. */
  readonly faults?: readonly string[];
  /** Told what is about to be done, one line at a time. */
  readonly onStep?: (line: string) => void;
}

export interface ExecOptions {
  /** User and group to run as; 0 unless given. */
  readonly uid?: number;
  /** Variables besides those of our own environment. */
  readonly env?: { readonly [name: string]: string };
}

/** A pretend node. Its calls are not made to overlap, except `exec` and `run` with each other. */
export interface Lab {
  readonly role: Role;
  readonly family: Family;
  readonly addresses: Addresses;
  readonly containerdPath: string;
  /** Path of the network namespace, good for as long as the lab runs. */
  readonly netns: string;
  /** Executables, logs and certificates. Goes away with the lab. */
  readonly directory: string;
  /** False where the machine has no cgroup2 we may write to: then nobody has a unit. */
  readonly hasCgroups: boolean;
  /** Process ids by the name under which a service was started. */
  readonly processes: ReadonlyMap<string, number>;
  /** The faults that are present, in the order in which they came. */
  readonly faults: readonly Fault[];

  /** Runs a command on the node: in its mount and its network namespace. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Runs a command in the node's mount namespace, but in the network namespace we are in. */
  run(argv: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Runs a command on the node with our own terminal, and gives its exit code. A Node program may ask us things. */
  attach(argv: readonly string[], answer?: Answer): Promise<number>;

  apply(fault: string): Promise<void>;
  /** Takes a fault away again; a node without any is healthy. */
  clear(fault: string): Promise<void>;
  /** All that must be different from the answer for the healthy node, with the faults that are present. */
  expectations(): Expectation[];
  stop(): Promise<void>;
}

/** Where somebody is who logged in as root and types a command. */
const ROOT_SESSION = 'user.slice/user-0.slice/session-1.scope';

/**
 * Builds a node of Canonical Kubernetes inside namespaces of its own: a real etcd, a real containerd, a real VXLAN
 * device, and a small program in place of each other service. Needs root. No process and no namespace of it outlives
 * ours; directories that we could not remove because we were killed are removed by the next lab.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const uid = process.getuid?.();
  if (uid !== 0) throw new Error(`a lab needs root to create namespaces; we are user ${uid}`);
  const { role = 'control-plane', family = 'ipv4', onStep = () => {} } = options;
  const node = describeNode(role, family, options.containerdPath ?? '/run/containerd/containerd.sock');
  const cgroupRoot = await writableCgroupRoot();
  const faults = (options.faults ?? []).map((name) => faultFor(name, node, cgroupRoot !== null));

  const cleanup = new Cleanup();
  try {
    const site = await prepareSite(node, cgroupRoot, cleanup, onStep);
    const lab = new RunningLab(site, faults, cleanup);
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
  cgroupRoot: string | null,
  cleanup: Cleanup,
  onStep: (line: string) => void,
): Promise<Site> {
  onStep('removing what killed labs left behind');
  await sweepLeftovers(cgroupRoot);
  const name = await labName();
  const directory = await makeLabDirectory(name);
  cleanup.add(() => removeLabDirectory(directory));
  const cgroups = cgroupRoot === null ? null : new Cgroups(join(cgroupRoot, name));
  if (cgroups !== null) cleanup.add(() => cgroups.remove());

  onStep(`compiling the stand-in and making certificates in ${directory}`);
  const [, certificate] = await Promise.all([compileStandIn(directory), makeCertificate(directory, node.addresses)]);

  onStep('creating a network and a mount namespace');
  const state = join(directory, 'state');
  const log = join(directory, 'log');
  await Promise.all([mkdir(state), mkdir(log)]);
  const namespaces = await Namespaces.create(join(log, 'namespaces.log'));
  cleanup.add(() => namespaces.close());
  await namespaces.prepareMounts(node.containerdPath, state, binOf(directory));

  const site: Site = { node, directory, state, namespaces, cgroups, certificate };
  await configure(site, 'system.slice/systemd-networkd.service', interfacesScript(node));
  if (node.addresses.ipv6 !== null) await addressesUsable(namespaces.pid);
  return site;
}

class RunningLab implements Lab {
  readonly #site: Site;
  readonly #reality: Reality;
  readonly #cleanup: Cleanup;
  #faults: readonly Fault[];

  constructor(site: Site, faults: readonly Fault[], cleanup: Cleanup) {
    this.#site = site;
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

  get hasCgroups(): boolean {
    return this.#site.cgroups !== null;
  }

  get processes(): ReadonlyMap<string, number> {
    return this.#reality.processes();
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
    const added = faultFor(fault, this.#site.node, this.hasCgroups);
    if (!this.#faults.includes(added)) this.#faults = [...this.#faults, added];
    await this.become();
  }

  async clear(fault: string): Promise<void> {
    this.#faults = this.#faults.filter(({ name }) => name !== fault);
    await this.become();
  }

  expectations(): Expectation[] {
    return this.#faults.flatMap((fault) => fault.expect(this.#site.node));
  }

  async stop(): Promise<void> {
    await this.#cleanup.run();
  }

  /** Makes true what the healthy plan becomes with the faults that are present. */
  async become(): Promise<void> {
    const { node } = this.#site;
    await this.#reality.become(this.#faults.reduce((plan, fault) => fault.plan(plan, node), healthyPlan(node)));
  }

  async #execute(argv: readonly string[], network: 'lab' | 'host', options: ExecOptions): Promise<Output> {
    const command = await onNode(this.#site, ROOT_SESSION, argv, { network, uid: options.uid ?? 0 });
    return run(command, { ...process.env, ...options.env });
  }
}

/** What has to be undone, last things first. */
class Cleanup {
  readonly #steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Takes every step even where one fails, and then fails with the first failure. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
