import { isDeepStrictEqual } from 'node:util';
import type { Child } from './child.js';
import { defaultRouteScript, vxlanScript } from './network.js';
import type { Plan, Service, Vxlan } from './plan.js';
import { configure, type Site, startService } from './site.js';

interface Started {
  readonly service: Service;
  /** null: the plan for it is that no process of it stays. */
  readonly child: Child | null;
}

/** What of a plan is true at the moment, and how it is made true. */
export class Reality {
  readonly #site: Site;
  readonly #started = new Map<string, Started>();
  #vxlan: Vxlan | null = null;
  #defaultRoute = false;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Changes what differs from the plan, and nothing else. */
  async become(plan: Plan): Promise<void> {
    const isOutdated = ({ service }: Started) => !isDeepStrictEqual(plan.services.get(service.name), service);
    await this.#stop([...this.#started.values()].filter(isOutdated));
    // First, because a service may be bound to an address or a port that this sets free.
    await Promise.all([this.#becomeVxlan(plan.vxlan), this.#becomeDefaultRoute(plan.defaultRoute)]);
    const toStart = [...plan.services.values()].filter(({ name }) => !this.#started.has(name));
    // All are waited for even where one fails, so that none is started behind the back of whoever then stops the lab.
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

  async #becomeVxlan(vxlan: Vxlan | null): Promise<void> {
    if (isDeepStrictEqual(vxlan, this.#vxlan)) return;
    if (this.#vxlan !== null) await configure(this.#site, this.#vxlan.cgroup, `ip link del ${this.#vxlan.device}`);
    this.#vxlan = null;
    if (vxlan !== null) await configure(this.#site, vxlan.cgroup, vxlanScript(vxlan));
    this.#vxlan = vxlan;
  }

  async #becomeDefaultRoute(wanted: boolean): Promise<void> {
    if (wanted === this.#defaultRoute) return;
    const script = defaultRouteScript(wanted ? 'add' : 'del', this.#site.node.addresses);
    await configure(this.#site, 'system.slice/systemd-networkd.service', script);
    this.#defaultRoute = wanted;
  }
}
