import { faultOf } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { Deadline } from '../../base/deadline.js';
import { Memo } from '../../base/memo.js';
import { isInRange } from '../../base/port_range.js';
import { version } from '../../base/version.js';
import { isKernelError, type Netns, native, type OwnerPass } from '../../kernel/addon.js';
import { identifyNetns, openNetns } from '../../kernel/netns.js';
import { networkFacts } from '../../kernel/network/facts.js';
import { startOwnerPass } from '../../kernel/owners/owner_source.js';
import { findNamespaces, type NetworkNamespace } from '../../kernel/sockets/namespaces.js';
import { unreadFile } from '../../kernel/sockets/socket_file.js';
import { namedOwner, podsOf } from '../../node/pod_names.js';
import { namesOf } from '../capture.js';
import { type EvaluatedCapture, evaluateNode } from '../evaluate_node.js';
import { type SnapshotOptions, type ValidOptions, validateOptions } from '../options.js';
import { type AddressHolders, findAddressOwners, type HolderOptions, type WantedAddress } from './address_owners.js';
import type { Answer, Holder, WhoDocument } from './document.js';
import { type Question, wantedSocket } from './question.js';
import { findingsOn, notesOn } from './remarks.js';

/** Of one address in one namespace. */
const MAX_HOLDERS = 1_000;

type Found = readonly { readonly holders: readonly Holder[]; readonly unknown: readonly CoverageFault[] }[];

/**
 * Who has these addresses, and what the page says of them. With `allNetns` in every network namespace.
 * @throws SockwatchError as `snapshot` does
 */
export async function who(questions: readonly Question[], options: SnapshotOptions): Promise<WhoDocument> {
  const valid = validateOptions(options);
  const netns = openNetns(valid.netns);
  try {
    // One pass answers who has the listeners of the page, and who has these addresses in any state.
    const firstPass = startOwnerPass(valid.target.owners, Number(identifyNetns(netns)));
    const deadline = new Deadline(valid.deadlineMs, { signal: valid.signal });
    const capture = await evaluateNode({ ...valid.target, netns }, valid.expectation, deadline, new Memo(), firstPass);
    const wanted = questions.map((question) => ({ listener: wantedSocket(question), pid: 0 }));
    const here = await findHere(wanted, valid, netns, capture, deadline, firstPass);
    const others = valid.allNetns ? await findElsewhere(wanted, valid, capture, deadline) : [];
    return {
      schemaVersion: 1,
      generator: { name: 'k8s-sockwatch', version: version() },
      capturedAt: capture.capturedAt,
      node: { hostname: capture.node.hostname, netns: capture.node.netns, role: capture.role.role },
      answers: questions.map((question, at) =>
        answerOf(
          question,
          [here, ...others].flatMap((one) => one[at] ?? []),
          capture,
        ),
      ),
      coverage: capture.coverage,
    };
  } finally {
    netns?.close();
  }
}

function holderOptions({ hostFiles }: EvaluatedCapture): HolderOptions {
  const fileAt: HolderOptions['fileAt'] = async (path, _, deadline) =>
    hostFiles?.socketFile(path, deadline) ?? unreadFile(path);
  return { fileAt, limit: MAX_HOLDERS };
}

async function findHere(
  wanted: readonly WantedAddress[],
  { target }: ValidOptions,
  netns: Netns | null,
  capture: EvaluatedCapture,
  deadline: Deadline,
  firstPass: Promise<OwnerPass> | undefined,
): Promise<Found> {
  const known = new Map(capture.sockets.map((socket) => [socket.id, socket]));
  const options = { ...holderOptions(capture), firstPass, known };
  const found = await findAddressOwners(wanted, { ...target, netns }, capture, deadline, options);
  return named(found, capture, capture.node.netns, deadline);
}

/** In every other namespace. Owners are looked up only where there is something to own: most have nothing on a port. */
async function findElsewhere(
  wanted: readonly WantedAddress[],
  valid: ValidOptions,
  capture: EvaluatedCapture,
  deadline: Deadline,
): Promise<Found[]> {
  const { namespaces, unreadable } = await findNamespaces();
  const found: Found[] = [];
  for (const namespace of namespaces.filter(({ netns }) => netns !== capture.node.netns)) {
    found.push(await findIn(namespace, wanted, valid, capture, deadline));
  }
  if (unreadable === 0) return found;
  const fault: CoverageFault = { code: 'namespaces-unreadable', params: { processes: unreadable } };
  return [...found, wanted.map(() => ({ holders: [], unknown: [fault] }))];
}

async function findIn(
  { netns, path }: NetworkNamespace,
  wanted: readonly WantedAddress[],
  { target }: ValidOptions,
  capture: EvaluatedCapture,
  deadline: Deadline,
): Promise<Found> {
  let opened: Netns | null = null;
  try {
    opened = native().openNetns(path);
    // The process of that path has ended, and its pid was reused.
    if (String(opened.inode) !== netns) return wanted.map(() => NOTHING);
    const access = { ...target, netns: opened };
    const options = holderOptions(capture);
    const bare = { node: { netns }, network: { deviceNames: new Map(), tunnels: [] } };
    const seen = await findAddressOwners(wanted, { ...access, owners: 'none' }, bare, deadline, options);
    const isHeld = seen.some(({ holders }) => holders.some(({ socket }) => socket !== null));
    const place = isHeld ? { ...bare, network: await networkFacts(opened, deadline) } : bare;
    const found = isHeld ? await findAddressOwners(wanted, access, place, deadline, options) : seen;
    // The file at a path is the same one, seen from the node's namespace.
    const sockets = found.map((one) => ({ ...one, holders: one.holders.filter(({ socket }) => socket !== null) }));
    return await named(sockets, capture, netns, deadline);
  } catch (error) {
    if (isKernelError(error) && error.code === 'ENOENT') return wanted.map(() => NOTHING);
    const faults: CoverageFault[] = [{ code: 'namespace-incomplete', params: { netns } }, faultOf(error)];
    return wanted.map(() => ({ holders: [], unknown: faults }));
  } finally {
    opened?.close();
  }
}

/** Of a namespace that is gone. */
const NOTHING: Found[number] = { holders: [], unknown: [] };

/** With the names of pods. */
async function named(
  found: readonly AddressHolders[],
  { hostFiles }: EvaluatedCapture,
  netns: string,
  deadline: Deadline,
): Promise<Found> {
  const pods = podsOf(found.flatMap(({ holders }) => holders.map(({ owners }) => ({ owners, origin: null }))));
  const names = await namesOf(hostFiles, pods, deadline.step());
  return found.map(({ holders, unknown }) => ({
    holders: holders.map((one) => ({ ...one, netns, owners: one.owners.map((owner) => namedOwner(owner, names)) })),
    unknown: unknown === null ? [] : [unknown],
  }));
}

function answerOf(question: Question, found: Found, capture: EvaluatedCapture): Answer {
  const all = found.flatMap(({ holders }) => holders);
  const sockets = all.filter(({ socket }) => socket !== null);
  // A socket of another namespace can have the file.
  const holders = sockets.length > 0 ? sockets : all;
  const unknown = found.flatMap((one) => one.unknown);
  const isOwned = holders.every(({ ownersUnknown }) => ownersUnknown === null);
  const { ephemeralPorts } = capture.node;
  return {
    ...question,
    result: holders.length > 0 ? 'held' : unknown.length > 0 ? 'unknown' : 'free',
    complete: unknown.length === 0 && isOwned,
    holders,
    unknown,
    ephemeral: isInRange(question.port, ephemeralPorts) ? ephemeralPorts : null,
    findings: findingsOn(question, holders, capture),
    notes: notesOn(question, capture.spec.notes),
  };
}
