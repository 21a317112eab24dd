import { type Checked, readEvidence } from './check.js';
import { CHECK_HELP, type CheckCommand, parseCheck } from './check_arguments.js';
import type { Result } from './document/document.js';
import { EXIT_CODE } from './document/summary.js';
import { explanation } from './explanation.js';
import { toJson } from './report/json.js';
import { toTable } from './report/table.js';
import { writeWhole } from './report/write_output.js';
import { writeStdout } from './report/write_stdout.js';
import { printable } from './sockets/bytes.js';
import { loadSpec } from './spec/load.js';

/** Nothing could be judged. */
const EXIT_UNABLE = 2;

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
  const { page, notes, strict, output, files } = command;
  const spec = await loadSpec({ ...(page === null ? {} : { page }), notes, strict });
  const tally = new Tally();
  const text = piecesOf(command, told(readEvidence(files, { ...command, spec }), tally));
  if (output === null) for await (const piece of text) await writeStdout(piece);
  else await writeWhole(output, text);
  return tally.exitCode();
}

/** What all nodes together come to. */
class Tally {
  private results: Result[] = [];
  private failures = 0;

  add(one: Checked): void {
    if ('document' in one) this.results.push(one.document.summary.result);
    else this.failures += 1;
  }

  /** What could not be read takes nothing from drift that was seen, but no answer is complete without it. */
  exitCode(): number {
    if (this.results.length === 0) return EXIT_UNABLE;
    if (this.results.includes('drift')) return EXIT_CODE.drift;
    const isComplete = this.failures === 0 && !this.results.includes('incomplete');
    return isComplete ? EXIT_CODE.match : EXIT_CODE.incomplete;
  }
}

/** As it comes, counted, and with what could not be read told to whoever waits. */
async function* told(all: AsyncIterable<Checked>, tally: Tally): AsyncGenerator<Checked> {
  for await (const one of all) {
    tally.add(one);
    if ('error' in one) process.stderr.write(`k8s-sockwatch: ${explanation(one.error)}\n`);
    yield one;
  }
}

/** The output in pieces, so that many nodes need memory for one at a time. */
function piecesOf(command: CheckCommand & { kind: 'check' }, all: AsyncIterable<Checked>): AsyncGenerator<string> {
  return command.format === 'json' ? jsonOf(command.files, all) : tablesOf(all);
}

/** The snapshot itself where one was asked for, otherwise a list. */
async function* jsonOf(files: readonly string[], all: AsyncIterable<Checked>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const one of all) {
    const isAlone = files.length === 1 && one.source === files[0];
    if (isAlone && 'document' in one) {
      yield toJson(one.document);
      return;
    }
    yield `${before}${jsonItem(one)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

function jsonItem(one: Checked): string {
  if ('document' in one) return toJson(one).trimEnd();
  const { code, message, hint } = one.error;
  return toJson({ source: one.source, error: { code, message, hint } }).trimEnd();
}

/** Several are told apart by a line with the file's name before each. */
async function* tablesOf(all: AsyncIterable<Checked>): AsyncGenerator<string> {
  let first: Checked | null = null;
  let count = 0;
  for await (const one of all) {
    count += 1;
    if (count === 1) {
      first = one;
      continue;
    }
    if (first !== null) yield section(first);
    first = null;
    yield `\n${section(one)}`;
  }
  if (first !== null) yield 'document' in first ? toTable(first.document) : section(first);
}

function section(one: Checked): string {
  const name = printable(one.source);
  return 'document' in one
    ? `== ${name}\n${toTable(one.document)}`
    : `== ${name}\nnot judged: ${explanation(one.error)}\n`;
}
