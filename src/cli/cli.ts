import { messageOf, SockwatchError } from '../base/errors.js';
import { formatError } from '../base/format_error.js';
import { printable } from '../base/text.js';
import { endProcess, hasBpf, isKernelError, type KernelError, native } from '../kernel/addon.js';
import { startOwnerPass } from '../kernel/owners/owner_source.js';
import { chunks } from '../report/pieces.js';
import { LineWriter, writeStdout } from '../report/write_stdout.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { EXIT_CODE } from './exit_code.js';
import { type Command, type Format, HELP, parseCommand } from './options.js';

type CommandOf<Kind extends Command['kind']> = Extract<Command, { readonly kind: Kind }>;

async function run(command: Command): Promise<number> {
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
      return command.deadlineMs === null ? once(command) : onceWithDeadline(command, command.deadlineMs);
    case 'follow':
      return printChanges(command);
    case 'ui':
      await (await import('../tui/run.js')).runUi(command);
      return exitNow();
  }
}

async function once(command: CommandOf<'once'>): Promise<number> {
  const { format, output, redact } = command;
  // It mostly waits for the kernel to list who owns which socket, so that starts before the rest of the program is loaded.
  const firstPass = startOwnerPass(command.owners, null);
  const [{ loadSpec }, { takeSnapshot }] = await Promise.all([
    import('../spec/load.js'),
    import('../snapshot/snapshot.js'),
  ]);
  const spec = await loadSpec(command.spec);
  const redacted = redact === null ? null : await (await import('./redact_option.js')).redactor(redact, spec);
  const start = performance.now();
  const taken = await takeSnapshot(
    { ...command, spec, deadlineMs: command.deadlineMs ?? Number.POSITIVE_INFINITY },
    firstPass,
  );
  const document = redacted === null ? taken : redacted(taken);
  const text = chunks(await formatSnapshot(document, format, performance.now() - start));
  if (output === null) await writeStdout(text);
  else await (await import('../report/write_output.js')).writeAtomic(output, text, OUTPUT_MODE[format]);
  return EXIT_CODE[document.summary.result];
}

/** Exits by the deadline even if a thread hangs in the kernel, which would keep Node from exiting. */
async function onceWithDeadline(command: CommandOf<'once'>, deadlineMs: number): Promise<never> {
  // Takes effect only before libuv starts its first thread. Threads that hang must leave some to write the result.
  process.env['UV_THREADPOOL_SIZE'] ??= '12';
  const message = `no result could be written within ${deadlineMs / 1000} s (use a longer --deadline)`;
  native().exitAfter(deadlineMs, EXIT_CODE.failed, `k8s-sockwatch: ${message}\n`);
  const code = await once(command).catch(reportFailure);
  return native().exitNow(code);
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

/** Prints changes until a signal arrives or the reader closes its end. */
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

/** Prints one line, without the stack unless it is asked for. */
function reportFailure(error: unknown): number {
  process.stderr.write(`k8s-sockwatch: ${describe(error)}\n`);
  return EXIT_CODE.failed;
}

function describe(error: unknown): string {
  if (error instanceof SockwatchError) return formatError(error);
  if (process.env['K8S_SOCKWATCH_DEBUG'] !== undefined && error instanceof Error) {
    return (error.stack ?? error.message).split('\n').map(printable).join('\n');
  }
  if (isKernelError(error)) return printable(systemErrorText(error));
  return `internal error: ${printable(messageOf(error))} (please report it; K8S_SOCKWATCH_DEBUG=1 prints the stack)`;
}

/** A call that the system refused, which is nothing that the program did wrong. */
function systemErrorText({ code, message }: KernelError): string {
  return code === 'EMFILE' ? `${message} (raise the limit of open files, ulimit -n)` : message;
}

async function main(argv: readonly string[]): Promise<number> {
  switch (argv[0]) {
    case 'check':
      return (await import('./check_command.js')).runCheck(argv.slice(1));
    case 'diff':
      return (await import('./diff_command.js')).runDiff(argv.slice(1));
    case 'serve':
      return (await import('./serve_command.js')).runServe(argv.slice(1));
    case 'who':
      return (await import('./who_command.js')).runWho(argv.slice(1));
    default:
      return run(parseCommand(argv));
  }
}

// The bundle is CommonJS, which has no top-level await.
void main(process.argv.slice(2))
  .catch(reportFailure)
  .then((code) => {
    process.exitCode = code;
  });
