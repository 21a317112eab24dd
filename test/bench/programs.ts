import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../lab/child.js';
import { CLI } from '../live/cli.js';
import { findProgram, ROOT } from '../native/toolchain.js';
import { type Bench, output } from './bench.js';
import { number, table, times } from './markdown.js';
import { median } from './median.js';

export interface Program {
  readonly label: string;
  /** null: it is not there. */
  readonly argv: readonly string[] | null;
  /** How to get it. */
  readonly missing: string;
}

/** Of one program. */
export interface Usage {
  readonly ms: number;
  /** CPU time of all threads and children, which other load hardly affects. */
  readonly cpuMs: number;
  /** Peak resident memory of the largest process. */
  readonly mebibytes: number;
  readonly code: number;
}

const SINGLE = join(ROOT, `dist/k8s-sockwatch-linux-${process.arch}`);

/** Measured once. */
const SLOW_MS = 3000;

const PSUTIL = `
import psutil
for one in psutil.net_connections("all"):
    if one.status == "LISTEN" and one.pid: psutil.Process(one.pid).name()
`;
const SYSTEMINFORMATION = 'require(process.argv[1]).networkConnections().then((all) => console.log(all.length))';
const OSQUERY = 'select * from listening_ports join processes using (pid)';

/** This program, which is the first, in its ways. */
export async function ourPrograms({ against }: Bench): Promise<Program[]> {
  const ours = (label: string, file: string, ...options: string[]): Program => {
    return { label, argv: [process.execPath, file, '--once', ...options], missing: '' };
  };
  const hasSingle = await exists(SINGLE);
  return [
    ours('`k8s-sockwatch --once`', CLI),
    ours('the same without eBPF (`--owners proc`)', CLI, '--owners', 'proc'),
    {
      label: 'the same as a single file',
      argv: hasSingle ? [SINGLE, '--once'] : null,
      missing: 'not built: npm run build:single',
    },
    ...(against === null ? [] : [ours('another build (`--against`)', against)]),
    { label: '`node --eval 0`', argv: [process.execPath, '--eval', '0'], missing: '' },
  ];
}

/** Asked once: installing one of them takes a while. */
let others: Promise<Program[]> | null = null;

/** What else shows listeners and their owners. */
export function otherPrograms(bench: Bench): Promise<Program[]> {
  others ??= findOthers(bench);
  return others;
}

async function findOthers({ directory }: Bench): Promise<Program[]> {
  const command = async (line: string, missing = 'not installed'): Promise<Program> => {
    const argv = line.split(' ');
    return { label: `\`${line}\``, argv: (await findProgram(argv.slice(0, 1))) === null ? null : argv, missing };
  };
  const python = await pythonWithPsutil();
  const npm = ['npm', 'install', '--prefix', directory, '--ignore-scripts', '--no-audit', 'systeminformation@5'];
  const installed = await run(npm);
  const library = join(directory, 'node_modules/systeminformation');
  return [
    await command('ss -tulnp'),
    await command('ss -tanp'),
    await command('netstat -tulnp'),
    await command('lsof -nP -i'),
    {
      label: 'osquery, `listening_ports` and `processes`',
      argv: (await findProgram(['osqueryi'])) === null ? null : ['osqueryi', '--json', OSQUERY],
      missing: 'osqueryi is not installed',
    },
    {
      label: 'psutil, `net_connections`',
      argv: python === null ? null : [python, '-c', PSUTIL],
      missing: 'python3-psutil is not installed',
    },
    {
      label: 'systeminformation, `networkConnections`',
      argv: installed.code === 0 ? [process.execPath, '--eval', SYSTEMINFORMATION, library] : null,
      missing: 'npm could not install it',
    },
  ];
}

/** Debian's, where another Python is first in PATH. */
async function pythonWithPsutil(): Promise<string | null> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const found = await run([python, '-c', 'import psutil']).catch(() => null);
    if (found?.code === 0) return python;
  }
  return null;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Checks that this program works before it is measured. */
async function mustAnswer(argv: readonly string[], netns: string): Promise<void> {
  const { stdout, stderr } = await run(['nsenter', `--net=${netns}`, ...argv], { PATH: process.env['PATH'] });
  if (!stdout.includes('"findings"')) throw new Error(`${argv.join(' ')}: no snapshot: ${stderr}`);
}

/** Runs a program in a network namespace without its output. */
export async function usage(
  bench: Pick<Bench, 'binary'>,
  argv: readonly string[],
  netns = '/proc/self/ns/net',
): Promise<Usage> {
  const printed = await output([bench.binary('measure'), netns, ...argv]);
  const [ms = 0, cpuMs = 0, kibibytes = 0, code = 0] = printed.split(' ').map(Number);
  if (code > 125) throw new Error(`${argv.join(' ')}: exit code ${code}`);
  return { ms, cpuMs, mebibytes: kibibytes / 1024, code };
}

/** The median of each column. */
export function medianUsage(rounds: readonly Usage[]): Usage {
  const of = (key: keyof Usage): number => median(rounds.map((one) => one[key]));
  return { ms: of('ms'), cpuMs: of('cpuMs'), mebibytes: of('mebibytes'), code: of('code') };
}

/**
 * Usage by label: medians of programs that take turns, so that other load affects all alike. Slow ones have one turn; of those that are
 * not there, there is none.
 */
export async function measured(
  bench: Bench,
  programs: readonly Program[],
  rounds: number,
  netns?: string,
): Promise<ReadonlyMap<string, Usage>> {
  const runs = new Map<string, Usage[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { label, argv } of programs) {
      const known = runs.get(label) ?? [];
      if (argv !== null && (known[0]?.ms ?? 0) < SLOW_MS) {
        runs.set(label, [...known, await usage(bench, argv, netns)]);
      }
    }
  }
  return new Map([...runs].map(([label, all]) => [label, medianUsage(all)]));
}

/** Whole programs in a network namespace, as a table. */
export async function comparison(bench: Bench, rounds: number, netns = '/proc/self/ns/net'): Promise<string> {
  const ours = await ourPrograms(bench);
  await mustAnswer(ours[0]?.argv ?? [], netns);
  const programs = [...ours, ...(await otherPrograms(bench))];
  const usages = await measured(bench, programs, rounds, netns);
  const own = usages.get(programs[0]?.label ?? '');
  const rows = programs.map(({ label, missing }) => {
    const one = usages.get(label);
    if (one === undefined || own === undefined) return [`${label} (${missing})`];
    const { ms, cpuMs, mebibytes } = one;
    return [label, `${number(ms)} ms`, times(ms, own.ms), `${number(cpuMs)} ms`, `${mebibytes.toFixed(0)} MiB`];
  });
  return table(['program', 'time', 'of ours', 'CPU time', 'memory'], rows);
}
