import { DIFF_HELP, parseDiff } from './diff_arguments.js';
import { diff } from './document/diff.js';
import type { SnapshotDocument } from './document/document.js';
import { readSnapshot } from './document/read_snapshot.js';
import { diffToText } from './report/diff_text.js';
import { toJson } from './report/json.js';
import { writeWhole } from './report/write_output.js';
import { writeStdout } from './report/write_stdout.js';
import { readInput } from './spec/read_input.js';
import { sourceOf } from './spec/source.js';

/** A node with 50,000 listeners makes some 50 MB. */
const LARGEST_SNAPSHOT = 256 * 1024 * 1024;

/**
 * `k8s-sockwatch diff`: exit code 0 where nothing that matters is different, 1 otherwise.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_OUTPUT
 */
export async function runDiff(argv: readonly string[]): Promise<0 | 1> {
  const command = parseDiff(argv);
  if (command.kind === 'help') {
    await writeStdout(DIFF_HELP);
    return 0;
  }
  const { old, now, format, output } = command;
  const result = diff(await snapshotAt(old), await snapshotAt(now));
  const text = format === 'json' ? toJson(result) : diffToText(result);
  await (output === null ? writeStdout(text) : writeWhole(output, text));
  return result.different ? 1 : 0;
}

async function snapshotAt(file: string): Promise<SnapshotDocument> {
  const hint = 'Is this the right file? A snapshot is what k8s-sockwatch --once prints.';
  const bytes = await readInput(file, { bytes: LARGEST_SNAPSHOT, hint });
  return readSnapshot(sourceOf(file, bytes).text, file);
}
