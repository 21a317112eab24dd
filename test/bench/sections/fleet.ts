import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CLI } from '../../live/cli.js';
import { type Bench, inTurn, type Section } from '../bench.js';
import { writeSnapshots } from '../fleet_files.js';
import { number, table } from '../markdown.js';
import { medianUsage, type Usage, usage } from '../programs.js';

const [NODES, LISTENERS] = [1_000, 500];

export interface FleetRun extends Usage {
  /** Size of the output. */
  readonly bytes: number;
}

/** Runs `k8s-sockwatch check DIRECTORY --format … --output …` and measures it. */
export async function runCheck(
  bench: Pick<Bench, 'binary'>,
  cli: string,
  snapshots: string,
  format: string,
): Promise<FleetRun> {
  const output = `${snapshots}.${format}`;
  const argv = [process.execPath, cli, 'check', snapshots, '--format', format, '--output', output];
  const used = await usage(bench, argv);
  return { ...used, bytes: (await stat(output)).size };
}

/** Evaluating a whole cluster. */
export const fleet: Section = {
  title: `\`check\` of ${NODES.toLocaleString('en')} snapshots of ${LISTENERS} listeners`,
  about: 'No page or note explains most of the listeners, and one node in fifty has a fault.',
  async run(bench) {
    const snapshots = join(bench.directory, 'snapshots');
    await snapshotWriter(bench).then((write) => write(snapshots, NODES, LISTENERS));
    const builds = [
      { label: '', cli: CLI },
      ...(bench.against === null ? [] : [{ label: ', another build', cli: bench.against }]),
    ];
    const rows: string[][] = [];
    for (const format of ['table', 'html', 'json']) {
      const results = await inTurn(1, builds, ({ cli }) => runCheck(bench, cli, snapshots, format));
      for (const [at, { label }] of builds.entries()) {
        const [run] = results[at] ?? [];
        if (run === undefined) continue;
        const { ms, cpuMs, mebibytes } = medianUsage([run]);
        const time = [`${number(ms / 1000)} s`, `${number(cpuMs / 1000)} s`];
        const space = [`${mebibytes.toFixed(0)} MiB`, `${number(run.bytes / 1e6)} MB`];
        rows.push([`\`--format ${format}\`${label}`, ...time, ...space]);
      }
    }
    return { markdown: table(['output', 'time', 'CPU time', 'memory', 'written'], rows) };
  },
};

/** An older build cannot read words that later ones write, so that it writes the snapshots, which both read. */
async function snapshotWriter({ against }: Bench): Promise<typeof writeSnapshots> {
  if (against === null) return writeSnapshots;
  const other = (await import(join(dirname(against), '../test/bench/fleet_files.js'))) as {
    readonly writeSnapshots: typeof writeSnapshots;
  };
  return other.writeSnapshots;
}
