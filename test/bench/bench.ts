import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lab/child.js';
import { compile, mustFind, ROOT } from '../native/toolchain.js';
import { type Load, type LoadSize, startLoad } from './load.js';

/** What all sections have in common. */
export interface Bench {
  /** Removed at the end. */
  readonly directory: string;
  readonly rounds: number;
  /** The command of another build of this program to compare with; null: none. */
  readonly against: string | null;
  /** The path of one of the C programs in test/bench. */
  binary(name: string): string;
}

/** One part of the benchmark. */
export interface Section {
  readonly title: string;
  /** What is measured, as Markdown. */
  readonly about: string;
  run(bench: Bench): Promise<Measured>;
}

export interface Measured {
  /** Tables and remarks. */
  readonly markdown: string;
  readonly svg?: string;
}

const PROGRAMS = ['load', 'bare_dump', 'measure', 'calls'];

/** Compiles the C programs into a temporary directory, which is there as long as `work` takes. */
export async function withBench(
  options: Pick<Bench, 'rounds' | 'against'>,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sockwatch-bench-'));
  const binary = (name: string): string => join(directory, name);
  const source = (name: string): string => join(ROOT, 'test/bench', `${name}.c`);
  try {
    const compiler = await mustFind(['cc', 'gcc', 'clang-14']);
    for (const name of PROGRAMS) {
      await compile(compiler, ['-O2', '-Wall', '-Wextra', '-Werror', source(name), '-o', binary(name)]);
    }
    const loader = [join(ROOT, 'native/bpf/owners_loader.c'), '-I', join(ROOT, 'build/Release/obj/gen')];
    await compile(compiler, ['-O2', source('bare_iterator'), ...loader, '-o', binary('bare_iterator')]);
    await work({ ...options, directory, binary });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The sockets are there as long as `work` takes. */
export async function withLoad<Result>(
  bench: Bench,
  size: LoadSize,
  work: (load: Load) => Promise<Result>,
): Promise<Result> {
  const load = await startLoad(bench.binary('load'), size, bench.directory);
  try {
    return await work(load);
  } finally {
    await load.end();
  }
}

/** Runs a command without any but the most basic variables, as under sudo: NODE_EXTRA_CA_CERTS, for one, slows Node down. */
export async function output(argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(argv, { PATH: process.env['PATH'] });
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${stderr}`);
  return stdout;
}

/** Measures in turn, in several rounds, so that other load affects all alike. The results of each, by round. */
export async function inTurn<Item, Result>(
  rounds: number,
  items: readonly Item[],
  measure: (item: Item) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = items.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, item] of items.entries()) results[at]?.push(await measure(item));
  }
  return results;
}
