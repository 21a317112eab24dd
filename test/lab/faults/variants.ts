import { containerd, type DefaultRoute, type Plan, planned, withFlag, withService } from '../plan.js';
import { containerdRow, type Fault } from './fault.js';

const ROUTES: readonly (readonly [route: DefaultRoute, description: string])[] = [
  ['two-hops', "the default route has two hops, of which the second leads over the node's own interface"],
  ['address-on-lo', "the node's address is on lo, and is the source address of the default route"],
  ['nexthop-object', 'the default route names a nexthop object, and has no hop of its own'],
];

/** All services of the snap are in one unit, and have none of their own. */
function inOneUnit(plan: Plan): Plan {
  const isOfSnap = (cgroup: string): boolean => cgroup.startsWith('system.slice/snap.k8s.');
  const services = [...plan.services.values()].map((service) =>
    isOfSnap(service.cgroup) ? { ...service, cgroup: 'system.slice/pebble.service' } : service,
  );
  const disk = new Map([...plan.disk].filter(([path]) => !path.startsWith('/etc/systemd/')));
  return { ...plan, disk, services: new Map(services.map((service) => [service.name, service])) };
}

/** No faults: nodes that are set up in an unusual way, and as healthy. */
export const VARIANTS: readonly Fault[] = [
  ...ROUTES.map(
    ([route, description]): Fault => ({
      name: `route-${route}`,
      description,
      plan: (plan) => ({ ...plan, defaultRoute: route }),
      expect: () => [],
    }),
  ),
  {
    name: 'docker-beside-moved-containerd',
    description: "Docker's containerd has the usual path, and the snap's its own, by --containerd-base-dir",
    plan: (plan, { containerdPath }) => {
      const path = `/opt/k8s${containerdPath}`;
      const moved = withService(plan, { ...planned(plan, 'containerd', 'containerd'), path });
      const fields = { cgroup: 'system.slice/containerd.service', cri: false, flags: [] };
      return withService(
        withFlag(moved, 'containerd', `--address=${path}`),
        containerd('containerd-of-docker', containerdPath, fields),
      );
    },
    expect: (node) => [{ subject: containerdRow(node), verdict: 'configured' }],
  },
  {
    name: 'services-of-pebble',
    description: 'pebble runs the services instead of systemd, so all are in its unit',
    plan: inOneUnit,
    expect: () => [],
  },
];
