import type { CoverageFault } from '../../base/coverage_codes.js';
import {
  type DumpOutcome,
  type InetColumns,
  type Netns,
  native,
  type SockDiagAddon,
  type UnixColumns,
} from '../addon.js';
import { MODULE_FILES, type ModuleFiles, reasonNotToAsk } from './diag_handler.js';
import type { Protocol, Transport } from './listener.js';
import { AF_INET, AF_INET6, IP_PROTOCOL } from './states.js';

/** Which tables, and whether the kernel may load modules for them. */
export interface DiagAccess {
  /** null: our own network namespace. */
  readonly netns: Netns | null;
  /** Use sock_diag even where that makes the kernel load a module. */
  readonly allowModuleLoad: boolean;
  readonly moduleFiles?: ModuleFiles;
}

export type InetDump = InetColumns & DumpOutcome;
export type UnixDump = UnixColumns & DumpOutcome;

/** Both families: an AF_INET dump leaves out dual-stack `::` sockets. */
const FAMILIES = [AF_INET, AF_INET6];

/** A dump of each family, in this order. A reason instead where it would load a module. @throws the kernel's error, by dump */
export async function inetDumps(
  protocol: Transport,
  states: number,
  access: DiagAccess,
): Promise<readonly Promise<InetDump>[] | CoverageFault> {
  const diag = await permitted(protocol, access);
  if ('code' in diag) return diag;
  const dumps = FAMILIES.map((family) => diag.dumpInet(access.netns, family, IP_PROTOCOL[protocol], states));
  return handled(dumps);
}

/** The same for unix sockets, in one dump. */
export async function unixDumps(
  states: number,
  access: DiagAccess,
): Promise<readonly Promise<UnixDump>[] | CoverageFault> {
  const diag = await permitted('unix', access);
  return 'code' in diag ? diag : handled([diag.dumpUnix(access.netns, states)]);
}

/** The one gate to the addon's dumps (test/import_rule.test.ts). */
async function permitted(table: Protocol, access: DiagAccess): Promise<SockDiagAddon | CoverageFault> {
  const reason = access.allowModuleLoad ? null : await reasonNotToAsk(table, access.moduleFiles ?? MODULE_FILES);
  return reason ?? (native() as unknown as SockDiagAddon);
}

/** They are awaited one after the other. */
function handled<Dump>(dumps: readonly Promise<Dump>[]): readonly Promise<Dump>[] {
  for (const dump of dumps) dump.catch(() => {});
  return dumps;
}
