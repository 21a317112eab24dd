import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lab/child.js';
import {
  CLANG,
  compile,
  compileObjects,
  inParallel,
  mustFind,
  PURE_SOURCES,
  ROOT,
  SANITIZED,
  TESTS,
} from './toolchain.js';

const DUMPS = join(ROOT, 'test', 'fixtures', 'dumps');

const SANITIZERS = 'address,undefined';
/** Netlink messages are far smaller; longer inputs only slow fuzzing down. */
const MAX_INPUT = 4096;
const NLMSG_HDRLEN = 16;

/** Sizes of the structs before the attributes: inet_diag_msg and unix_diag_msg. */
const INET_DIAG_MSG_SIZE = 72;
const UNIX_DIAG_MSG_SIZE = 16;

export interface FuzzResult {
  readonly target: string;
  /** Number of inputs tried. */
  readonly inputs: number;
  /** The report, with the failing input in hex; null if there was none. */
  readonly failure: string | null;
}

type Seeds = (dumps: ReadonlyMap<string, Buffer>) => readonly (Buffer | string)[];

/** The seed inputs of each fuzz_*.cc. */
const TARGETS: Readonly<Record<string, Seeds>> = {
  inet: (dumps) => inetDumps(dumps).flatMap((dump) => [dump, ...payloads(dump)]),
  unix: (dumps) => unixDumps(dumps).flatMap((dump) => [dump, ...payloads(dump)]),
  attributes: (dumps) => [
    ...inetDumps(dumps).flatMap((dump) => payloads(dump).map((payload) => payload.subarray(INET_DIAG_MSG_SIZE))),
    ...unixDumps(dumps).flatMap((dump) => payloads(dump).map((payload) => payload.subarray(UNIX_DIAG_MSG_SIZE))),
  ],
  start_ticks: () => [
    '1 (systemd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12 170000 3000 18446744073709551615 1 1 0',
    '77 (a) S 1 (b) R 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9223372036854775808 0 0',
    '9 (x) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 -5 0 0',
  ],
  // A start position, then three bytes per operation: code, record, size or limit.
  ring_buffer: () => [
    '\0\0\u0008\u0001\0\0\u0003\0\u0009',
    '\0\0\u00ff'.repeat(30),
    '\0\0\u0007\u0002\0\0\u0003\0\u0001'.repeat(60),
  ],
  socket_link: () => ['socket:[1]', 'socket:[4294967295]', 'socket:[4294967296]', 'pipe:[77]', '/memfd:socket:[1]'],
};

const inetDumps = (dumps: ReadonlyMap<string, Buffer>) =>
  [...dumps].flatMap(([name, dump]) => (name === 'unix.bin' ? [] : [dump]));
const unixDumps = (dumps: ReadonlyMap<string, Buffer>) =>
  [...dumps].flatMap(([name, dump]) => (name === 'unix.bin' ? [dump] : []));

/** The payloads of the messages in a captured dump. */
function payloads(dump: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at + NLMSG_HDRLEN <= dump.length; ) {
    const length = dump.readUInt32LE(at);
    if (length < NLMSG_HDRLEN) break;
    all.push(dump.subarray(at + NLMSG_HDRLEN, at + length));
    at += (length + 3) & ~3;
  }
  return all;
}

async function readDumps(): Promise<Map<string, Buffer>> {
  const names = (await readdir(DUMPS)).filter((name) => name.endsWith('.bin'));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(DUMPS, name))] as const)));
}

/** Builds all targets and runs each for this long, as many at a time as there are processors. */
export async function fuzz(seconds: number): Promise<FuzzResult[]> {
  const compiler = await mustFind(CLANG);
  const directory = await mkdtemp(join(tmpdir(), 'sockwatch-fuzz-'));
  try {
    const targets = Object.keys(TARGETS);
    const sources = [...PURE_SOURCES, ...targets.map((target) => join(TESTS, `fuzz_${target}.cc`))];
    const flags = [...SANITIZED, `-fsanitize=fuzzer-no-link,${SANITIZERS}`];
    const objects = await compileObjects(compiler, flags, sources, directory);
    const pure = objects.slice(0, PURE_SOURCES.length);
    const dumps = await readDumps();
    return await inParallel(targets, async (target) => {
      const binary = join(directory, target);
      const object = join(directory, `fuzz_${target}.o`);
      await compile(compiler, [`-fsanitize=fuzzer,${SANITIZERS}`, object, ...pure, '-o', binary]);
      return await runTarget(target, binary, TARGETS[target]?.(dumps) ?? [], seconds);
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function runTarget(
  target: string,
  binary: string,
  seeds: readonly (Buffer | string)[],
  seconds: number,
): Promise<FuzzResult> {
  const corpus = `${binary}-corpus`;
  const artifacts = `${binary}-artifacts`;
  await Promise.all([mkdir(corpus), mkdir(artifacts)]);
  await Promise.all(seeds.map((seed, at) => writeFile(join(corpus, `seed-${at}`), seed)));
  const { code, stderr } = await run([
    binary,
    `-max_total_time=${seconds}`,
    `-max_len=${MAX_INPUT}`,
    '-timeout=10',
    '-print_final_stats=1',
    `-artifact_prefix=${artifacts}/`,
    corpus,
  ]);
  const inputs = Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? 0);
  if (code === 0) return { target, inputs, failure: null };
  const found = await Promise.all((await readdir(artifacts)).map((name) => readFile(join(artifacts, name), 'hex')));
  const report = stderr.split('\n').filter((line) => !line.startsWith('#'));
  return { target, inputs, failure: `${report.join('\n')}\nexit code ${code}; input in hex: ${found.join(' and ')}` };
}

/** Parses a number of seconds; five if `text` is undefined or empty. */
export function fuzzSeconds(text: string | undefined): number {
  const seconds = text === undefined || text === '' ? 5 : Number(text);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error(`'${text}' is not a number of seconds`);
  return seconds;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { target, inputs, failure } of await fuzz(fuzzSeconds(process.argv[2] ?? process.env['FUZZ_SECONDS']))) {
    console.log(`${target}: ${inputs} inputs, ${failure === null ? 'no failure' : `FAILED\n${failure}`}`);
    if (failure !== null) process.exitCode = 1;
  }
}
