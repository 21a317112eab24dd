import { toJson } from '../report/json.js';
import { chunks } from '../report/pieces.js';
import { toPreflightLine, toPreflightTable } from '../report/preflight_table.js';
import { writeStdout } from '../report/write_stdout.js';
import type { PreflightDocument, PreflightResult } from '../snapshot/preflight/document.js';
import { preflight } from '../snapshot/preflight/preflight.js';
import { loadSpec } from '../spec/load.js';
import { PREFLIGHT_HELP, type PreflightCommand, parsePreflight } from './preflight_options.js';

const CODE: Readonly<Record<PreflightResult, 0 | 1 | 3>> = { clear: 0, 'in-the-way': 1, incomplete: 3 };

/**
 * Runs `preflight`.
 * @returns The exit code.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_NETNS, ERR_NATIVE_LOAD
 */
export async function runPreflight(argv: readonly string[]): Promise<0 | 1 | 3> {
  const command = parsePreflight(argv);
  if (command.kind === 'help') {
    await writeStdout(PREFLIGHT_HELP);
    return 0;
  }
  const { format, spec, kind: _, ...options } = command;
  const document = await preflight({ ...options, spec: await loadSpec(spec) });
  await writeStdout(chunks(textOf(document, format)));
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
