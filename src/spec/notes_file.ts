import { inputError, quoted } from '../base/input_error.js';
import type { PortRange } from '../base/port_range.js';
import { readInput } from '../base/read_file.js';
import { decodeSource } from '../base/text_source.js';
import type { Transport } from '../kernel/sockets/listener.js';
import { canonicalAddress } from './endpoint.js';
import type { ClusterRule, ConditionEvidence, ListenerNote, NotedClaims, NoteScope, Notes, RowNote } from './notes.js';
import { selectFault } from './notes_fault.js';
import type { Role } from './rows.js';
import { validate } from './validate_notes.js';
import { readYaml, type YamlInput } from './yaml_input.js';

/** A notes file according to notes.schema.json. */
interface NotesFile {
  version: 1;
  services?: Record<string, { names?: string[]; units?: string[]; pods?: boolean; devices?: string[] }>;
  shared_units?: string[];
  rows?: RowEntry[];
  listeners?: ListenerEntry[];
}

interface RowEntry {
  match: { service?: string; port?: number; protocol?: Transport; path?: string };
  roles?: Role[];
  service_by_role?: { [role in Role]?: string };
  condition?: string;
  decided_by?: ConditionEvidence;
  paths?: string[];
  hardening?: string;
  hardening_roles?: Role[];
  replaced_by?: string[];
  cluster?: ClusterRule;
  claims?: NotedClaims;
  no_claims?: string;
  reason: string;
}

interface ListenerEntry {
  owners?: string[];
  devices?: string[];
  scope: NoteScope;
  addresses?: string[];
  protocols: Transport[];
  ports?: (number | string)[];
  reason: string;
}

/** Reads a notes file. Throws ERR_INPUT if it cannot be read or does not conform to notes.schema.json. */
export async function readNotes(file: string): Promise<Notes> {
  return parseNotes(file, await readInput(file));
}

/** Parses the contents of `file`. Throws ERR_INPUT. */
export function parseNotes(file: string, bytes: Uint8Array): Notes {
  const source = decodeSource(file, bytes);
  const isNotes = VERSION_LINE.test(source.text);
  const yaml = readYaml(source, isNotes);
  const { services = {}, shared_units: sharedUnits = [], rows = [], listeners = [] } = validated(file, yaml, isNotes);
  return {
    sources: [file],
    services: new Map(
      Object.entries(services).map(([name, { names = [], units = [], pods = false, devices = [] }]) => [
        name,
        { names, units, pods, devices },
      ]),
    ),
    sharedUnits,
    rows: rows.map(rowNote),
    listeners: listeners.map((entry, at) => listenerNote(file, yaml, entry, at)),
  };
}

/** Errors quote a file that has it. Any other may be no notes at all: a file that only the user who runs the program can read. */
const VERSION_LINE = /^(?:\{[ \t]*)?["']?version["']?[ \t]*:[ \t]*1[ \t]*(?:[,}#].*)?$/m;

function validated(file: string, yaml: YamlInput, isNotes: boolean): NotesFile {
  const { value } = yaml;
  if (value === null || value === undefined) {
    throw inputError({ file, line: 1, expected: 'notes that start with "version: 1"', found: 'an empty file' });
  }
  if (validate(value)) return value as NotesFile;
  const { path, isKey, ...fault } = selectFault(validate.errors ?? [], isNotes);
  throw inputError({ file, line: yaml.lineOf(path, isKey), ...fault });
}

function rowNote(entry: RowEntry): RowNote {
  const { service = null, port = null, protocol = null, path = null } = entry.match;
  return {
    match: { service, port, protocol, path },
    roles: entry.roles ?? null,
    serviceByRole: entry.service_by_role ?? {},
    condition: entry.condition ?? null,
    decidedBy: entry.decided_by ?? null,
    paths: entry.paths ?? [],
    hardening: entry.hardening ?? null,
    hardeningRoles: entry.hardening_roles ?? null,
    replacedBy: entry.replaced_by ?? [],
    cluster: entry.cluster ?? null,
    claims: entry.claims ?? {},
    noClaims: entry.no_claims ?? null,
    reason: entry.reason,
  };
}

function listenerNote(file: string, yaml: YamlInput, entry: ListenerEntry, at: number): ListenerNote {
  const { owners = [], devices = [], scope, addresses = [], protocols, ports = [], reason } = entry;
  const refuse = (key: string, index: number, expected: string, found: string): Error =>
    inputError({ file, line: yaml.lineOf(['listeners', `${at}`, key, `${index}`], false), expected, found });
  return {
    owners,
    devices,
    scope,
    addresses: addresses.map((text, index) => {
      const address = canonicalAddress(text);
      if (address === null) throw refuse('addresses', index, 'an address, such as 127.0.0.53', quoted(text));
      return address;
    }),
    protocols,
    ports: ports.map((text, index) => {
      const range = portRange(text);
      if (range === null) throw refuse('ports', index, 'an ascending range up to 65535', quoted(String(text)));
      return range;
    }),
    reason,
  };
}

/** Parses `22` or `30000-32767`; null for a descending range or one above 65535. */
function portRange(port: number | string): PortRange | null {
  const [from = 0, to = from] = String(port).split('-').map(Number);
  return from <= to && to <= 65535 ? { from, to } : null;
}
