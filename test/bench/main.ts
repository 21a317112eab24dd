/**
 * `npm run bench`: compares this program with others on a node with many sockets. Needs root and asserts nothing. Options:
 * `--processes`, `--sockets`, `--listeners`, `--files` (other open files), `--rounds`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../lab/child.js';
import { compile, findProgram, mustFind, ROOT } from '../native/toolchain.js';
import type { InProcess } from './in_process.js';
import { type LoadSize, startLoad } from './load.js';
import { median } from './median.js';

const CLI = fileURLToPath(new URL('../../src/main.cjs', import.meta.url));
const IN_PROCESS = fileURLToPath(new URL('./in_process.js', import.meta.url));
/** Number of dumps in one process. */
const DUMPS = 300;

const OURS = ['bpf', 'proc'].map((way) => ['node', CLI, '--once', '--owners', way]);
const OTHERS = [
  ['node', '--eval', '0'],
  ['ss', '-tulnp'],
  ['ss', '-tanp'],
  ['lsof', '-nP', '-i'],
  ['netstat', '-tulnp'],
];

interface Measured {
  readonly ms: number;
  /** CPU time of all threads, which other load hardly affects. */
  readonly cpuMs: number;
  readonly mebibytes: number;
  readonly code: number;
}

function options(): LoadSize & { readonly rounds: number } {
  const { values } = parseArgs({
    options: {
      processes: { type: 'string', default: '100' },
      sockets: { type: 'string', default: '100000' },
      listeners: { type: 'string', default: '200' },
      files: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const numbers = Object.entries(values).map(([name, text]) => {
    if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} takes a number, not '${text}'`);
    return [name, Number(text)];
  });
  return Object.fromEntries(numbers) as LoadSize & { rounds: number };
}

async function output(argv: readonly string[]): Promise<string> {
  // An empty environment, as under sudo or in a service: variables such as NODE_EXTRA_CA_CERTS slow Node down.
  const { code, stdout, stderr } = await run(argv, { PATH: process.env['PATH'] });
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${stderr}`);
  return stdout;
}

async function compileAll(directory: string): Promise<(name: string) => string> {
  const compiler = await mustFind(['cc', 'gcc', 'clang-14']);
  for (const name of ['load', 'bare_dump', 'measure']) {
    const source = join(ROOT, 'test', 'bench', `${name}.c`);
    await compile(compiler, ['-O2', '-Wall', '-Wextra', '-Werror', source, '-o', join(directory, name)]);
  }
  const loader = join(ROOT, 'native/bpf/owners_loader.c');
  const iterator = [join(ROOT, 'test/bench/bare_iterator.c'), loader, '-o', join(directory, 'bare_iterator')];
  await compile(compiler, ['-O2', '-I', join(ROOT, 'build/Release/obj/gen'), ...iterator]);
  return (name) => join(directory, name);
}

/** Runs the commands in turn, in several rounds, so that other load affects all of them. */
async function inTurn<Result>(
  rounds: number,
  commands: readonly (readonly string[])[],
  measure: (argv: readonly string[]) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = commands.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, command] of commands.entries()) results[at]?.push(await measure(command));
  }
  return results;
}

async function compareDumps(binary: (name: string) => string, netns: string, rounds: number): Promise<void> {
  const inside = ['nsenter', `--net=${netns}`];
  const commands = [
    [...inside, binary('bare_dump'), String(DUMPS)],
    [...inside, process.execPath, IN_PROCESS, String(DUMPS)],
    [binary('bare_iterator'), '9'],
  ];
  const [bare = [], addon = [], iterator = []] = await inTurn(rounds, commands, output);
  const ours = addon.map((text) => JSON.parse(text) as InProcess);
  const [bareMs, count] = [median(bare.map((text) => Number.parseFloat(text))), bare[0]?.trim().split(' ')[1]];
  const listenMs = median(ours.map((one) => one.listenMs));
  const ownersMs = median(ours.map((one) => one.ownersMs));
  console.log(`TCP listeners, both families, median of ${rounds} medians of ${DUMPS} dumps in one process:`);
  console.log(`  bare C loop ${bareMs.toFixed(3)} ms (${count} sockets)`);
  console.log(
    `  addon       ${listenMs.toFixed(3)} ms (${ours[0]?.listeners} sockets), ratio ${ratio(listenMs, bareMs)}`,
  );
  const iteratorMs = median(iterator.map((text) => Number.parseFloat(text)));
  const bpfMs = median(ours.map((one) => one.bpfMs));
  console.log(`owners by /proc ${ownersMs.toFixed(0)} ms; by eBPF, including loading:`);
  console.log(`  bare C reader ${iteratorMs.toFixed(1)} ms (${iterator[0]?.trim().split(' ')[1]} records)`);
  console.log(`  addon         ${bpfMs.toFixed(1)} ms, ratio ${ratio(bpfMs, iteratorMs)}`);
}

/** Checks that the program works before it is measured. */
async function mustAnswer(argv: readonly string[], netns: string): Promise<void> {
  const { stdout, stderr } = await run(['nsenter', `--net=${netns}`, ...argv], { PATH: process.env['PATH'] });
  if (!stdout.includes('"findings"')) throw new Error(`${argv.join(' ')}: no snapshot: ${stderr}`);
}

async function comparePrograms(binary: (name: string) => string, netns: string, rounds: number): Promise<void> {
  for (const command of OURS) await mustAnswer(command, netns);
  const commands = [...OURS];
  for (const command of OTHERS) {
    if ((await findProgram([command[0] ?? ''])) !== null) commands.push(command);
    else console.log(`${command[0]} is not installed and left out`);
  }
  const results = await inTurn(rounds, commands, async (argv): Promise<Measured> => {
    const [ms = 0, cpuMs = 0, kibibytes = 0, code = 0] = (await output([binary('measure'), netns, ...argv]))
      .split(' ')
      .map(Number);
    return { ms, cpuMs, mebibytes: kibibytes / 1024, code };
  });
  const medians = results.map((one) => ({
    ms: median(one.map(({ ms }) => ms)),
    cpuMs: median(one.map(({ cpuMs }) => cpuMs)),
    mebibytes: median(one.map(({ mebibytes }) => mebibytes)),
    range: `${Math.min(...one.map(({ ms }) => ms)).toFixed(0)}–${Math.max(...one.map(({ ms }) => ms)).toFixed(0)}`,
    codes: [...new Set(one.map(({ code }) => code))].join(','),
  }));
  const [bpf, proc] = medians;
  if (bpf === undefined || proc === undefined) throw new Error('both of ours are measured');
  console.log(`\nWhole programs, median of ${rounds} in turn; a ratio below 1 means that ours needs less:`);
  const cells = medians.map(({ ms, cpuMs, mebibytes, range, codes }, at) => [
    commands[at]?.map((word) => (word === CLI ? basename(CLI) : word)).join(' ') ?? '',
    `${ms.toFixed(0)} ms`,
    range,
    `${cpuMs.toFixed(0)} ms`,
    `${mebibytes.toFixed(0)} MiB`,
    ...(at < OURS.length ? ['', ''] : [ratio(bpf.ms, ms), ratio(proc.ms, ms)]),
    codes,
  ]);
  print([['program', 'time', 'range', 'cpu', 'peak', 'bpf/its time', 'proc/its time', 'exit'], ...cells]);
}

const ratio = (ours: number, other: number): string => (ours / other).toFixed(2);

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
}

const { rounds, ...size } = options();
const directory = await mkdtemp(join(tmpdir(), 'sockwatch-bench-'));
try {
  const binary = await compileAll(directory);
  const load = await startLoad(binary('load'), size, directory);
  try {
    console.log(`${size.sockets} sockets in ${size.processes} processes, ${size.listeners} of them listening\n`);
    await compareDumps(binary, load.netns, rounds);
    await comparePrograms(binary, load.netns, rounds);
  } finally {
    await load.end();
  }
} finally {
  await rm(directory, { recursive: true });
}
