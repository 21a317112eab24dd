import { nowMs } from '../base/clock.js';
import { elapsedMs, type SourceReading } from '../base/coverage.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { Mounts } from '../kernel/mounts.js';
import { argumentSettings, readService } from './configuration.js';
import { SERVICES } from './flags.js';
import { findHostFiles, type HostFiles } from './host_files.js';
import { isBootstrapped, type MarkedRole, readRoleMarkers } from './marked_role.js';
import { CNI_DIRECTORY, type NetworkFeature, networkFeatureOf } from './network_feature.js';
import { releaseOf, SNAP_FILES } from './release.js';
import type { ServiceState, Setting } from './setting.js';
import { STATE_FILES, stateSettings } from './state_files.js';
import { readUnits } from './units.js';

/** What the disk of a node, and its units, say. */
export interface NodeConfiguration {
  /** Role given by the snap's marker file; null: there is none. */
  readonly markedRole: MarkedRole | null;
  /** Whether the node was bootstrapped, or joined to a cluster; null: unknown. */
  readonly isBootstrapped: boolean | null;
  /** Whether files of the k8s snap are on the machine; null: unknown. */
  readonly isInstalled: boolean | null;
  /** Installed release, such as `1.34.1`; null: unknown. */
  readonly release: string | null;
  /** null: not looked at. */
  readonly configuration: readonly Setting[] | null;
  /** Units of the snap; null: not looked at. */
  readonly services: readonly ServiceState[] | null;
  readonly networkFeature: NetworkFeature;
}

/** Of a capture whose node's disk was not looked at. */
export const NO_CONFIGURATION: NodeConfiguration = {
  markedRole: null,
  isBootstrapped: null,
  isInstalled: null,
  release: null,
  configuration: null,
  services: null,
  networkFeature: null,
};

/**
 * Reads the configuration of the node. `hostRoot` is where its file system is seen; null: here, or at the first process. `hostFiles` is
 * null where that is known not to be seen.
 */
export async function readNode(
  hostRoot: string | null,
  mounts: Mounts,
): Promise<NodeConfiguration & { readonly source: SourceReading; readonly hostFiles: HostFiles | null }> {
  const start = nowMs();
  const { files, isInstalled, isUnseen } = await findHostFiles(hostRoot, mounts);
  if (isInstalled !== true) {
    const errors: CoverageFault[] = isInstalled === null ? [{ code: 'host-files-unseen', params: {} }] : [];
    return {
      ...NO_CONFIGURATION,
      isInstalled: isUnseen ? null : isInstalled,
      source: reading(start, 0, errors),
      hostFiles: isUnseen ? null : files,
    };
  }
  const [markers, release, units, states, cniFiles] = await Promise.all([
    readRoleMarkers(files),
    readRelease(files),
    readUnits(files, mounts),
    Promise.all(
      STATE_FILES.map(async (one) => stateSettings(one, { path: one.path, file: await files.text(one.path) })),
    ),
    files.names(CNI_DIRECTORY),
  ]);
  const commandLineOf = (service: string): readonly string[] | null =>
    units.find((unit) => unit.service === service)?.commandLine ?? null;
  const inputs = await Promise.all(SERVICES.map((service) => readService(service, commandLineOf(service), files)));
  const written = [argumentSettings(inputs), ...states];
  const settings = written.flatMap((one) => one.settings);
  const faults = written.flatMap((one) => one.faults);
  const services = units.map(({ state }) => state);
  return {
    markedRole: markers.markedRole,
    isBootstrapped: isBootstrapped(
      { ...markers, isUnmarked: markers.isUnmarked && faults.length === 0 },
      settings,
      services,
    ),
    isInstalled,
    release,
    configuration: settings,
    services,
    networkFeature: networkFeatureOf(cniFiles),
    source: reading(start, settings.length, faults),
    hostFiles: files,
  };
}

async function readRelease(files: HostFiles): Promise<string | null> {
  const each = await Promise.all(SNAP_FILES.map(async (path) => releaseOf(await files.text(path))));
  return each.find((release) => release !== null) ?? null;
}

function reading(start: number, rows: number, errors: readonly CoverageFault[]): SourceReading {
  const status = errors.length === 0 ? 'ok' : 'partial';
  return { name: 'configuration', via: 'files', status, errors, notes: [], rows, ms: elapsedMs(start) };
}
