import { endpointOf, portOf, urlEndpoints } from '../node/flag_value.js';
import { FLAGS, LISTENERS, type ListenerFlags, SERVICES, snapServiceOf, unitOf } from '../node/flags.js';
import { type Setting, valueInEffect } from '../node/setting.js';
import type { NetworkRow, Row, UnixRow } from '../spec/rows.js';
import type { EvaluationContext } from './capture.js';
import type { CodedFinding } from './codes.js';
import type { FindingConfiguration } from './finding.js';

/** What the configuration of the node says of the listener of one row. */
export interface RowSettings {
  /** Sets the port or path. */
  readonly place: Setting | null;
  /** Sets the address. */
  readonly address: Setting | null;
}

export const NO_SETTINGS: RowSettings = { place: null, address: null };

/** The settings in effect for the listener of `service` that a row is about. Pure. */
export function settingsOfRow(row: Row, service: string, configuration: readonly Setting[] | null): RowSettings {
  const flags = flagsOf(row, service);
  return flags === undefined || configuration === null ? NO_SETTINGS : settingsOf(flags, configuration);
}

function flagsOf(row: Row, service: string): ListenerFlags | undefined {
  const name = snapServiceOf(service);
  return LISTENERS.find((one) => one.service === name && isOf(one, row));
}

/** Whether the configuration may put a row's listener elsewhere, and was looked for in vain. A text has none: nobody looked. Pure. */
export function isPlaceUnknown(
  row: Row,
  service: string,
  { node, coverage, listeners }: Pick<EvaluationContext, 'node' | 'coverage' | 'listeners'>,
): boolean {
  const flags = flagsOf(row, service);
  const source = coverage.sources.find((one) => one.name === 'configuration');
  if (flags === undefined || source === undefined) return false;
  if (node.configuration === null) return node.isInstalled !== false || hasOfSnap(listeners);
  if (settingsOf(flags, node.configuration).place !== null) return false;
  return source.errors.some(
    ({ code, params }) => code === 'settings-unknown' && params.services.includes(flags.service),
  );
}

/** Whether a unit of the snap has or, which is seen without root, created a listener: files without the snap are not the node's then. */
function hasOfSnap({ ofEachOwner, listeners }: EvaluationContext['listeners']): boolean {
  const isUnit = (unit: string | null): boolean => SERVICES.some((service) => unit === unitOf(service));
  return (
    ofEachOwner.some(({ owners }) => owners.some((owner) => owner.kind === 'process' && isUnit(owner.unit))) ||
    listeners.some(({ origin }) => origin !== null && isUnit(origin.unit))
  );
}

function isOf({ protocol, port }: ListenerFlags, row: Row): boolean {
  if (row.kind === 'unix') return protocol === 'unix';
  return protocol === row.protocol && port === row.port;
}

function settingsOf({ service, address, portFlag }: ListenerFlags, configuration: readonly Setting[]): RowSettings {
  const settingOf = (flag: string | null): Setting | null =>
    configuration.find((one) => one.service === service && one.flag === flag) ?? null;
  const own = settingOf(address);
  return { place: portFlag === null ? own : settingOf(portFlag), address: own };
}

/** The row at the port or path that the configuration gives its listener; the same row where that is its own. */
export function movedRow(row: Row, { place }: RowSettings): Row {
  if (place === null) return row;
  return row.kind === 'network' ? movedPort(row, place) : movedPath(row, place);
}

/** Whether the listener is turned off, by port 0. */
export function isTurnedOff({ place }: RowSettings): boolean {
  return place !== null && portsOf(place)[0] === 0;
}

function movedPort(row: NetworkRow, place: Setting): NetworkRow {
  const ports = portsOf(place);
  const [first] = ports;
  // 0 turns the listener off.
  return first === undefined || first === 0 || ports.includes(row.port) ? row : { ...row, port: first };
}

function movedPath(row: UnixRow, place: Setting): UnixRow {
  const path = valueInEffect(place);
  return path === row.path ? row : { ...row, path };
}

function portsOf(setting: Setting): readonly number[] {
  const value = valueInEffect(setting);
  switch (FLAGS.find(({ service, name }) => service === setting.service && name === setting.flag)?.kind) {
    case 'port': {
      const port = portOf(value);
      return port === null ? [] : [port];
    }
    case 'endpoint': {
      const endpoint = endpointOf(value);
      return endpoint === null ? [] : [endpoint.port];
    }
    case 'urls':
      return urlEndpoints(value).map(({ port }) => port);
    case 'address':
    case 'path':
    case undefined:
      return [];
  }
}

/** A setting as findings have it. */
export function configurationOf({ flag, value, source, inEffect }: Setting): FindingConfiguration {
  return { flag, value, source, inEffect };
}

/** Adds what the running process has instead of a setting that is not in effect yet. */
export function withRunning<Finding extends CodedFinding>(finding: Finding, { running }: Setting): Finding {
  return running === null ? finding : { ...finding, params: { ...finding.params, running } };
}
