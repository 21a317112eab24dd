import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file of the node: its text, or where it links to. */
export type DiskFile = string | { readonly link: string };

/** Files by their path on the node. */
export type Disk = ReadonlyMap<string, DiskFile>;

/** Where a node has the files of the snap, of its units and of network plugins: the lab has these directories for itself. */
export const NODE_DIRECTORIES = [
  '/var/snap/k8s',
  '/var/lib/snapd/snap/k8s',
  '/etc/systemd/system',
  '/etc/cni/net.d',
  '/var/log',
];

/** The same of a machine without Canonical Kubernetes: also where others that want its addresses leave something. */
export const BARE_DIRECTORIES = [
  '/etc/systemd/system',
  '/etc/cni/net.d',
  '/run',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/lib/snapd',
  '/var/log',
  '/var/snap',
];

const COMMON = '/var/snap/k8s/common';
/** What a node has before it is set up. */
export const SNAP_DIRECTORIES = [...NODE_DIRECTORIES, COMMON];

const UNITS = '/etc/systemd/system';

export const K8SD_STATE = `${COMMON}/var/lib/k8sd/state/daemon.yaml`;
/** What the database of k8sd keeps of its own address. */
export const K8SD_INFO = `${COMMON}/var/lib/k8sd/state/database/info.yaml`;
export const WORKER_MARKER = `${COMMON}/lock/worker`;
export const CNI_FILE = '/etc/cni/net.d/05-cilium.conflist';

export function argumentsFile(service: string): string {
  return `${COMMON}/args/${service}`;
}

/** In the form in which k8sd writes it: sorted, one flag a line, with its value in quotes. */
export function argumentsText(flags: readonly string[]): string {
  return [...flags]
    .sort()
    .map((flag) => `${flag.replace(/=(.*)$/, '="$1"')}\n`)
    .join('');
}

/** That snapd makes of every service of the snap, wanted or not. */
export function unitFile(service: string): string {
  return `${UNITS}/snap.k8s.${service}.service`;
}

/** What enabling the unit of a service makes. */
export function wantedUnit(service: string): string {
  return `${UNITS}/multi-user.target.wants/snap.k8s.${service}.service`;
}

export function unitText(service: string): string {
  return `[Unit]
Description=Service for snap application k8s.${service}

[Service]
ExecStart=/usr/bin/snap run k8s.${service}

[Install]
WantedBy=multi-user.target
`;
}

/** The installed release; /snap, where Ubuntu has it, cannot be made on a machine without it. */
export function snapFiles(release: string): [path: string, file: DiskFile][] {
  const snap = '/var/lib/snapd/snap/k8s';
  return [
    [`${snap}/current`, { link: 'x1' }],
    [`${snap}/x1/meta/snap.yaml`, `name: k8s\nversion: v${release}\ntype: app\nconfinement: classic\n`],
  ];
}

/** The files in which k8sd keeps the address that it was given. */
export function k8sdState(address: string): [path: string, text: string][] {
  return [
    [K8SD_STATE, `name: lab\naddress: ${address}\nservers: {}\n`],
    [K8SD_INFO, `Address: ${address}\nID: 3297041220608546238\nRole: 0\n`],
  ];
}

/** What kubelet makes of the log of a container: a file, and a link to it. */
export function podLog(
  namespace: string,
  pod: string,
  uid: string,
  container: string,
  id: string,
): [string, DiskFile][] {
  const file = `/var/log/pods/${namespace}_${pod}_${uid}/${container}/0.log`;
  return [
    [file, ''],
    [`/var/log/containers/${pod}_${namespace}_${container}-${id}.log`, { link: file }],
  ];
}

/** Makes the directories that a machine has for itself, below `root`. */
export async function makeDisk(root: string, directories: readonly string[]): Promise<void> {
  await Promise.all(directories.map((path) => mkdir(join(root, path), { recursive: true })));
}

/** Changes the files below `root` that differ between two states. */
export async function changeDisk(root: string, from: Disk, to: Disk): Promise<void> {
  for (const path of from.keys()) if (!to.has(path)) await rm(join(root, path), { force: true });
  for (const [path, file] of to) if (!isSame(from.get(path), file)) await writeDiskFile(join(root, path), file);
}

function isSame(one: DiskFile | undefined, other: DiskFile): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function writeDiskFile(file: string, content: DiskFile): Promise<void> {
  // As on a node, others than root may look at units and at what is installed.
  const isOpen = !file.includes(COMMON);
  await mkdir(dirname(file), { recursive: true, mode: isOpen ? 0o755 : 0o700 });
  await rm(file, { force: true });
  if (typeof content === 'string') await writeFile(file, content, { mode: isOpen ? 0o644 : 0o600 });
  else await symlink(content.link, file);
}
