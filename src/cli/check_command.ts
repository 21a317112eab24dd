import { fstatSync } from 'node:fs';
import { SockwatchError } from '../base/errors.js';
import { formatError, formatProblem } from '../base/format_error.js';
import { version } from '../base/version.js';
import { evidenceAt } from '../evidence/evidence_at.js';
import { evidenceInStream } from '../evidence/evidence_stream.js';
import type { Evidence } from '../evidence/snapshot_in.js';
import { type Fleet, FleetBuilder } from '../fleet/fleet.js';
import { type Evaluating, Workers } from '../fleet/workers.js';
import { chunks } from '../report/pieces.js';
import { Progress } from '../report/progress.js';
import { DEFAULT_WIDTH, matrixPieces, snapshotPieces } from '../report/render.js';
import { writeAtomic } from '../report/write_output.js';
import { writeStdout } from '../report/write_stdout.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { reevaluate } from '../snapshot/reevaluate.js';
import { loadSpec } from '../spec/load.js';
import type { Spec } from '../spec/spec.js';
import { CHECK_HELP, type CheckCommand, parseCheck, STDIN } from './check_options.js';
import { EXIT_CODE } from './exit_code.js';
import { usageError } from './parse_options.js';

/**
 * Runs `check`. A file that cannot be read is reported on standard error and in the output; the others are still evaluated.
 * If nothing could be, there is no output: an empty matrix would look healthy.
 * @returns The exit code.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT for a page or notes, ERR_OUTPUT
 */
export async function runCheck(argv: readonly string[]): Promise<number> {
  const command = parseCheck(argv);
  if (command.kind === 'help') {
    await writeStdout(CHECK_HELP);
    return 0;
  }
  const spec = await loadSpec(command.spec);
  const redacted =
    command.redact === null ? null : await (await import('./redact_option.js')).redactor(command.redact, spec);
  const { fleet, only } = await evaluateAll(command, spec);
  if (evaluatedNodes(fleet) === 0) return EXIT_CODE.failed;
  const text = await formatOutput(command, fleet, redacted === null ? only : redacted(requireOnly(fleet, only)));
  await (command.output === null ? writeStdout(chunks(text)) : writeAtomic(command.output, chunks(text)));
  return EXIT_CODE[fleet.summary.result];
}

type CheckFiles = CheckCommand & { readonly kind: 'check' };

function evaluatedNodes({ summary: { nodes } }: Fleet): number {
  return nodes.match + nodes.drift + nodes.incomplete;
}

/** Only a single snapshot can be redacted: a matrix contains the names of files. */
function requireOnly(fleet: Fleet, only: SnapshotDocument | null): SnapshotDocument {
  if (only !== null) return only;
  const found = `found ${evaluatedNodes(fleet) + fleet.setAside.length}, and ${fleet.unreadable.length} could not be read`;
  throw new SockwatchError('ERR_INPUT', `--redact works on exactly one snapshot: ${found}`, {
    hint: 'name the file of one node',
  });
}

/** Keeps of each node what the matrix needs, and the snapshot where there is exactly one. */
async function evaluateAll(
  { files, role, failOn }: CheckFiles,
  spec: Spec,
): Promise<{ readonly fleet: Fleet; readonly only: SnapshotDocument | null }> {
  const ahead: (Evidence | Evaluating)[] = [];
  const progress = new Progress(process.stderr, files.length);
  const options = { spec, role, failOn };
  const builder = new FleetBuilder(options);
  const workers = new Workers(options);
  const ownVersion = version();
  let only: SnapshotDocument | null = null;
  let count = 0;
  const addFirst = async (): Promise<void> => {
    const first = ahead.shift();
    const one = first !== undefined && 'result' in first ? await first.result : first;
    if (one === undefined) return;
    count += 1;
    only = count === 1 && 'document' in one ? one.document : null;
    if ('part' in one) builder.addPart(one.part, one.from);
    else if ('document' in one) builder.add(one.source, one.document);
    else {
      builder.addUnreadable(one.source, formatProblem(one.error, one.source));
      progress.clear();
      process.stderr.write(`k8s-sockwatch: ${formatError(one.error)}\n`);
    }
  };
  try {
    for (const [done, file] of files.entries()) {
      progress.wait(
        done,
        file === STDIN ? 'waiting for standard input' : `reading file ${done + 1} of ${files.length}`,
      );
      for await (const one of evidenceOf(file, ownVersion, workers)) {
        ahead.push(one);
        while (!hasRoom(ahead)) await addFirst();
        progress.update(done, `${done} of ${files.length} files read, ${count} found`);
      }
    }
    while (ahead.length > 0) await addFirst();
  } finally {
    await workers.close();
  }
  progress.clear();
  return { fleet: builder.build(), only: only === null ? null : reevaluate(only, options) };
}

/** Snapshots that may wait for one before them, which a thread still evaluates: all are added in their order. */
const MAX_AHEAD = 16;

const MAX_AHEAD_BYTES = 16 * 1024 * 1024;

/** Whether another snapshot may be read before the first in the list is added. Where no thread has one, none waits. */
function hasRoom(ahead: readonly (Evidence | Evaluating)[]): boolean {
  if (ahead.every((one) => !('result' in one))) return ahead.length === 0;
  const size = ahead.reduce((sum, one) => sum + ('size' in one ? one.size : 0), 0);
  return ahead.length < MAX_AHEAD && size <= MAX_AHEAD_BYTES;
}

function evidenceOf(file: string, ownVersion: string, { read }: Workers): AsyncIterable<Evidence | Evaluating> {
  if (file !== STDIN) return evidenceAt(file, ownVersion, read);
  if (process.stdin.isTTY) {
    const hint = 'pipe a snapshot, the output of ss, or an archive into it';
    throw usageError('check - reads standard input, which is a terminal', hint);
  }
  if (fstatSync(process.stdin.fd).isDirectory()) {
    throw usageError('check - reads standard input, which is a directory', 'give its path instead of -');
  }
  return evidenceInStream(process.stdin, 'standard input', new Date(), ownVersion, read);
}

/** The output in pieces: one node as --once prints it, several as a matrix; HTML is always a matrix. */
async function formatOutput(
  { format, output }: CheckFiles,
  fleet: Fleet,
  only: SnapshotDocument | null,
): Promise<Iterable<string>> {
  if (only !== null && format !== 'html') return snapshotPieces(only, format);
  const width = output === null ? process.stdout.columns : undefined;
  return matrixPieces(fleet, format, width ?? DEFAULT_WIDTH);
}
