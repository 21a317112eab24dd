import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Containerd } from './plan.js';

/** Plugins that use kernel modules and block devices of the machine. */
const UNWANTED = ['aufs', 'btrfs', 'devmapper', 'zfs'].map((name) => `io.containerd.snapshotter.v1.${name}`);

/** The command line of a containerd that writes only below `state` and to its socket. */
export async function containerdArgv(
  directory: string,
  state: string,
  { name, path: socketPath, cri, flags }: Containerd,
): Promise<string[]> {
  const disabled = cri ? UNWANTED : [...UNWANTED, 'io.containerd.grpc.v1.cri'];
  const configFile = join(directory, `${name}.toml`);
  // JSON strings and arrays are valid TOML.
  const config = `
    version = 2
    root = ${JSON.stringify(join(state, `${name}-root`))}
    state = ${JSON.stringify(join(state, `${name}-state`))}
    disabled_plugins = ${JSON.stringify(disabled)}
    [grpc]
    address = ${JSON.stringify(socketPath)}
    [plugins."io.containerd.internal.v1.opt"]
    path = ${JSON.stringify(join(state, 'opt'))}
    [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${JSON.stringify(join(state, 'cni', 'bin'))}
    conf_dir = ${JSON.stringify(join(state, 'cni', 'net.d'))}
  `;
  await writeFile(configFile, config);
  // Of its own flags only that of the socket: the others name directories of the machine.
  return ['containerd', '--config', configFile, ...flags.filter((flag) => flag.startsWith('--address='))];
}
