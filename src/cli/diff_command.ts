import { chunks } from '../report/pieces.js';
import { diffPieces } from '../report/render.js';
import { writeAtomic } from '../report/write_output.js';
import { writeStdout } from '../report/write_stdout.js';
import { diff } from '../snapshot/diff/diff.js';
import { readSnapshotFile } from '../snapshot/file.js';
import { DIFF_HELP, parseDiff } from './diff_options.js';

/**
 * Runs `diff`.
 * @returns The exit code: 1 for significant differences, else 0.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_OUTPUT
 */
export async function runDiff(argv: readonly string[]): Promise<0 | 1> {
  const command = parseDiff(argv);
  if (command.kind === 'help') {
    await writeStdout(DIFF_HELP);
    return 0;
  }
  const { old, now, format, output } = command;
  const result = diff(await readSnapshotFile(old), await readSnapshotFile(now));
  const text = chunks(await diffPieces(result, format));
  await (output === null ? writeStdout(text) : writeAtomic(output, text));
  return result.different ? 1 : 0;
}
