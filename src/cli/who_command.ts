import { identifyNetns } from '../kernel/netns.js';
import { startOwnerPass } from '../kernel/owners/owner_source.js';
import { toJson } from '../report/json.js';
import { chunks } from '../report/pieces.js';
import { toWhoTable } from '../report/who_table.js';
import { writeStdout } from '../report/write_stdout.js';
import type { Answer } from '../snapshot/who/document.js';
import { takeAnswers } from '../snapshot/who/who.js';
import { loadSpec } from '../spec/load.js';
import { exitByDeadline } from './exit_by_deadline.js';
import { parseWho, WHO_HELP, type WhoCommand } from './who_options.js';

/**
 * Runs `who`.
 * @returns The exit code.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_NETNS, ERR_NATIVE_LOAD
 */
export async function runWho(argv: readonly string[]): Promise<number> {
  const command = parseWho(argv);
  if (command.kind === 'help') {
    await writeStdout(WHO_HELP);
    return 0;
  }
  return exitByDeadline(command.deadlineMs, () => answer(command));
}

async function answer({
  what,
  format,
  output,
  redact,
  deadlineMs,
  ...command
}: Extract<WhoCommand, { readonly kind: 'who' }>): Promise<0 | 1 | 3> {
  const { kind: _, spec: specOptions, ...options } = command;
  // It takes longest, so it starts first.
  const netns = options.netns === null ? Number(identifyNetns(null)) : null;
  const firstPass = netns === null ? undefined : startOwnerPass(options.owners, netns);
  const spec = await loadSpec(specOptions);
  const redaction = redact === null ? null : await (await import('./redact_option.js')).redactOptions(redact, spec);
  const limits = { deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY };
  const taken = await takeAnswers(what, { ...options, spec, ...limits }, firstPass);
  const document = redaction === null ? taken : (await import('../snapshot/redact/who.js')).redactWho(taken, redaction);
  const text = chunks(format === 'json' ? toJson(document) : toWhoTable(document));
  if (output === null) await writeStdout(text);
  else await (await import('../report/write_output.js')).writeAtomic(output, text, 0o600);
  return exitCodeOf(document.answers);
}

/** 3: not all could be seen; 1: one of the addresses is free; 0: all are held. */
export function exitCodeOf(answers: readonly Pick<Answer, 'result' | 'complete'>[]): 0 | 1 | 3 {
  if (answers.some(({ complete }) => !complete)) return 3;
  return answers.some(({ result }) => result === 'free') ? 1 : 0;
}
