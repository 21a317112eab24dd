import type { CoverageFault } from '../base/coverage_codes.js';
import type { NamedFile, ServiceArguments } from './arguments.js';
import type { FileText } from './file_text.js';
import { OPTIONS_FLAGS } from './flags.js';

/** Files of a node, on its disk or in a bundle. Paths are as on the node. */
export interface NodeReader {
  text(path: string): Promise<FileText>;
  /** Names in a directory; empty if there is none, null if it cannot be read. */
  names(path: string): Promise<readonly string[] | null>;
}

/** What a file of options sets a flag to. */
export interface Option {
  /** null: that is not understood; `default`: it sets nothing. */
  readonly value: string | null | 'default';
  readonly path: string;
  readonly line: number;
}

/** What the files of options say that the arguments of a service name. */
export interface Options {
  /** By flag; null: at least one of the files is not known. */
  readonly values: ReadonlyMap<string, Option> | null;
  /** Whether there is a file, which has defaults of its own. */
  readonly hasFile: boolean;
  readonly faults: readonly CoverageFault[];
}

/** A directory has a few files; more than this, in all of them, is nothing that a service is told. Hostile ones take a second. */
const MAX_FILES = 100;
const MAX_DEPTH = 8;
const MAX_LENGTH = 64 * 1024;

/** Reads the files of options that some arguments name; null: they name none. */
export async function readOptions(
  service: string,
  { optionsFile, optionsDirectory, unknownAt }: ServiceArguments,
  reader: NodeReader,
  argumentsPath: string,
): Promise<Options | null> {
  const flags = OPTIONS_FLAGS.find((one) => one.service === service);
  if (flags === undefined) return null;
  // An unknown expansion may name another.
  const isHidden = (named: NamedFile | null): boolean => unknownAt !== null && named === null;
  if (isHidden(optionsFile) || (flags.directory !== null && isHidden(optionsDirectory))) {
    return { values: null, hasFile: optionsFile !== null, faults: [] };
  }
  if (optionsFile === null && optionsDirectory === null) return null;
  const nameless = [optionsFile, optionsDirectory].filter((one) => one !== null).filter(({ path }) => path === null);
  if (nameless.length > 0) {
    const faults = nameless.map(
      ({ flag, line }): CoverageFault => ({
        code: 'setting-not-understood',
        params: { path: argumentsPath, line, service, flag },
      }),
    );
    return { values: null, hasFile: optionsFile !== null, faults };
  }
  const merged = optionsDirectory?.path == null ? [] : await filesBelow(optionsDirectory.path, reader, MAX_DEPTH);
  const paths = merged === null ? null : [...(optionsFile?.path == null ? [] : [optionsFile.path]), ...merged];
  if (paths === null || paths.length > MAX_FILES) {
    const fault: CoverageFault = { code: 'options-not-understood', params: { path: optionsDirectory?.path ?? '' } };
    return { values: null, hasFile: optionsFile !== null, faults: [fault] };
  }
  return readFiles(service, paths, reader, optionsFile !== null);
}

/** Later files go before earlier ones. */
async function readFiles(
  service: string,
  paths: readonly string[],
  reader: NodeReader,
  hasFile: boolean,
): Promise<Options> {
  // The parser takes longer to load than everything else in a plain run.
  const { parseOptions } = await import('./options_text.js');
  const values = new Map<string, Option>();
  let length = 0;
  for (const path of paths) {
    const file = await reader.text(path);
    length += file.state === 'read' ? file.text.length : 0;
    const parsed = file.state === 'read' && length <= MAX_LENGTH ? parseOptions(service, file.text) : null;
    if (parsed === null) {
      const fault: CoverageFault =
        file.state === 'unreadable'
          ? file.fault
          : { code: file.state === 'absent' ? 'options-missing' : 'options-not-understood', params: { path } };
      return { values: null, hasFile, faults: [fault] };
    }
    for (const [flag, { value, line }] of parsed) {
      // Whether an empty value of a merged file undoes an earlier one is not certain.
      const isUndone = value === 'default' && values.has(flag);
      values.set(flag, { value: isUndone ? null : value, path, line });
    }
  }
  const unclear = [...values].filter(([, { value }]) => value === null);
  const faults = unclear.map(
    ([flag, { path, line }]): CoverageFault => ({
      code: 'setting-not-understood',
      params: { path, line, service, flag },
    }),
  );
  return { values, hasFile, faults };
}

/** The `.conf` files below a directory in the order of filepath.WalkDir(), in which kubelet merges them; null: that is not known. */
async function filesBelow(directory: string, reader: NodeReader, depth: number): Promise<string[] | null> {
  const names = depth === 0 ? null : await reader.names(directory);
  if (names === null || names.length > MAX_FILES) return null;
  const files: string[] = [];
  for (const name of [...names].sort()) {
    const path = `${directory}/${name}`;
    const within = await filesBelow(path, reader, depth - 1);
    if (within === null) return null;
    if (within.length > 0) files.push(...within);
    else if (name.endsWith('.conf')) files.push(path);
  }
  return files;
}
