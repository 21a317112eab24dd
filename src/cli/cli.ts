import { nowMs } from '../base/clock.js';
import { endProcess, hasBpf, type OwnerPass } from '../kernel/addon.js';
import { startOwnerPass } from '../kernel/owners/owner_source.js';
import { chunks } from '../report/pieces.js';
import { LineWriter, writeStdout } from '../report/write_stdout.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { exitByDeadline } from './exit_by_deadline.js';
import { EXIT_CODE } from './exit_code.js';
import { type Command, type Format, HELP, parseCommand } from './options.js';
import { reportFailure } from './report_failure.js';

type FirstPass = Promise<OwnerPass> | undefined;
type CommandOf<Kind extends Command['kind']> = Extract<Command, { readonly kind: Kind }>;

async function run(command: Command, firstPass: FirstPass): Promise<number> {
  switch (command.kind) {
    case 'help':
      await writeStdout(HELP);
      return 0;
    case 'version': {
      const { version } = await import('../base/version.js');
      await writeStdout(`k8s-sockwatch ${version()} (${hasBpf() ? 'with' : 'without'} eBPF)\n`);
      return 0;
    }
    case 'once':
      return exitByDeadline(command.deadlineMs, () => once(command, firstPass));
    case 'follow':
      return printChanges(command);
    case 'ui':
      await (await import('../tui/run.js')).runUi(command);
      return exitNow();
  }
}

async function once(command: CommandOf<'once'>, begun: FirstPass): Promise<number> {
  const { format, output, redact } = command;
  const firstPass = begun ?? startOwnerPass(command.owners, null);
  const [{ loadSpec }, { takeSnapshot }] = await Promise.all([
    import('../spec/load.js'),
    import('../snapshot/snapshot.js'),
  ]);
  const spec = await loadSpec(command.spec);
  const redacted = redact === null ? null : await (await import('./redact_option.js')).redactor(redact, spec);
  const start = nowMs();
  const taken = await takeSnapshot(
    { ...command, spec, probe: command.probe ?? false, deadlineMs: command.deadlineMs ?? Number.POSITIVE_INFINITY },
    firstPass,
  );
  const document = redacted === null ? taken : redacted(taken);
  const text = chunks(await formatSnapshot(document, format, nowMs() - start));
  if (output === null) await writeStdout(text);
  else await (await import('../report/write_output.js')).writeAtomic(output, text, OUTPUT_MODE[format]);
  return EXIT_CODE[document.summary.result];
}

/** node_exporter runs as a user of its own, and metrics name neither processes nor addresses. */
const OUTPUT_MODE: Readonly<Record<Format, number>> = { json: 0o600, table: 0o600, line: 0o600, prometheus: 0o644 };

async function formatSnapshot(
  document: SnapshotDocument,
  format: Format,
  durationMs: number,
): Promise<Iterable<string>> {
  if (format !== 'prometheus') return (await import('../report/render.js')).snapshotPieces(document, format);
  const { toPrometheus } = await import('../report/prometheus.js');
  const capture = { document, durationMs };
  return [await toPrometheus({ capture, isStuck: false, eventsLost: null, version: document.generator.version })];
}

/** Time for a reader to take the last output after a signal. */
const LAST_WRITE_MS = 1_000;

/** Prints changes until a signal arrives or the reader closes its end, which the next change shows. */
async function printChanges(command: CommandOf<'follow'>): Promise<number> {
  const [{ loadSpec }, { follow }, { toJsonLine }] = await Promise.all([
    import('../spec/load.js'),
    import('../watch/follow.js'),
    import('../report/json.js'),
  ]);
  const spec = await loadSpec(command.spec);
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
    // A reader that no longer reads would otherwise block the exit.
    setTimeout(exitNow, LAST_WRITE_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal);
  process.stdout.on('error', () => stop.abort());
  const { role, netns, owners, allowModuleLoad, hostRoot, intervalMs } = command;
  const { signal } = stop;
  const lines = new LineWriter();
  for await (const change of follow({ spec, role, netns, owners, allowModuleLoad, hostRoot, intervalMs, signal })) {
    await lines.write(toJsonLine(change));
  }
  await lines.end();
  return exitNow();
}

/** Exits even if a thread hangs in the kernel, which would keep Node from exiting. */
function exitNow(): never {
  return endProcess(0);
}

async function main(argv: readonly string[], firstPass: FirstPass): Promise<number> {
  switch (argv[0]) {
    case 'check':
      return (await import('./check_command.js')).runCheck(argv.slice(1));
    case 'diff':
      return (await import('./diff_command.js')).runDiff(argv.slice(1));
    case 'serve':
      return (await import('./serve_command.js')).runServe(argv.slice(1));
    case 'who':
      return (await import('./who_command.js')).runWho(argv.slice(1));
    case 'preflight':
      return (await import('./preflight_command.js')).runPreflight(argv.slice(1));
    default:
      return run(parseCommand(argv), firstPass);
  }
}

/** Runs the command line. `firstPass`: of eBPF over all descriptors, which an entry point may have started before it. */
export function start(firstPass: FirstPass): void {
  // The bundle is CommonJS, which has no top-level await.
  void main(process.argv.slice(2), firstPass)
    .catch(reportFailure)
    .then((code) => {
      process.exitCode = code;
    });
}
