import { isDeepStrictEqual } from 'node:util';
import type { Child } from './child.js';
import { changeDisk, type Disk } from './disk.js';
import { defaultRouteScript, vxlanScript } from './network.js';
import type { DefaultRoute, Plan, Service, Vxlan } from './plan.js';
import { configure, type Site, startService } from './site.js';

interface Started {
  readonly service: Service;
  /** null if the plan has no running process for it. */
  readonly child: Child | null;
}

/** The current state of a node, and the means to change it to a plan. */
export class Reality {
  readonly #site: Site;
  readonly #started = new Map<string, Started>();
  #vxlan: Vxlan | null = null;
  #disk: Disk = new Map();
  #defaultRoute: DefaultRoute | null = null;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Changes what differs from the plan. */
  async become(plan: Plan): Promise<void> {
    const isOutdated = ({ service }: Started) => !isDeepStrictEqual(plan.services.get(service.name), service);
    await this.#stop([...this.#started.values()].filter(isOutdated));
    // First, because it frees addresses and ports that other services may be bound to.
    await Promise.all([
      this.#becomeVxlan(plan.vxlan),
      this.#becomeDefaultRoute(plan.defaultRoute),
      this.#becomeDisk(plan.disk),
    ]);
    const toStart = [...plan.services.values()].filter(({ name }) => !this.#started.has(name));
    // Wait for all even if one fails, so that none starts while the lab is being stopped.
    const results = await Promise.allSettled(toStart.map((service) => this.#start(service)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new Error(failures.map(String).join('\n'));
  }

  processes(): Map<string, number> {
    const pids = new Map<string, number>();
    for (const [name, { child }] of this.#started) if (child !== null) pids.set(name, child.pid);
    return pids;
  }

  async stopAll(): Promise<void> {
    await this.#stop([...this.#started.values()]);
  }

  async #start(service: Service): Promise<void> {
    this.#started.set(service.name, { service, child: await startService(this.#site, service) });
  }

  async #stop(outdated: readonly Started[]): Promise<void> {
    await Promise.all(outdated.map(({ child }) => child?.kill()));
    for (const { service } of outdated) this.#started.delete(service.name);
  }

  async #becomeDisk(disk: Disk): Promise<void> {
    await changeDisk(this.#site.disk, this.#disk, disk);
    this.#disk = disk;
  }

  async #becomeVxlan(vxlan: Vxlan | null): Promise<void> {
    if (isDeepStrictEqual(vxlan, this.#vxlan)) return;
    if (this.#vxlan !== null) await configure(this.#site, this.#vxlan.cgroup, `ip link del ${this.#vxlan.device}`);
    this.#vxlan = null;
    if (vxlan !== null) await configure(this.#site, vxlan.cgroup, vxlanScript(vxlan));
    this.#vxlan = vxlan;
  }

  async #becomeDefaultRoute(wanted: DefaultRoute | null): Promise<void> {
    if (wanted === this.#defaultRoute) return;
    const change = (action: 'add' | 'del', route: DefaultRoute): Promise<void> => {
      const script = defaultRouteScript(action, route, this.#site.node.addresses);
      return configure(this.#site, 'system.slice/systemd-networkd.service', script);
    };
    if (this.#defaultRoute !== null) await change('del', this.#defaultRoute);
    this.#defaultRoute = null;
    if (wanted !== null) await change('add', wanted);
    this.#defaultRoute = wanted;
  }
}
