import { messageOf, SockwatchError } from '../base/errors.js';
import { formatError } from '../base/format_error.js';
import { printable } from '../base/text.js';
import { writeStdout } from '../report/write_stdout.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { EXIT_CODE } from '../snapshot/document/summary.js';
import { type Command, type Format, HELP, parseCommand } from './options.js';

/** Exit code of a command that could not run. */
const EXIT_UNABLE = 2;

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      await writeStdout(HELP);
      return 0;
    case 'version': {
      const [{ version }, { hasBpf }] = await Promise.all([import('../base/version.js'), import('../kernel/addon.js')]);
      await writeStdout(`k8s-sockwatch ${version()} (${hasBpf() ? 'with' : 'without'} eBPF)\n`);
      return 0;
    }
    case 'once':
      return command.deadlineMs === null ? once(command) : onceInTime(command, command.deadlineMs);
    case 'follow':
      return followChanges(command);
    case 'ui':
      await (await import('../tui/run.js')).runUi(command);
      return endNow();
  }
}

type Once = Command & { readonly kind: 'once' };

/**
 * Within a deadline the process ends in time, whatever hangs: threads of its own that wait for an answer of the kernel's would keep
 * it from ending by itself.
 */
async function onceInTime(command: Once, deadlineMs: number): Promise<never> {
  // Before the first thread of the pool is started: some may hang, and others must be left to write the answer.
  process.env['UV_THREADPOOL_SIZE'] ??= '12';
  const { native } = await import('../kernel/addon.js');
  const overdue = setTimeout(() => {
    process.stderr.write(
      `k8s-sockwatch: nothing could be written within ${deadlineMs / 1000} s (choose a longer --deadline)\n`,
    );
    native().exitNow(EXIT_UNABLE);
  }, deadlineMs);
  const code = await once(command).catch((error: unknown) => {
    process.stderr.write(`k8s-sockwatch: ${explain(error)}\n`);
    return EXIT_UNABLE;
  });
  clearTimeout(overdue);
  return native().exitNow(code);
}

async function once(command: Once): Promise<number> {
  const { format, output, redact } = command;
  const [{ loadSpec }, { snapshot }] = await Promise.all([
    import('../spec/load.js'),
    import('../snapshot/snapshot.js'),
  ]);
  const spec = await loadSpec(command.spec);
  const redacted = redact === null ? null : await (await import('./redact_option.js')).redactor(redact, spec);
  const seen = await snapshot({ ...command, spec, deadlineMs: command.deadlineMs ?? Number.POSITIVE_INFINITY });
  const document = redacted === null ? seen : redacted(seen);
  const text = await formatted(document, format);
  if (output === null) await writeStdout(text);
  else await (await import('../report/write_output.js')).writeWhole(output, text);
  return EXIT_CODE[document.summary.result];
}

async function formatted(document: SnapshotDocument, format: Format): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('../report/json.js')).toJson(document);
    case 'table':
      return (await import('../report/table.js')).toTable(document);
    case 'line':
      return (await import('../report/line.js')).toLine(document);
  }
}

/** Milliseconds that a reader has to take what is written, once a signal has come. */
const LAST_WRITE_MS = 1_000;

/** Prints changes until a signal comes, or until nobody reads them any more. */
async function followChanges(command: Command & { kind: 'follow' }): Promise<number> {
  const [{ loadSpec }, { follow }, { toJsonLine }] = await Promise.all([
    import('../spec/load.js'),
    import('../watch/follow.js'),
    import('../report/json.js'),
  ]);
  const spec = await loadSpec(command.spec);
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
    // A reader that has stopped reading would keep it here.
    setTimeout(endNow, LAST_WRITE_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  process.stdout.on('error', () => ending.abort());
  for await (const change of follow({ ...command, spec, signal: ending.signal })) {
    await writeStdout(toJsonLine(change));
  }
  return endNow();
}

/** Once all is told that there was to tell: a thread that hangs in the kernel would keep the process from ending by itself. */
async function endNow(): Promise<never> {
  const { endProcess } = await import('../kernel/addon.js');
  return endProcess(0);
}

/** One line for the person who typed the command; the stack of what should not happen only on request. */
function explain(error: unknown): string {
  if (error instanceof SockwatchError) return formatError(error);
  if (process.env['K8S_SOCKWATCH_DEBUG'] !== undefined && error instanceof Error) {
    return (error.stack ?? error.message).split('\n').map(printable).join('\n');
  }
  return `internal error: ${printable(messageOf(error))} (set K8S_SOCKWATCH_DEBUG=1 to see where, and report it)`;
}

async function main(argv: readonly string[]): Promise<void> {
  try {
    process.exitCode =
      argv[0] === 'check'
        ? await (await import('./check_command.js')).check(argv.slice(1))
        : argv[0] === 'diff'
          ? await (await import('./diff_command.js')).runDiff(argv.slice(1))
          : await run(parseCommand(argv));
  } catch (error) {
    process.stderr.write(`k8s-sockwatch: ${explain(error)}\n`);
    process.exitCode = EXIT_UNABLE;
  }
}

void main(process.argv.slice(2));
