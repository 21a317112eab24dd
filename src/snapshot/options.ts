import { Deadline } from '../base/deadline.js';
import { SockwatchError } from '../base/errors.js';
import {
  assertArgument,
  assertBoolean,
  assertKeys,
  assertMilliseconds,
  assertObject,
  assertOneOf,
  assertPath,
  assertSignal,
  assertSpec,
} from '../base/validate.js';
import type { OwnersMode } from '../kernel/owners/owner_source.js';
import { builtinSpec } from '../spec/builtin.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { GROUPS } from '../verdict/claim.js';
import { socketPathsOf } from '../verdict/unix_row.js';
import type { CaptureTarget } from './capture.js';
import type { FailOn } from './document/document.js';
import type { Expectation } from './evaluate_node.js';
import type { ProbeOptions } from './probe/probe.js';

/** What to ask of the node's listeners. */
export type ProbeRequest = Partial<ProbeOptions>;

/** What to read, what to compare it with, and how long to wait. */
export interface SnapshotOptions {
  /** What the node is compared with. Default: the built-in page of its release, with the built-in notes. */
  readonly spec?: Spec | undefined;
  /** Default: `auto`, read from the node. */
  readonly role?: Role | 'auto' | undefined;
  /** Path of the network namespace to read, such as /proc/1234/ns/net; default: the caller's. */
  readonly netns?: string | null | undefined;
  /** Also list the sockets of every other network namespace; they are not evaluated. Default: false. */
  readonly allNetns?: boolean | undefined;
  /** How owners are found. Default: `auto`, the best way that works. */
  readonly owners?: OwnersMode | undefined;
  /**
   * Also ask the node's own listeners what the page claims of them, over connections to them (docs/claims.md); `true`: everything.
   * Default: `false`, nothing is connected to.
   */
  readonly probe?: boolean | ProbeRequest | undefined;
  /** Lowest severity that counts as drift. Default: `warning`. */
  readonly failOn?: FailOn | undefined;
  /**
   * Milliseconds, 1 or more. Reading stops after nine tenths of them, and each step of it after two thirds of what is left then;
   * `coverage` says what was cut off. Default: no limit. A read that hangs in the kernel goes on hanging, and keeps the process from ending
   * by itself: see {@link exitNow}.
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Once it is aborted, the promise is rejected with its reason at once, and nothing more is read. Reads that have started go on
   * until the kernel answers, mostly within a second, and keep the process from ending by itself: see {@link exitNow}.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where the file system of the node is seen, as `/host` in a container. Default: here; in a container without an installation, at the
   * first process.
   */
  readonly hostRoot?: string | null | undefined;
  /** Use sock_diag even where that makes the kernel load its module. Default: false, /proc/net is read instead. */
  readonly allowModuleLoad?: boolean | undefined;
}

export const SNAPSHOT_KEYS: Readonly<Record<keyof SnapshotOptions, true>> = {
  spec: true,
  role: true,
  netns: true,
  allNetns: true,
  owners: true,
  failOn: true,
  deadlineMs: true,
  signal: true,
  allowModuleLoad: true,
  hostRoot: true,
  probe: true,
};

export function assertOptions(options: unknown): void {
  assertObject('options are an object', options);
}

/** Options with their defaults, as each part takes them. */
export interface ValidOptions {
  /** Path of the network namespace; null: our own. */
  readonly netns: string | null;
  readonly target: Omit<CaptureTarget, 'netns'>;
  readonly expectation: Expectation;
  readonly allNetns: boolean;
  /** null: nothing is asked. */
  readonly probe: ProbeOptions | null;
  readonly failOn: FailOn;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | null;
}

/** @throws SockwatchError ERR_USAGE, on one line */
export function validateOptions(options: SnapshotOptions): ValidOptions {
  assertOptions(options);
  const {
    spec = builtinSpec(),
    role,
    netns,
    allNetns,
    owners,
    failOn,
    deadlineMs,
    signal,
    allowModuleLoad,
    hostRoot,
    probe,
  } = options;
  assertSpec(spec);
  assertOneOf('role', role, ['auto', 'control-plane', 'worker']);
  assertPath('netns', netns);
  assertBoolean('allNetns', allNetns);
  assertOneOf('owners', owners, ['auto', 'bpf', 'proc', 'none']);
  assertOneOf('failOn', failOn, ['error', 'warning', 'info', 'never']);
  assertMilliseconds('deadlineMs', deadlineMs);
  assertSignal(signal);
  assertBoolean('allowModuleLoad', allowModuleLoad);
  assertPath('hostRoot', hostRoot);
  return {
    netns: netns ?? null,
    target: {
      owners: owners ?? 'auto',
      allowModuleLoad: allowModuleLoad ?? false,
      socketPaths: socketPathsOf(spec),
      hostRoot: hostRoot ?? null,
    },
    expectation: { spec, role: role ?? 'auto' },
    allNetns: allNetns ?? false,
    probe: probeOptions(probe ?? false, spec),
    failOn: failOn ?? 'warning',
    deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY,
    signal: signal ?? null,
  };
}

/** Reading ends here, so that there is time to evaluate and write what was read. */
const READING_SHARE = 0.9;

/** How long to read. @throws the reason of the signal, if it is aborted */
export function readingDeadline({ deadlineMs, signal }: Pick<ValidOptions, 'deadlineMs' | 'signal'>): Deadline {
  const deadline = new Deadline(deadlineMs * READING_SHARE, { signal });
  deadline.throwIfAborted();
  return deadline;
}

function probeOptions(probe: unknown, spec: Spec): ProbeOptions | null {
  if (probe === false) return null;
  const { groups = GROUPS, skip = [] } = probe === true ? {} : validProbe(probe);
  const services = servicesOf(spec);
  const unknown = skip.find((service) => !services.has(service));
  if (unknown === undefined) return { groups, skip };
  throw new SockwatchError(
    'ERR_USAGE',
    `${JSON.stringify(unknown)}, not to be probed, is no service of the page or notes`,
    {
      hint: `services are ${[...services].sort().join(', ')}`,
    },
  );
}

/** Of the page, of built-in pages of other releases, and of the notes. */
function servicesOf({ rows, builtin, notes }: Spec): ReadonlySet<string> {
  const all = [...rows, ...builtin.flatMap((page) => page.rows)];
  const noted = notes.rows.flatMap(({ serviceByRole }) => Object.values(serviceByRole));
  return new Set([...all.map(({ service }) => service), ...noted, ...notes.services.keys()]);
}

function validProbe(probe: unknown): ProbeRequest {
  assertObject('probe is true, false or an object', probe);
  assertKeys(probe as object, { groups: true, skip: true });
  const { groups, skip } = probe as ProbeRequest;
  assertArgument(groups === undefined || Array.isArray(groups), 'groups of probe are an array', groups);
  for (const group of groups ?? []) assertOneOf('each of groups of probe', group, GROUPS);
  const isSkip = skip === undefined || (Array.isArray(skip) && skip.every((one) => typeof one === 'string'));
  assertArgument(isSkip, 'skip of probe is an array of names of services', skip);
  return probe as ProbeRequest;
}
