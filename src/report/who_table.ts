import { printable } from '../base/text.js';
import type { Answer, WhoDocument } from '../snapshot/who/document.js';
import { faultText } from '../verdict/text/coverage.js';
import { holderText } from '../verdict/text/event.js';
import { endpointOf } from '../verdict/text/sentences.js';

/** The answers of `who` for a person, in pieces. */
export function* toWhoTable(document: WhoDocument): Generator<string> {
  for (const [at, answer] of document.answers.entries()) {
    for (const line of answerLines(answer, document.node.netns)) yield `${printable(line).trimEnd()}\n`;
    if (at + 1 < document.answers.length) yield '\n';
  }
}

const RESULT: Readonly<Record<Answer['result'], string>> = {
  held: 'in use',
  free: 'nobody has it',
  unknown: 'nobody was seen, but not everything could be',
};

function* answerLines(answer: Answer, home: string): Generator<string> {
  const protocol = answer.protocol === 'unix' || answer.what.includes('/') ? '' : `/${answer.protocol}`;
  yield `${answer.what}${protocol}: ${RESULT[answer.result]}`;
  // Connections from one address look alike.
  yield* new Set(answer.holders.map((holder) => `  ${holderText(holder, home)}`));
  if (answer.omitted > 0) yield `  and ${answer.omitted} more`;
  for (const fault of answer.unknown) yield `  not seen completely: ${faultText(fault)}`;
  if (answer.ephemeral !== null) {
    const { from, to } = answer.ephemeral;
    yield `  the port lies in the ephemeral range ${from}-${to}: the kernel may give it to any client`;
  }
  for (const { expected, verdict, message, configuration } of answer.findings) {
    const row = expected === null ? 'page' : `page, ${expected.service} ${endpointOf(expected)}`;
    yield `  ${row}: ${verdict}: ${message}`;
    if (configuration !== null) yield `    ${configurationText(configuration)}`;
  }
  for (const { owners, devices, reason } of answer.notes)
    yield `  notes, ${[...owners, ...devices].join(' or ')}: ${reason}`;
}

function configurationText({ flag, value, source }: NonNullable<Answer['findings'][number]['configuration']>): string {
  const where = source.path === null ? source.kind : `${source.path}${source.line === null ? '' : `:${source.line}`}`;
  return `${flag} is ${value} (${where})`;
}
