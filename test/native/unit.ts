import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lab/child.js';
import { CLANG, compile, compileObjects, inParallel, mustFind, PURE_SOURCES, SANITIZED, TESTS } from './toolchain.js';

/** An executable built from unit_NAME.cc. */
interface Unit {
  readonly name: string;
  readonly sanitizers: string;
  /** Additional sources in test/native/. */
  readonly with?: readonly string[];
  readonly linkerFlags?: readonly string[];
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly skip: string | null;
  /** Diagnostics that the executable printed for it. */
  readonly notes: readonly string[];
}

export interface UnitResult {
  readonly unit: string;
  readonly checks: readonly Check[];
  /** Exit code and standard error of a failed run, such as a sanitizer report; null if it succeeded. */
  readonly crash: string | null;
}

/** The system calls of native/netlink_socket.cc that fake_kernel.cc implements. */
const WRAPPED = ['socket', 'setsockopt', 'bind', 'getsockname', 'sendmsg', 'recvmsg'];

const MEMORY = 'address,undefined';
const UNITS: readonly Unit[] = [
  {
    name: 'dump_loop',
    sanitizers: MEMORY,
    with: ['fake_kernel.cc'],
    linkerFlags: WRAPPED.map((call) => `-Wl,--wrap=${call}`),
  },
  { name: 'walk_owners', sanitizers: MEMORY },
  { name: 'walk_owners', sanitizers: 'thread' },
  { name: 'netns', sanitizers: MEMORY },
  { name: 'netns', sanitizers: 'thread' },
  { name: 'route_changes', sanitizers: MEMORY },
  { name: 'route_changes', sanitizers: 'thread' },
  { name: 'out_of_memory', sanitizers: MEMORY },
  { name: 'fexit_targets', sanitizers: MEMORY },
  { name: 'ring_buffer', sanitizers: MEMORY },
  { name: 'ring_buffer', sanitizers: 'thread' },
];

/** Builds and runs all executables, as many at a time as there are processors. */
export async function runUnits(): Promise<UnitResult[]> {
  const compiler = await mustFind(CLANG);
  const directory = await mkdtemp(join(tmpdir(), 'sockwatch-unit-'));
  try {
    const builds = new Map<string, string[]>();
    for (const sanitizers of new Set(UNITS.map((unit) => unit.sanitizers))) {
      const objects = await mkdtemp(join(directory, 'objects-'));
      const flags = [...SANITIZED, `-fsanitize=${sanitizers}`];
      builds.set(sanitizers, await compileObjects(compiler, flags, PURE_SOURCES, objects));
    }
    return await inParallel(UNITS, (unit) => runUnit(compiler, unit, builds.get(unit.sanitizers) ?? [], directory));
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function runUnit(compiler: string, unit: Unit, objects: readonly string[], parent: string): Promise<UnitResult> {
  const directory = await mkdtemp(join(parent, `${unit.name}-`));
  const sanitize = `-fsanitize=${unit.sanitizers}`;
  const sources = [`unit_${unit.name}.cc`, ...(unit.with ?? [])].map((source) => join(TESTS, source));
  const own = await compileObjects(compiler, [...SANITIZED, sanitize], sources, directory);
  const binary = join(directory, unit.name);
  await compile(compiler, [sanitize, ...own, ...objects, ...(unit.linkerFlags ?? []), '-o', binary]);
  const { code, stdout, stderr } = await run([binary]);
  return {
    unit: `unit_${unit.name}.cc with -fsanitize=${unit.sanitizers}`,
    checks: parseChecks(stdout),
    crash: code === 0 ? null : `exit code ${code}\n${stderr}`,
  };
}

/** Parses lines such as `not ok - name`, `ok - name # SKIP reason`, and `# note` for the check before. */
function parseChecks(output: string): Check[] {
  const checks: (Check & { notes: string[] })[] = [];
  for (const line of output.split('\n')) {
    const [, verdict, name = '', skip = null] = /^(ok|not ok) - (.*?)(?: # SKIP (.*))?$/.exec(line) ?? [];
    if (verdict !== undefined) checks.push({ name, ok: verdict === 'ok', skip, notes: [] });
    else if (line !== '') checks.at(-1)?.notes.push(line);
  }
  return checks;
}
