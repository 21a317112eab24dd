import { toJson } from '../report/json.js';
import { chunks } from '../report/pieces.js';
import { toPreflightLine, toPreflightTable } from '../report/preflight_table.js';
import { writeStdout } from '../report/write_stdout.js';
import type { PreflightDocument, PreflightResult } from '../snapshot/preflight/document.js';
import { preflight } from '../snapshot/preflight/preflight.js';
import { loadSpec } from '../spec/load.js';
import { exitByDeadline } from './exit_by_deadline.js';
import { PREFLIGHT_HELP, type PreflightCommand, parsePreflight } from './preflight_options.js';

const CODE: Readonly<Record<PreflightResult, 0 | 1 | 3>> = { clear: 0, 'in-the-way': 1, incomplete: 3 };

/**
 * Runs `preflight`.
 * @returns The exit code.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_NETNS, ERR_NATIVE_LOAD
 */
export async function runPreflight(argv: readonly string[]): Promise<number> {
  const command = parsePreflight(argv);
  if (command.kind === 'help') {
    await writeStdout(PREFLIGHT_HELP);
    return 0;
  }
  return exitByDeadline(command.deadlineMs, () => answer(command));
}

async function answer(command: Extract<PreflightCommand, { readonly kind: 'preflight' }>): Promise<0 | 1 | 3> {
  const { kind: _, spec: specOptions, format, output, redact, deadlineMs, ...options } = command;
  const spec = await loadSpec(specOptions);
  const redaction = redact === null ? null : await (await import('./redact_option.js')).redactOptions(redact, spec);
  const taken = await preflight({ ...options, spec, deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY });
  const document =
    redaction === null ? taken : (await import('../snapshot/redact/preflight.js')).redactPreflight(taken, redaction);
  const text = chunks(textOf(document, format));
  if (output === null) await writeStdout(text);
  else await (await import('../report/write_output.js')).writeAtomic(output, text, 0o600);
  return CODE[document.result];
}

function textOf(
  document: PreflightDocument,
  format: Exclude<PreflightCommand, { kind: 'help' }>['format'],
): Iterable<string> {
  switch (format) {
    case 'json':
      return toJson(document);
    case 'table':
      return toPreflightTable(document);
    case 'line':
      return [toPreflightLine(document)];
  }
}
