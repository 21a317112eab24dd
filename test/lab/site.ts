import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from './certificate.js';
import type { Cgroups } from './cgroups.js';
import { Child, mustRun } from './child.js';
import { containerdArgv } from './containerd.js';
import { etcdArgv, etcdPorts } from './etcd.js';
import { heldListeners } from './held_listeners.js';
import type { Entry, Namespaces } from './namespaces.js';
import type { Containerd, Etcd, Node, Service } from './plan.js';
import type { Responder } from './responder.js';
import { instructions, standInArgv, waitingArgv } from './stand_in.js';
import { waitFor } from './wait.js';

/** The environment that the services of a lab are started in. */
export interface Site {
  readonly node: Node;
  readonly directory: string;
  /** A tmpfs in the mount namespace. */
  readonly state: string;
  /** Has the files of NODE_DIRECTORIES. */
  readonly disk: string;
  readonly namespaces: Namespaces;
  readonly cgroups: Cgroups;
  readonly certificate: Certificate;
  readonly responder: Responder;
}

/** The command line that runs `argv` on the node, in a cgroup such as `system.slice/ssh.service`. */
export async function onNode(
  site: Site,
  cgroup: string,
  argv: readonly string[],
  entry: Partial<Entry> = {},
): Promise<string[]> {
  const directory = await site.cgroups.directory(cgroup);
  return site.namespaces.enter({ network: 'lab', uid: 0, cgroup: directory, ...entry }, argv);
}

/** Runs a shell script on the node. */
export async function configure(site: Site, cgroup: string, script: string): Promise<void> {
  await mustRun(`configuring the network by\n${script}\n`, await onNode(site, cgroup, ['sh', '-euc', script]));
}

/** Starts a service and waits until it listens; null if the plan has no running process for it. */
export async function startService(site: Site, service: Service): Promise<Child | null> {
  if (service.program === 'containerd' && service.socket === 'gone') {
    await removeContainerdFiles(site, service);
    return null;
  }
  const argv = await argvOf(site, service);
  const uid = service.program === 'stand-in' ? service.uid : 0;
  // A hostile name may contain characters that a file name cannot.
  const logFile = join(site.directory, 'log', `${encodeURIComponent(service.name)}.log`);
  const variables = service.program === 'stand-in' ? { STAND_IN: instructions(service) } : {};
  const child = new Child(service.name, await onNode(site, service.cgroup, argv, { uid }), logFile, variables);
  try {
    await child.whileAlive('starting to listen', readiness(service, child));
    return await settle(site, service, child);
  } catch (error) {
    await child.kill();
    throw error;
  }
}

function argvOf(site: Site, service: Service): Promise<string[]> {
  const { directory, state, certificate } = site;
  switch (service.program) {
    case 'stand-in':
      return standInArgv(directory, service);
    case 'etcd':
      return Promise.resolve(etcdArgv(state, certificate, service));
    case 'containerd':
      return containerdArgv(directory, state, service);
    case 'waiting':
      return waitingArgv(directory, service);
  }
}

async function readiness(service: Service, child: Child): Promise<void> {
  if (service.program === 'stand-in' || service.program === 'waiting') {
    const line = await child.firstLine();
    if (!/^(?:ready|Waiting)/.test(line)) throw new Error(`it printed "${line}"`);
  } else {
    await waitFor('its sockets', async () => ((await listens(service, child.pid)) ? true : null));
  }
}

async function listens(service: Etcd | Containerd, pid: number): Promise<boolean> {
  const { ports, paths } = await heldListeners(pid);
  if (service.program === 'etcd') {
    return String([...ports].sort()) === String(etcdPorts(service).sort());
  }
  // The CRI plugin also listens for streams, on a port that the kernel chooses.
  return paths.includes(service.path) && (ports.length > 0 || !service.cri);
}

/** Brings a running containerd into the planned state of its socket. */
async function settle(site: Site, service: Service, child: Child): Promise<Child | null> {
  if (service.program !== 'containerd') return child;
  if (service.socket === 'unlinked') await removeContainerdFiles(site, service);
  if (service.socket !== 'stale') return child;
  // SIGKILL leaves it no time to remove the file.
  await child.kill();
  return null;
}

async function removeContainerdFiles({ namespaces }: Site, { path }: Containerd): Promise<void> {
  await rm(namespaces.path(path), { force: true });
  await rm(namespaces.path(`${path}.ttrpc`), { force: true });
}
