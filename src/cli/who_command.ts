import { toJson } from '../report/json.js';
import { chunks } from '../report/pieces.js';
import { toWhoTable } from '../report/who_table.js';
import { writeStdout } from '../report/write_stdout.js';
import type { Answer } from '../snapshot/who/document.js';
import { who } from '../snapshot/who/who.js';
import { loadSpec } from '../spec/load.js';
import { parseWho, WHO_HELP } from './who_options.js';

/**
 * Runs `who`.
 * @returns The exit code.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_NETNS, ERR_NATIVE_LOAD
 */
export async function runWho(argv: readonly string[]): Promise<0 | 1 | 3> {
  const command = parseWho(argv);
  if (command.kind === 'help') {
    await writeStdout(WHO_HELP);
    return 0;
  }
  const { questions, format, spec, kind: _, ...options } = command;
  const document = await who(questions, { ...options, spec: await loadSpec(spec) });
  await writeStdout(chunks(format === 'json' ? toJson(document) : toWhoTable(document)));
  return exitCodeOf(document.answers);
}

/** 3: not all could be seen; 1: one of the addresses is free; 0: all are held. */
export function exitCodeOf(answers: readonly Pick<Answer, 'result' | 'complete'>[]): 0 | 1 | 3 {
  if (answers.some(({ complete }) => !complete)) return 3;
  return answers.some(({ result }) => result === 'free') ? 1 : 0;
}
