import { basename } from 'node:path';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { textField, textOf } from '../../base/text.js';
import { isProgram } from '../../kernel/owners/argv0.js';
import { cgroupFacts, cgroupPathOf } from '../../kernel/owners/cgroup.js';
import { COMM_LENGTH, type OwnedListener, type Owner, type ProcessOwner } from '../../kernel/owners/owner.js';
import { SERVICES, unitOf } from '../../node/flags.js';
import type { FactFiles, Parsed } from './fact_files.js';
import { type ListedProcess, parseProcessList } from './process_list.js';
import type { SnapServices } from './snap_output.js';
import { parseUnitStatus, type UnitStatus } from './unit_status.js';

/** What a bundle tells of the processes of its node. */
export interface BundledProcesses {
  readonly byPid: ReadonlyMap<number, ListedProcess>;
  readonly units: readonly Parsed<UnitStatus>[];
  readonly unitByPid: ReadonlyMap<number, UnitStatus>;
  /** Whether every unit of the snap that runs is among these. */
  readonly hasAllUnits: boolean;
  /** Whether none of them was restarted while they were listed. */
  readonly isSettled: boolean;
  /** Files that this comes from. */
  readonly paths: readonly string[];
  /** Lists of processes that could not be read. */
  readonly faults: readonly CoverageFault[];
}

export function processesOf(files: FactFiles, startup: SnapServices | null): BundledProcesses {
  const lists = [...files.parsed('processes', parseProcessList), ...files.parsed('cgroups', parseProcessList)];
  const units = files.parsed('unit-status', parseUnitStatus);
  const byPid = new Map<number, ListedProcess>();
  for (const { value } of lists) {
    for (const [pid, { parent, words, isCut, comm, cgroup }] of value) {
      const known = byPid.get(pid);
      byPid.set(pid, {
        pid,
        parent: known?.parent ?? parent,
        words: known?.words ?? words,
        isCut: known?.words == null ? isCut : known.isCut,
        comm: known?.comm ?? comm,
        cgroup: known?.cgroup ?? cgroup,
      });
    }
  }
  const statusPaths = units.length === 0 ? [] : ['*/systemctl.log'];
  const statusOf = (service: string): UnitStatus | undefined =>
    units.find(({ value }) => value.unit === unitOf(service))?.value;
  const hasAllUnits = SERVICES.every(
    (service) => statusOf(service) !== undefined || (startup !== null && startup.get(service)?.isActive !== true),
  );
  const isSettled = (service: string): boolean => {
    const isActive = startup?.get(service)?.isActive === true;
    const status = statusOf(service);
    if (status === undefined) return true;
    const { pids, mainPid, isChanging } = status;
    if (pids === null || isChanging) return false;
    if (pids.length === 0) return !isActive && (mainPid === null || !byPid.has(mainPid));
    return mainPid !== null && pids.includes(mainPid) && byPid.has(mainPid);
  };
  const unitByPid = new Map(units.flatMap(({ value }) => (value.pids ?? []).map((pid) => [pid, value] as const)));
  return {
    byPid,
    units,
    unitByPid,
    hasAllUnits,
    isSettled: SERVICES.every(isSettled),
    paths: [...lists.map(({ path }) => path), ...statusPaths],
    faults: files.faults(['processes', 'cgroups']),
  };
}

/** Fields of an owner, by where its process runs. */
type Place = Partial<Pick<ProcessOwner, 'cgroup' | 'unit' | 'pod' | 'container' | 'outsideOf'>>;

/** Listeners with the units and containers of their owners, as far as lists and trees of processes show them. Pure. */
export function withPlaces(listeners: readonly OwnedListener[], processes: BundledProcesses): OwnedListener[] {
  const placed = (owner: Owner): Owner => (owner.kind === 'process' ? withPlace(owner, processes) : owner);
  return listeners.map((listener) => ({ ...listener, owners: listener.owners.map(placed) }));
}

function withPlace(owner: ProcessOwner, processes: BundledProcesses): ProcessOwner {
  const listed = processes.byPid.get(owner.pid);
  // The pid is of another process by now.
  if (listed?.comm != null && owner.comm !== null && listed.comm !== owner.comm) return owner;
  const argv0 = argv0Of(owner, listed);
  const comm = owner.comm === null ? (listed?.comm ?? null) : null;
  return {
    ...owner,
    ...(comm === null ? {} : textField('comm', Buffer.from(comm))),
    ...(argv0 === undefined ? {} : textField('argv0', Buffer.from(argv0))),
    ...placeOf(owner.pid, processes),
  };
}

/** A process can give itself any argv[0]: only one that goes on like its known name says more. */
function argv0Of({ comm, argv0, isArgv0Cut }: ProcessOwner, listed: ListedProcess | undefined): string | undefined {
  const first = listed?.words?.[0];
  if (first === undefined || listed?.isCut === true) return undefined;
  const name = comm ?? listed?.comm ?? argv0;
  const isCut = comm === null ? isArgv0Cut === true : name?.length === COMM_LENGTH;
  const base = basename(first);
  const goesOn = name !== null && name !== '' && (isCut ? base.startsWith(name) : base === name);
  return goesOn && isProgram(first, [base]) ? first : undefined;
}

function placeOf(pid: number, { byPid, units, unitByPid, hasAllUnits, isSettled, faults }: BundledProcesses): Place {
  const cgroup = cgroupOf(byPid.get(pid));
  if (cgroup !== null) return { ...textField('cgroup', Buffer.from(cgroup)), ...cgroupFacts(cgroup) };
  const own = unitByPid.get(pid);
  if (own !== undefined) return { cgroup: own.cgroup, unit: own.unit };
  // What is in the list, and could not be read, may show that it is another's.
  if (faults.length > 0) return { outsideOf: 'unclear' };
  // Without processes in any unit, the services run in units of another manager.
  if (byPid.size === 0 || unitByPid.size === 0 || !hasAllUnits) return {};
  const ancestors = ancestorsOf(pid, byPid);
  const runtime = units.find(({ value }) => value.unit === unitOf('containerd'))?.value;
  const shim = ancestors?.find((one) => runtime !== undefined && unitByPid.get(one) === runtime);
  const container = shim === undefined ? null : containerOf(byPid.get(shim)?.words ?? []);
  if (container !== null) return { container };
  const hasRuntime = runtime?.pids != null && runtime.pids.length > 0;
  // A unit was restarted, or a pod started, between the lists; or they are meant to look like that.
  const isUnclear = (one: number): boolean =>
    unitByPid.has(one) || (hasRuntime && containerOf(byPid.get(one)?.words ?? []) !== null);
  if (!isSettled || ancestors === null || ancestors.some(isUnclear)) return { outsideOf: 'unclear' };
  return { outsideOf: hasRuntime ? 'units-and-pods' : 'units' };
}

/** The path of the cgroup of a listed process. */
export function cgroupOf(listed: ListedProcess | undefined): string | null {
  const lines = listed?.cgroup?.replaceAll(',', '\n');
  const path = lines === undefined ? null : cgroupPathOf(Buffer.from(lines));
  return path === null ? null : textOf(path);
}

const MAX_ANCESTORS = 64;

/** Pids from the parent up to the first process; null if the list lacks one of them. */
function ancestorsOf(pid: number, byPid: BundledProcesses['byPid']): readonly number[] | null {
  const ancestors: number[] = [];
  for (let parent = byPid.get(pid)?.parent ?? null; ancestors.length < MAX_ANCESTORS; ) {
    if (parent === 0) return ancestors;
    const listed = parent === null ? undefined : byPid.get(parent);
    if (listed === undefined) return null;
    ancestors.push(listed.pid);
    parent = listed.parent;
  }
  return null;
}

/** `containerd-shim-runc-v2 -namespace k8s.io -id 4f1c… -address …`: of a pod, the id of its sandbox. */
function containerOf(words: readonly string[]): string | null {
  const isOfKubernetes = words[words.indexOf('-namespace') + 1] === 'k8s.io';
  const id = words[words.indexOf('-id') + 1] ?? '';
  return isOfKubernetes && /^[0-9a-f]{64}$/.test(id) ? id : null;
}
