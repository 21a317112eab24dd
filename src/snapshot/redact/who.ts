import { endpointText } from '../../kernel/sockets/address.js';
import type { Holder } from '../../verdict/text/event.js';
import type { Answer, WhoDocument } from '../who/document.js';
import type { Question } from '../who/question.js';
import { faultsOf, findingOf } from './findings.js';
import { type RedactOptions, redactionOf, sourceOf } from './redact.js';
import type { Redaction } from './redaction.js';
import { addressOwnerOf, ownedOf } from './sockets.js';

/**
 * The same as `redact` for what `who` answers.
 * @throws SockwatchError ERR_USAGE for a short key
 */
export function redactWho(document: WhoDocument, options: RedactOptions = {}): WhoDocument {
  const to = redactionOf(options);
  const { generator, node, coverage } = document;
  const sockets = document.sockets.map((socket) => ownedOf(socket, to));
  const context = {
    sockets: new Map(sockets.map((socket) => [socket.id, socket])),
    coverage: { complete: coverage.complete, sources: coverage.sources.map((source) => sourceOf(source, to)) },
    node: { defaultAddresses: node.defaultAddresses.map((address) => to.address(address)), services: null },
  };
  const answerOf = (answer: Answer): Answer => ({
    ...questionOf(answer, to),
    result: answer.result,
    complete: answer.complete,
    holders: answer.holders.map((holder) => holderOf(holder, to)),
    omitted: answer.omitted,
    unknown: faultsOf(answer.unknown, to),
    ephemeral: answer.ephemeral === null ? null : { from: answer.ephemeral.from, to: answer.ephemeral.to },
    findings: answer.findings.map((finding) => findingOf(finding, to, context)),
    notes: answer.notes.map(({ owners, devices, reason }) => ({
      owners: owners.map(to.name),
      devices: devices.map(to.device),
      reason: to.prose(reason),
    })),
  });
  return {
    schemaVersion: 1,
    generator: { name: generator.name, version: to.version(generator.version) },
    capturedAt: document.capturedAt,
    redacted: { keyId: document.redacted ? to.keyIdAfter(document.redacted.keyId) : to.keyId },
    node: { hostname: to.host(node.hostname), netns: node.netns, role: node.role, ...context.node },
    answers: document.answers.map(answerOf),
    sockets,
    coverage: context.coverage,
  };
}

function questionOf({ protocol, address, port, path, abstract }: Question, to: Redaction): Question {
  const fields = {
    protocol,
    address: to.orNull(address, to.address),
    port,
    path: to.orNull(path, to.path),
    abstract: to.orNull(abstract, to.abstract),
  };
  return { what: whatOf(fields), ...fields };
}

/** A question as it can be asked. */
function whatOf({ protocol, address, port, path, abstract }: Omit<Question, 'what'>): string {
  if (port === null) return path ?? `@${abstract}`;
  return `${address === null ? port : endpointText(address, port, null)}${protocol === 'udp' ? '/udp' : ''}`;
}

/** One holder of an address. */
export function holderOf(holder: Holder, to: Redaction): Holder {
  const { netns, user, since } = holder;
  return { ...addressOwnerOf(holder, to), netns, user: to.orNull(user, to.name), since: to.time(since) };
}
