import type { CoverageFault } from '../base/coverage_codes.js';
import { parseArgumentsFile, parseCommandLine, type ServiceArguments } from './arguments.js';
import type { FileText } from './file_text.js';
import { FLAGS, type Flag, flagValueOf, OPTIONS_FLAGS } from './flags.js';
import { type NodeReader, type Option, type Options, readOptions } from './options.js';
import type { Setting } from './setting.js';

/** Where the settings of one service come from: its arguments file and the arguments of its process. */
export interface ServiceInput {
  readonly service: string;
  readonly path: string;
  readonly file: FileText;
  readonly written: GivenSettings | null;
  /** null: the process could not be read, or there is none. */
  readonly running: GivenSettings | null;
}

/** Arguments, with the files of options that they name. */
export interface GivenSettings {
  readonly given: ServiceArguments;
  /** null: they name none. */
  readonly options: Options | null;
}

export interface Settings {
  readonly settings: readonly Setting[];
  readonly faults: readonly CoverageFault[];
}

/** The directory of the snap's arguments files, one a service. */
export const ARGUMENTS_DIRECTORY = '/var/snap/k8s/common/args';

/** Reads where the settings of a service come from. `commandLine` is that of its process without the program; null as in ServiceInput. */
export async function readService(
  service: string,
  commandLine: readonly string[] | null,
  reader: NodeReader,
): Promise<ServiceInput> {
  const path = `${ARGUMENTS_DIRECTORY}/${service}`;
  const file = await reader.text(path);
  const withOptions = async (given: ServiceArguments): Promise<GivenSettings> => ({
    given,
    options: await readOptions(service, given, reader, path),
  });
  return {
    service,
    path,
    file,
    written: file.state === 'read' ? await withOptions(parseArgumentsFile(service, file.text)) : null,
    running: commandLine === null ? null : await withOptions(parseCommandLine(service, commandLine)),
  };
}

/** What the arguments of services set, one setting for each flag of the closed table that is known. Pure. */
export function argumentSettings(inputs: readonly ServiceInput[]): Settings {
  const each = inputs.map(settingsOf);
  const unknown = each.flatMap(({ unknown }) => unknown);
  const incomplete: CoverageFault[] =
    unknown.length === 0 ? [] : [{ code: 'settings-unknown', params: { services: unknown } }];
  return {
    settings: each.flatMap(({ settings }) => settings),
    faults: [...each.flatMap(({ faults }) => faults), ...incomplete],
  };
}

function settingsOf({ service, path, file, written, running }: ServiceInput): Settings & { unknown: string[] } {
  const faults: CoverageFault[] = [];
  if (file.state === 'unreadable') faults.push(file.fault);
  // Without a file the service was never set up here, or the node was removed from its cluster.
  if (written === null && running === null) {
    return { settings: [], faults, unknown: file.state === 'unreadable' ? [service] : [] };
  }
  if (written?.given.unknownAt != null) {
    faults.push({ code: 'arguments-not-literal', params: { path, line: written.given.unknownAt } });
  }
  const flags = FLAGS.filter((flag) => flag.service === service);
  for (const { name } of flags) {
    const given = written?.given.values.get(name);
    if (given !== undefined && given.value === null) {
      faults.push({ code: 'setting-not-understood', params: { path, line: given.line, service, flag: name } });
    }
  }
  const optionFaults = [written, running].flatMap((one) => one?.options?.faults ?? []);
  faults.push(...new Map(optionFaults.map((fault) => [JSON.stringify(fault), fault])).values());
  const each = flags.map((flag) => settingOf(flag, path, written, running));
  const isIncomplete = flags.some((flag, at) => each[at] === null && isUnsettled(flag, written, running));
  return { settings: each.filter((one) => one !== null), faults, unknown: isIncomplete ? [service] : [] };
}

/** Whether it has a value that is not known. */
function isUnsettled(flag: Flag, written: GivenSettings | null, running: GivenSettings | null): boolean {
  const told = running ?? written;
  return told !== null && settled(flag, told) === 'unknown';
}

/** null: nothing is known of it. */
function settingOf(
  flag: Flag,
  path: string,
  written: GivenSettings | null,
  running: GivenSettings | null,
): Setting | null {
  const inProcess = running === null ? 'unknown' : settled(flag, running);
  const inFile = written === null ? 'unknown' : settled(flag, written);
  const isInFile = typeof inFile === 'object';
  const deciding = isInFile ? inFile : inProcess;
  if (typeof deciding !== 'object') return null;
  const { value, option, line } = deciding;
  const source: Setting['source'] =
    option !== null
      ? { kind: 'options-file', path: option.path, line: option.line }
      : line === null
        ? { kind: 'built-in-default', path: null, line: null }
        : isInFile
          ? { kind: 'arguments-file', path, line }
          : { kind: 'command-line', path: null, line: null };
  const process = typeof inProcess === 'object' ? inProcess : null;
  return { service: flag.service, flag: flag.name, value, source, ...effectOf(value, process) };
}

/** A file of options may have been changed since the process read it, so that it shows nothing but a difference. */
function effectOf(value: string, process: Settled | null): Pick<Setting, 'inEffect' | 'running'> {
  if (process === null) return { inEffect: null, running: null };
  if (process.value === value) return { inEffect: process.isOfFile ? null : true, running: null };
  return { inEffect: false, running: process.value };
}

/** What a flag is set to. */
interface Settled {
  readonly value: string;
  /** Of the argument that sets it; null: none does. */
  readonly line: number | null;
  /** null: no file of options sets it. */
  readonly option: Option | null;
  /** Whether files of options decide it, if only by not setting it. */
  readonly isOfFile: boolean;
}

/** What a flag is set to, or its default; `nothing`: it has none. */
function settled(
  flag: Flag,
  { given: { values, unknownAt }, options }: GivenSettings,
): Settled | 'unknown' | 'nothing' {
  const isBelowFlags = OPTIONS_FLAGS.find(({ service }) => service === flag.service)?.isBelowFlags ?? true;
  const given = options === null || isBelowFlags ? values.get(flag.name) : undefined;
  // An unknown expansion may set it.
  if (unknownAt !== null && given === undefined) return 'unknown';
  if (given !== undefined) {
    const { value, line } = given;
    return value === null ? 'unknown' : { value, line, option: null, isOfFile: false };
  }
  if (options !== null && options.values === null) return 'unknown';
  const option = options?.values?.get(flag.name) ?? null;
  const fallback = options?.hasFile === true ? (flag.defaultInFile ?? flag.default) : flag.default;
  if (option !== null && option.value !== 'default') {
    return option.value === null ? 'unknown' : { value: option.value, line: null, option, isOfFile: true };
  }
  const value = fallback === null ? null : flagValueOf(flag, fallback);
  return value === null ? 'nothing' : { value, line: null, option: null, isOfFile: options !== null };
}
