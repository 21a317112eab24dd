import { printable } from '../../base/text.js';
import type { Need, Obstacle, ObstacleFacts } from '../obstacle.js';
import { type Holder, holderText } from './event.js';
import { listed } from './format.js';
import {
  clearDevices,
  clearHolders,
  clearSoftware,
  clearState,
  clearTunnel,
  stopSoftware,
  titleOf,
  waitFor,
} from './obstacle_advice.js';

type Text = Pick<Obstacle, 'message' | 'advice'>;

/** What is in the way, and what clears it. `needs` are those of the document; `isNode`: it is a node, or may be one, so that bootstrap is done with. Pure. */
export function obstacleText(
  facts: ObstacleFacts,
  needs: readonly Need[],
  { isNode, netns }: { readonly isNode: boolean; readonly netns: string },
): Text {
  const held = facts.needs.flatMap((at) => needs[at] ?? []);
  const who = holdersText(facts.holders, netns);
  const text = textOf(facts, held, who, isNode ? '' : `; ${checkText(held)}`, isNode);
  return { ...text, message: printable(text.message) };
}

function textOf(facts: ObstacleFacts, held: readonly Need[], who: string, check: string, isNode: boolean): Text {
  const { code, params, holders } = facts;
  const places = placesText(held);
  switch (code) {
    case 'address-held':
      return {
        message: `${who}; this node needs ${places}${check}`,
        advice: clearHolders(holders, held),
      };
    case 'address-held-maybe':
      return {
        message: `${who}; this node needs ${places} if ${whenText(held)}${check}`,
        advice: clearHolders(holders, held),
      };
    case 'checked-port-held':
      return {
        message: `${who}; nothing on this node will use ${places}, but ${checkText(held)}`,
        advice: clearHolders(holders, held),
      };
    case 'client-address-closing':
      return { message: `${who}; this node needs ${places}`, advice: waitFor(params.seconds) };
    case 'server-address-closing':
      return {
        message: `${who}; this node needs ${places}, and gets it all the same if the server before it set SO_REUSEADDR, as most do`,
        advice: waitFor(params.seconds),
      };
    case 'tunnel-port-taken':
      return {
        message: `${devicesText(params.devices)} UDP port ${params.port}, which the tunnel of Cilium needs: the network feature refuses to start beside it`,
        advice: clearTunnel(params.devices, params.port),
      };
    case 'containerd-directory': {
      const { path } = params;
      const user = holders.length === 0 ? 'no process has a socket in it' : who;
      return {
        message: `the directory ${path} exists, and k8s bootstrap and join-cluster refuse to run then; ${user}`,
        advice: clearHolders(holders, held, path),
      };
    }
    case 'microk8s-installed':
      return {
        message: `MicroK8s is installed (${params.path}), and k8s bootstrap refuses to run beside it${alsoHolds(held)}`,
        advice: clearSoftware('microk8s', { units: [], uninstaller: params.path }),
      };
    case 'other-kubernetes-running':
      return {
        message: `${titleOf(params.name)} runs here (${listed(params.units, ', ')})${alsoHolds(held)}`,
        advice: isNode ? stopSoftware(params.name, params.units) : clearSoftware(params.name, params),
      };
    case 'other-kubernetes-enabled':
      return {
        message: `${titleOf(params.name)} is installed here, does not run, and starts with the machine (${listed(params.units, ', ')})`,
        advice: isNode ? stopSoftware(params.name, params.units) : clearSoftware(params.name, params),
      };
    case 'other-kubernetes-files':
      return {
        message: `${titleOf(params.name)} was installed here: ${params.path} exists`,
        advice: clearSoftware(params.name, { units: [], ...params }),
      };
    case 'other-service-enabled':
      return {
        message: `${titleOf(params.name)} does not run, and starts with the machine (${listed(params.units, ', ')}): it will take addresses of this node`,
        advice: clearSoftware(params.name, { uninstaller: null, ...params }),
      };
    case 'leftover-devices':
      return {
        message: `${listed(params.devices, ', ')} of Cilium ${params.devices.length === 1 ? 'is' : 'are'} left from an earlier installation`,
        advice: clearDevices(params.devices),
      };
    case 'leftover-socket':
      return {
        message: `the socket file ${params.path} is left from an earlier installation: no process has it`,
        advice: clearHolders(holders, held, params.path),
      };
    case 'leftover-state':
      return {
        message: `an earlier installation of Canonical Kubernetes left its state (${params.path}), and is no node of a cluster any more`,
        advice: clearState(),
      };
    case 'no-default-route':
      return {
        message: "there is no default route, so nothing tells which address is this node's own",
        advice: {
          text: 'Add a default route, or give the address of this node to k8s bootstrap or join-cluster with --address.',
          commands: ['sudo ip route add default via GATEWAY'],
        },
      };
    case 'ephemeral-range': {
      const { from, to, reserved } = params;
      return {
        message: `the kernel gives any client a port of ${from} to ${to} (ephemeral ports), among which are ${places}`,
        advice: {
          text: 'Reserve the ports, now and in a file of /etc/sysctl.d.',
          commands: [`sudo sysctl -w net.ipv4.ip_local_reserved_ports=${reserved.join(',')}`],
        },
      };
    }
  }
}

function holdersText(holders: readonly Holder[], netns: string): string {
  // Connections from one address look alike.
  return listed(
    holders.map((holder) => holderText(holder, netns)),
    '; ',
  );
}

function devicesText(devices: readonly string[]): string {
  return `${devices.length === 1 ? 'the device' : 'the devices'} ${listed(devices, ', ')} ${devices.length === 1 ? 'has' : 'have'}`;
}

/** An address with its service: `kubelet *:10250/tcp`. */
export function needText({ service, host, port, protocol, path, abstract }: Need): string {
  const place = path ?? (abstract === null ? `${host}:${port}/${protocol}` : `@${abstract}`);
  return `${service} ${place}`;
}

function placesText(needs: readonly Need[]): string {
  return listed(needs.map(needText), ', ');
}

function alsoHolds(held: readonly Need[]): string {
  return held.length === 0 ? '' : `; it has ${placesText(held)}`;
}

/** A service that is on one node of a cluster, or a feature. */
function whenText(held: readonly Need[]): string {
  return `${listed(
    held.map(({ service }) => service),
    ' or ',
  )} ${held.length === 1 ? 'is' : 'are'} ever to run here`;
}

/** What the installation itself says of these addresses. */
function checkText(held: readonly Need[]): string {
  const checked = held.flatMap(({ checkedAs, port }) =>
    checkedAs === null ? [] : [`port ${port} (needed by: ${checkedAs})`],
  );
  if (checked.length === 0) return 'k8s bootstrap and join-cluster do not look at it';
  return `k8s bootstrap and join-cluster refuse to run: ${listed(checked, ', ')} is already in use`;
}
