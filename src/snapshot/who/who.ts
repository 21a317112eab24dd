import type { Deadline } from '../../base/deadline.js';
import { Memo } from '../../base/memo.js';
import { assertArgument, assertKeys } from '../../base/validate.js';
import { version } from '../../base/version.js';
import type { OwnerPass } from '../../kernel/addon.js';
import { identifyNetns, openNetns } from '../../kernel/netns.js';
import { startOwnerPass } from '../../kernel/owners/owner_source.js';
import { unreadFile } from '../../kernel/sockets/socket_file.js';
import { type EvaluatedCapture, evaluateNode } from '../evaluate_node.js';
import { assertOptions, readingDeadline, SNAPSHOT_KEYS, type SnapshotOptions, validateOptions } from '../options.js';
import { ownersOf } from './address_owners.js';
import { findAddressSockets, type SocketSearch } from './address_sockets.js';
import { answerOf, type Found } from './answer.js';
import type { WhoDocument } from './document.js';
import { readHolderFacts } from './holder_facts.js';
import { findElsewhere, NO_PLACES, type Place } from './places.js';
import { parseQuestion, QUESTION_FORMS, wantedSocket } from './question.js';

/** Of one address in one namespace. */
const MAX_HOLDERS = 1_000;

/** As for a snapshot. With `allNetns` every network namespace is looked into. */
export type WhoOptions = Omit<SnapshotOptions, 'failOn' | 'probe'>;

/**
 * Who has an address, or each of several, and what the page says of it.
 * @param what `10250`, `8472/udp`, `192.0.2.10:2379`, `[::1]:9890`, `/run/x.sock` or `@name`
 * @throws SockwatchError ERR_USAGE for what is no address, else as `snapshot` does
 */
export async function who(what: string | readonly string[], options: WhoOptions = {}): Promise<WhoDocument> {
  const questions = typeof what === 'string' ? [what] : what;
  const isList = Array.isArray(questions) && questions.length > 0;
  const isText = isList && questions.every((one) => typeof one === 'string');
  assertArgument(isText, 'addresses are texts', what, `ask for ${QUESTION_FORMS}`);
  assertOptions(options);
  const { failOn: _, probe: _1, ...keys } = SNAPSHOT_KEYS;
  assertKeys(options, keys);
  return takeAnswers(questions, options);
}

/** As `who`, for a caller that has started the pass over the descriptors of all processes before. */
export async function takeAnswers(
  what: readonly string[],
  options: WhoOptions,
  started?: Promise<OwnerPass>,
): Promise<WhoDocument> {
  const questions = what.map(parseQuestion);
  const valid = validateOptions(options);
  const { target, expectation } = valid;
  const deadline = readingDeadline(valid);
  const netns = openNetns(valid.netns);
  try {
    // One pass answers who has the listeners of the page, and who has these addresses in any state.
    const firstPass = started ?? startOwnerPass(target.owners, Number(identifyNetns(netns)));
    const capture = await evaluateNode({ ...target, netns }, expectation, deadline, new Memo(), firstPass);
    const wanted = questions.map((question) => ({ listener: wantedSocket(question), pid: 0 }));
    const { allowModuleLoad } = target;
    const context = { netns: capture.node.netns, devices: capture.network.deviceNames };
    const access = { netns, allowModuleLoad, deadline };
    const search: SocketSearch = {
      access,
      context,
      pass: firstPass,
      deadline,
      fileAt: fileOf(capture),
      limit: MAX_HOLDERS,
    };
    const others = valid.allNetns ? await findElsewhere(wanted, search, context.netns) : NO_PLACES;
    const here: Place = {
      netns: context.netns,
      wanted,
      found: await findAddressSockets(wanted, search),
      tunnels: capture.network.tunnels,
      known: new Map(capture.sockets.map((socket) => [socket.id, socket])),
      faults: others.faults,
    };
    const places = [here, ...others.places];
    const owners = await ownersOf(places, { mode: target.owners, netns: context.netns, firstPass, deadline });
    const facts = await readHolderFacts(owners.flat(), questions, capture.hostFiles, deadline);
    const found = places.map(({ netns, faults }, at): Found => ({ netns, faults, owners: owners[at] ?? [] }));
    const answers = questions.map((question, at) => answerOf(question, at, found, facts, capture));
    const ids = new Set(answers.flatMap(({ findings }) => findings.flatMap(({ sockets }) => sockets)));
    return {
      schemaVersion: 1,
      generator: { name: 'k8s-sockwatch', version: version() },
      capturedAt: capture.capturedAt,
      node: {
        hostname: capture.node.hostname,
        netns: capture.node.netns,
        role: capture.role.role,
        defaultAddresses: capture.node.defaultAddresses,
      },
      answers,
      sockets: [...capture.sockets, ...(capture.bound ?? [])].filter(({ id }) => ids.has(id)),
      coverage: capture.coverage,
    };
  } finally {
    netns?.close();
  }
}

function fileOf({ hostFiles }: EvaluatedCapture): SocketSearch['fileAt'] {
  return async (path, _, deadline: Deadline) => hostFiles?.socketFile(path, deadline) ?? unreadFile(path);
}
