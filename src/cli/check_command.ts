import { SockwatchError } from '../base/errors.js';
import { type EvaluatedFile, evaluateFiles } from '../fleet/evaluate_files.js';
import { type Fleet, FleetBuilder } from '../fleet/fleet.js';
import { Progress } from '../report/progress.js';
import { writeWhole } from '../report/write_output.js';
import { writeStdout } from '../report/write_stdout.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { EXIT_CODE } from '../snapshot/document/summary.js';
import { loadSpec } from '../spec/load.js';
import type { Spec } from '../spec/spec.js';
import { CHECK_HELP, type CheckCommand, parseCheck } from './check_arguments.js';

/** Nothing could be judged. */
const EXIT_UNABLE = 2;

/** Of a table that goes to no terminal. */
const USUAL_WIDTH = 120;

/**
 * Runs `check`, told by the arguments behind it, and gives the exit code. A file that cannot be read is told on standard
 * error and in the output, and does not keep the others from being judged.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT for a page or notes, ERR_OUTPUT
 */
export async function check(argv: readonly string[]): Promise<number> {
  const command = parseCheck(argv);
  if (command.kind === 'help') {
    await writeStdout(CHECK_HELP);
    return 0;
  }
  const { output } = command;
  const spec = await loadSpec(command.spec);
  const redacted =
    command.redact === null ? null : await (await import('./redact_option.js')).redactor(command.redact, spec);
  const seen = await judge(command, spec);
  const judged = redacted === null ? seen : { ...seen, only: redacted(onlyOne(seen)) };
  const text = await textOf(command, judged);
  if (output === null) for (const piece of text) await writeStdout(piece);
  else await writeWhole(output, text);
  const { result, nodes } = judged.fleet.summary;
  return nodes.match + nodes.drift + nodes.incomplete === 0 ? EXIT_UNABLE : EXIT_CODE[result];
}

type CheckFiles = CheckCommand & { readonly kind: 'check' };

interface Evaluated {
  readonly fleet: Fleet;
  /** The snapshot, where there is one node and nothing besides. */
  readonly only: SnapshotDocument | null;
}

/** What is to be redacted: a matrix would have the names of files in it. */
function onlyOne({ only, fleet }: Evaluated): SnapshotDocument {
  if (only !== null) return only;
  const { match, drift, incomplete } = fleet.summary.nodes;
  const found = `${match + drift + incomplete} were found and ${fleet.unreadable.length} could not be read`;
  throw new SockwatchError('ERR_INPUT', `--redact takes one snapshot and nothing beside it: ${found}`, {
    hint: 'name the file of one node',
  });
}

/** Reads everything and keeps of each node what a matrix needs, with a bar for who waits. */
async function judge(command: CheckFiles, spec: Spec): Promise<Evaluated> {
  const { files, role, failOn } = command;
  const fleet = new FleetBuilder();
  const progress = new Progress(process.stderr, files.length);
  let only: SnapshotDocument | null = null;
  let count = 0;
  for await (const one of evaluateFiles(files, { spec, role, failOn })) {
    count += 1;
    only = count === 1 && 'document' in one ? one.document : null;
    if ('reason' in one) progress.clear();
    add(fleet, one);
    progress.update(one.done, `${one.done} of ${files.length} files read, ${count} found`);
  }
  progress.clear();
  return { fleet: fleet.build(spec, failOn), only };
}

function add(fleet: FleetBuilder, one: EvaluatedFile): void {
  if ('document' in one) fleet.add(one.source, one.document);
  else if ('share' in one) fleet.addShare(one.share, one.renumbering);
  else {
    fleet.addUnreadable(one.source, one.reason);
    process.stderr.write(`k8s-sockwatch: ${one.reason}\n`);
  }
}

/** In pieces. One node as --once has it, several as a matrix; as a page for a browser, always a matrix. */
async function textOf({ format, output }: CheckFiles, { fleet, only }: Evaluated): Promise<Iterable<string>> {
  switch (format) {
    case 'html':
      return [(await import('../report/matrix_html.js')).toMatrixHtml(fleet)];
    case 'json':
      return only === null
        ? (await import('../report/matrix_json.js')).toMatrixJson(fleet)
        : [(await import('../report/json.js')).toJson(only)];
    case 'table': {
      if (only !== null) return [(await import('../report/table.js')).toTable(only)];
      const width = (output === null ? process.stdout.columns : undefined) ?? USUAL_WIDTH;
      return [(await import('../report/matrix_table.js')).toMatrixTable(fleet, width)];
    }
  }
}
