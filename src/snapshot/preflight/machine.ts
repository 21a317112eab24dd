import { nowMs } from '../../base/clock.js';
import { elapsedMs, faultOf, type SourceReading } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { Deadline } from '../../base/deadline.js';
import type { PortRange } from '../../base/port_range.js';
import { type Netns, native } from '../../kernel/addon.js';
import { readMounts } from '../../kernel/mounts.js';
import type { Link } from '../../kernel/network/links.js';
import type { HostFiles } from '../../node/host_files.js';
import { type OtherInstallation, readOtherInstallations } from '../../node/other_installations.js';

/** What an installation meets on a machine, besides sockets. */
export interface Machine {
  readonly links: readonly Link[];
  readonly others: readonly OtherInstallation[];
  /** Where containerd's socket is unless a flag moves it; null: it does not exist. */
  readonly containerdDirectory: string | null;
  /** Ports that are never ephemeral, as the kernel prints them: `8080,9100-9110`. */
  readonly reservedPorts: string;
  readonly source: SourceReading;
}

/** Nothing is thrown: what cannot be read is in `source`. */
export async function readMachine(
  netns: Netns | null,
  files: HostFiles | null,
  containerdDirectory: string,
  deadline: Deadline,
): Promise<Machine> {
  const start = nowMs();
  const late = (fault: CoverageFault): Part<never> => ({ faults: [fault] });
  const [links, reserved, disk] = await Promise.all([
    deadline.within<Part<readonly Link[]>>(readLinks(netns), late),
    deadline.within<Part<string>>(readReservedPorts(netns), late),
    deadline.within<Part<Disk>>(readDisk(files, containerdDirectory), late),
  ]);
  const faults = [...links.faults, ...reserved.faults, ...disk.faults];
  return {
    links: links.value ?? [],
    reservedPorts: reserved.value ?? '',
    others: disk.value?.others ?? [],
    containerdDirectory: disk.value?.containerdDirectory ?? null,
    source: {
      name: 'machine',
      via: 'files',
      status: faults.length === 0 ? 'ok' : 'partial',
      errors: faults,
      notes: [],
      rows: links.value?.length ?? 0,
      ms: elapsedMs(start),
    },
  };
}

interface Part<Value> {
  readonly value?: Value;
  readonly faults: readonly CoverageFault[];
}

type Disk = Pick<Machine, 'others' | 'containerdDirectory'>;

async function readLinks(netns: Netns | null): Promise<Part<readonly Link[]>> {
  try {
    const { readLinks: read } = await import('../../kernel/network/facts.js');
    return { value: await read(netns), faults: [] };
  } catch (error) {
    return { faults: [faultOf(error)] };
  }
}

async function readReservedPorts(netns: Netns | null): Promise<Part<string>> {
  try {
    const bytes = await native().readInNetns(netns, '/proc/sys/net/ipv4/ip_local_reserved_ports');
    return { value: Buffer.from(bytes).toString('latin1').trim(), faults: [] };
  } catch (error) {
    return { faults: [faultOf(error)] };
  }
}

/** `1,5-7` as ranges. Pure. */
export function portRanges(text: string): PortRange[] {
  return text.split(',').flatMap((one) => {
    const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(one.trim()) ?? [];
    return from === '' ? [] : [{ from: Number(from), to: Number(to) }];
  });
}

async function readDisk(files: HostFiles | null, path: string): Promise<Part<Disk>> {
  if (files === null) return { faults: [{ code: 'host-files-unseen', params: {} }] };
  const [exists, others] = await Promise.all([
    files.exists(path),
    readMounts().then((mounts) => readOtherInstallations(files, mounts)),
  ]);
  const unread = [...(exists === null ? [path] : []), ...others.unread];
  return {
    value: { others: others.found, containerdDirectory: exists === true ? path : null },
    faults: unread.map((one) => ({ code: 'socket-file-unread', params: { path: one } })),
  };
}
