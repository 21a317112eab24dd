import type { CoverageFault } from '../base/coverage_codes.js';
import type { Settings } from './configuration.js';
import type { NodeFile } from './file_text.js';
import { storedValue } from './flag_value.js';
import { FLAGS } from './flags.js';

/** A file in which a service keeps its own address. */
export interface StateFile {
  readonly service: string;
  readonly path: string;
  readonly key: string;
}

/** Where k8sd keeps the address that it was given. */
export const K8SD_STATE = '/var/snap/k8s/common/var/lib/k8sd/state/daemon.yaml';

export const STATE_FILES: readonly StateFile[] = [
  { service: 'k8sd', path: K8SD_STATE, key: 'address' },
  { service: 'k8s-dqlite', path: '/var/snap/k8s/common/var/lib/k8s-dqlite/info.yaml', key: 'Address' },
];

/** The same address as the database of k8sd has it, which bundles contain in place of the first file. */
export const K8SD_DATABASE_FILE: StateFile = {
  service: 'k8sd',
  path: '/var/snap/k8s/common/var/lib/k8sd/state/database/info.yaml',
  key: 'Address',
};

/** What the state of one service says of its address. Pure. */
export function stateSettings({ service, key }: StateFile, { path, file }: NodeFile): Settings {
  const flag = FLAGS.find((one) => one.service === service && one.name.toLowerCase() === key.toLowerCase());
  if (flag === undefined || file.state === 'absent') return { settings: [], faults: [] };
  if (file.state === 'unreadable') return { settings: [], faults: [file.fault] };
  const found = scalarOf(file.text, key);
  // Before a node is bootstrapped or joined the file may have no address.
  if (found === null || found.value === '') return { settings: [], faults: [] };
  const value = storedValue(flag.kind, found.value);
  if (value === null) {
    const fault: CoverageFault = {
      code: 'setting-not-understood',
      params: { path, line: found.line, service, flag: flag.name },
    };
    return { settings: [], faults: [fault] };
  }
  const source = { kind: 'state-file', path, line: found.line } as const;
  return { settings: [{ service, flag: flag.name, value, source, inEffect: null, running: null }], faults: [] };
}

/** The last value of a key at the top level of a YAML file that a program wrote, and its line; null: there is none. */
export function scalarOf(text: string, key: string): { readonly value: string; readonly line: number } | null {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => line.startsWith(`${key}:`));
  if (at < 0) return null;
  const rest = (lines[at] ?? '').slice(key.length + 1).trim();
  const [, double, single, plain] =
    /^(?:"([^"\\]*)"|'([^']*)'|([^\s"'#{[&*!|>%@`][^#]*?)?)(?:\s+#.*)?$/.exec(rest) ?? [];
  return { value: double ?? single ?? plain ?? '', line: at + 1 };
}
