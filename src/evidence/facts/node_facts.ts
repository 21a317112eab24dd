import { basename } from 'node:path';
import type { SourceReading } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { TunnelDevice } from '../../kernel/network/facts.js';
import { ARGUMENTS_DIRECTORY, argumentSettings, readService, type Settings } from '../../node/configuration.js';
import { withConfiguredDefault } from '../../node/configured_default.js';
import { SERVICES, unitOf } from '../../node/flags.js';
import { isBootstrapped, isDaemonAlone, type MarkedRole } from '../../node/marked_role.js';
import type { NetworkFeature } from '../../node/network_feature.js';
import type { NodeReader } from '../../node/options.js';
import type { ServiceState } from '../../node/setting.js';
import { K8SD_DATABASE_FILE, STATE_FILES, stateSettings } from '../../node/state_files.js';
import type { NodeFacts } from '../../verdict/capture.js';
import { type FactFile, FactFiles } from './fact_files.js';
import { isHostname } from './hostname.js';
import type { FactKind } from './layout.js';
import { networkOf } from './network.js';
import { type BundledProcesses, processesOf } from './processes.js';
import { servicesOf } from './services.js';
import { parseSnapList, parseSnapServices, parseUnitFiles } from './snap_output.js';

/** What the files of a bundle tell about their node, besides its sockets. */
export interface BundledNode {
  /** null: no file has a usable one. */
  readonly hostname: { readonly name: string; readonly path: string } | null;
  readonly node: Omit<NodeFacts, 'hostname' | 'netns'>;
  readonly processes: BundledProcesses;
  readonly tunnels: readonly TunnelDevice[];
  /** Readings of `network`, where there are addresses, and of `configuration`, where there is any. */
  readonly sources: readonly SourceReading[];
}

/** Reads the files of one node. What is missing or not understood is in `sources`. */
export async function bundledNode(facts: readonly FactFile[]): Promise<BundledNode> {
  const files = new FactFiles(facts);
  const network = networkOf(files);
  const startup = files.first('snap-services', parseSnapServices)?.value ?? null;
  const processes = processesOf(files, startup);
  const unitFiles = files.first('unit-files', parseUnitFiles)?.value ?? null;
  const isOfSnap = OF_SNAP.some((fact) => files.has(fact)) || unitFiles?.has(unitOf('k8sd')) === true;
  const services = isOfSnap ? servicesOf(processes, startup, unitFiles) : null;
  const settings = isOfSnap ? await settingsOf(files, processes, services ?? []) : NO_SETTINGS;
  const markedRole = markedRoleOf(files);
  const snap = files.first('snap-list', parseSnapList);
  const uname = files.first('uname', parseUname);
  const interfaces = network?.facts?.interfaces ?? [];
  const holders = network?.facts?.addressHolders ?? [];
  const own = withConfiguredDefault(network?.facts ?? NO_ADDRESSES, interfaces, holders, settings.settings);
  const { defaultInterface, defaultAddresses, defaultSource } = own.addresses;
  const configuration: SourceReading = {
    name: 'configuration',
    via: CONFIGURATION.filter((fact) => files.has(fact)).join(', '),
    ...statusOf([...files.faults(CONFIGURATION), ...settings.faults]),
    notes: own.notes,
    rows: settings.settings.length,
    ms: 0,
  };
  return {
    hostname: uname === null ? null : { name: uname.value.hostname, path: uname.path },
    node: {
      kernel: uname?.value.release ?? 'unknown',
      defaultInterface,
      defaultAddresses,
      defaultSource,
      interfaces,
      ephemeralPorts: null,
      markedRole,
      isBootstrapped: isBootstrapped(
        { markedRole, isUnmarked: files.has('not-bootstrapped') || isDaemonAlone(services) },
        settings.settings,
        services,
      ),
      isInstalled: snap?.value.isInstalled ?? (isOfSnap ? true : null),
      release: snap?.value.release ?? null,
      configuration: isOfSnap ? settings.settings : null,
      services,
      networkFeature: networkFeatureIn(files),
    },
    processes,
    tunnels: network?.facts?.tunnels ?? [],
    sources: [...(network === null ? [] : [network.source]), ...(isOfSnap ? [configuration] : [])],
  };
}

/** Files that only collectors of Canonical Kubernetes leave. MicroK8s has arguments files of the same names. */
const OF_SNAP: readonly FactKind[] = ['worker', 'control-plane', 'not-bootstrapped', 'snap-services', 'k8sd-state'];

const CONFIGURATION: readonly FactKind[] = [
  'arguments',
  'options',
  'k8sd-state',
  'dqlite-state',
  'unit-status',
  'unit-files',
  'snap-services',
  'snap-list',
  'processes',
  'cgroups',
];

const NO_SETTINGS: Settings = { settings: [], faults: [] };

const NO_ADDRESSES = { defaultInterface: null, defaultAddresses: [], defaultSource: null };

function statusOf(errors: readonly CoverageFault[]): Pick<SourceReading, 'status' | 'errors'> {
  return { status: errors.length === 0 ? 'ok' : 'partial', errors };
}

async function settingsOf(
  files: FactFiles,
  processes: BundledProcesses,
  services: readonly ServiceState[],
): Promise<Settings> {
  const reader = readerOf(files);
  const inputs = await Promise.all(
    SERVICES.map((service) => readService(service, commandLineOf(service, processes, services), reader)),
  );
  const states = [
    stateSettings(K8SD_DATABASE_FILE, { path: K8SD_DATABASE_FILE.path, file: files.text('k8sd-state') }),
    ...STATE_FILES.filter(({ service }) => service === 'k8s-dqlite').map((one) =>
      stateSettings(one, { path: one.path, file: files.text('dqlite-state') }),
    ),
  ];
  const all = [argumentSettings(inputs), ...states];
  const lacksArguments: CoverageFault[] = files.has('arguments')
    ? []
    : [{ code: 'not-collected', params: { facts: 'arguments' } }];
  return {
    settings: all.flatMap(({ settings }) => settings),
    faults: [...lacksArguments, ...all.flatMap(({ faults }) => faults)],
  };
}

/** The files of the node that hold the settings of its services, by their path on the node. */
function readerOf(files: FactFiles): NodeReader {
  const inArguments = (path: string): string | null =>
    path.startsWith(`${ARGUMENTS_DIRECTORY}/`) ? path.slice(ARGUMENTS_DIRECTORY.length + 1) : null;
  return {
    text: async (path) => {
      const name = inArguments(path);
      const isService = name !== null && SERVICES.includes(name);
      return isService ? files.text('arguments', name) : files.text('options', name ?? path);
    },
    names: async (path) => files.namesBelow('options', inArguments(path) ?? path),
  };
}

/** Arguments of the process of a service, without the program; null: it is not listed, or not whole, or runs another program. */
function commandLineOf(
  service: string,
  { byPid }: BundledProcesses,
  services: readonly ServiceState[],
): readonly string[] | null {
  const pids = services.find(({ unit }) => unit === unitOf(service))?.pids ?? [];
  const listed = pids.flatMap((pid) => byPid.get(pid) ?? []);
  const program = listed.find(({ words }) => basename(words?.[0] ?? '') === service);
  // An option that was cut off is not the default.
  return program === undefined || program.isCut ? null : (program.words?.slice(1) ?? null);
}

/** Services that have arguments on nodes of one role only. */
const OF_ONE_ROLE = [
  ['k8s-apiserver-proxy', 'worker'],
  ['kube-apiserver', 'control-plane'],
] as const;

function markedRoleOf(files: FactFiles): MarkedRole | null {
  for (const role of ['worker', 'control-plane'] as const) {
    const marker = files.first(role, () => true);
    if (marker !== null) return { role, file: marker.path };
  }
  // `k8s inspect` calls a node not bootstrapped as well where it could not find out, as with k8sd down.
  const service = files.has('not-bootstrapped')
    ? OF_ONE_ROLE.find(([one]) => files.text('arguments', one).state === 'read')
    : undefined;
  return service === undefined ? null : { role: service[1], file: `args/${service[0]}` };
}

/** Whether the network feature is on, in the output of `k8s status`. */
function networkFeatureIn(files: FactFiles): NetworkFeature {
  const file = files.text('features');
  const state = file.state === 'read' ? /^network:\s+(enabled|disabled)\b/m.exec(file.text)?.[1] : undefined;
  return state === undefined ? null : state === 'enabled' ? 'on' : 'off';
}

/** `uname -a`: the name of the kernel, then that of the node, then the release. */
function parseUname(text: string): { readonly hostname: string; readonly release: string } | null {
  const [, hostname, release] = /^Linux (\S+) (\S+) /.exec(text) ?? [];
  return hostname === undefined || release === undefined || !isHostname(hostname) ? null : { hostname, release };
}
