import type { CoverageFault } from '../base/coverage_codes.js';
import { type FlagValue, parseArgumentsFile, parseCommandLine, type ServiceArguments } from './arguments.js';
import { storedValue } from './flag_value.js';
import { FLAGS, type Flag } from './flags.js';
import type { Setting } from './setting.js';

/** The text of a file of the node. */
export type FileText =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly fault: CoverageFault };

/** A file, and its path on the node. */
export interface NodeFile {
  readonly path: string;
  readonly file: FileText;
}

/** What one service is told to do: its file, and the arguments of its process. */
export interface ServiceInput {
  readonly service: string;
  readonly file: NodeFile;
  /** Arguments of the running process without the program; null: it could not be read, or there is none. */
  readonly commandLine: readonly string[] | null;
}

export interface Settings {
  readonly settings: readonly Setting[];
  readonly faults: readonly CoverageFault[];
}

/** The directory of the snap's arguments files, one a service. */
export const ARGUMENTS_DIRECTORY = '/var/snap/k8s/common/args';

/** What the arguments of services set, one setting for each flag of the closed table that is known. Pure. */
export function argumentSettings(inputs: readonly ServiceInput[]): Settings {
  const each = inputs.map(settingsOf);
  return { settings: each.flatMap(({ settings }) => settings), faults: each.flatMap(({ faults }) => faults) };
}

function settingsOf({ service, file: { path, file }, commandLine }: ServiceInput): Settings {
  const running = commandLine === null ? null : parseCommandLine(service, commandLine);
  const faults: CoverageFault[] = [];
  if (file.state === 'unreadable') faults.push(file.fault);
  // Without a file the service was never set up here, or the node was removed from its cluster.
  if (file.state !== 'read' && running === null) return { settings: [], faults };
  const written = file.state === 'read' ? parseArgumentsFile(service, file.text) : null;
  if (written?.unknownAt != null) {
    faults.push({ code: 'arguments-not-literal', params: { path, line: written.unknownAt } });
  }
  const settings = FLAGS.filter((flag) => flag.service === service).flatMap((flag) => {
    const given = written?.values.get(flag.name);
    if (given !== undefined && given.value === null) {
      faults.push({ code: 'setting-not-understood', params: { path, line: given.line, service, flag: flag.name } });
    }
    return settingOf(flag, path, written, running) ?? [];
  });
  return { settings, faults };
}

/** null: nothing is known of it. */
function settingOf(
  flag: Flag,
  path: string,
  written: ServiceArguments | null,
  running: ServiceArguments | null,
): Setting | null {
  const inProcess = running === null ? null : settledValue(flag, running);
  const inFile = written === null ? null : settledValue(flag, written);
  const given = written?.values.get(flag.name);
  const value = inFile ?? inProcess;
  if (value === null) return null;
  const isInFile = inFile !== null;
  const isDefault = isInFile ? given === undefined : running?.values.has(flag.name) !== true;
  return {
    service: flag.service,
    flag: flag.name,
    value,
    source: isDefault
      ? { kind: 'built-in-default', path: null, line: null }
      : isInFile
        ? { kind: 'arguments-file', path, line: lineOf(given) }
        : { kind: 'command-line', path: null, line: null },
    inEffect: inProcess === null ? null : inProcess === value,
    running: inProcess === null || inProcess === value ? null : inProcess,
  };
}

function lineOf(given: FlagValue | undefined): number | null {
  return given?.line ?? null;
}

/** What the flag is set to, or its default; null: unknown, or nothing. */
function settledValue(flag: Flag, { values, unknownAt, hasConfigFile }: ServiceArguments): string | null {
  // kube-proxy ignores these flags then (cmd/kube-proxy/app/options.go), and the file is not read.
  if (hasConfigFile && flag.service === 'kube-proxy') return null;
  const given = values.get(flag.name);
  // An unknown expansion may set the flag again, and of two values the last counts.
  if (unknownAt !== null && (given === undefined || given.line < unknownAt)) return null;
  if (given !== undefined) return given.value;
  return hasConfigFile || flag.default === null ? null : storedValue(flag.kind, flag.default);
}
