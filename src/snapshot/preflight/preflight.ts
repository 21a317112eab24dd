import { isIP } from 'node:net';
import { coverageOf } from '../../base/coverage.js';
import type { Deadline } from '../../base/deadline.js';
import { Memo } from '../../base/memo.js';
import { assertBoolean, assertKeys, assertPath } from '../../base/validate.js';
import { version } from '../../base/version.js';
import type { Netns, OwnerPass } from '../../kernel/addon.js';
import { identifyNetns, openNetns } from '../../kernel/netns.js';
import { startOwnerPass } from '../../kernel/owners/owner_source.js';
import { unreadFile } from '../../kernel/sockets/socket_file.js';
import { type BootstrapConfig, DEFAULT_BOOTSTRAP } from '../../node/bootstrap.js';
import { isName, SEVERITIES } from '../../verdict/finding.js';
import { type AnsweredNeed, type Need, OBSTACLE_CODES, type Obstacle } from '../../verdict/obstacle.js';
import { renderSource } from '../../verdict/text/coverage.js';
import { obstacleText } from '../../verdict/text/obstacle.js';
import { isDrift } from '../document/summary.js';
import { type EvaluatedCapture, evaluateNode } from '../evaluate_node.js';
import {
  readingDeadline,
  SNAPSHOT_KEYS,
  type SnapshotOptions,
  type ValidOptions,
  validateOptions,
} from '../options.js';
import { ownersOf } from '../who/address_owners.js';
import { findAddressSockets } from '../who/address_sockets.js';
import { holderOf, readHolderFacts } from '../who/holder_facts.js';
import { type Question, wantedSocket } from '../who/question.js';
import type { NodeState, PreflightDocument } from './document.js';
import { readMachine } from './machine.js';
import { neededAddresses, type Plan } from './needs.js';
import { obstaclesIn } from './obstacles.js';
import { answerOf, isOrMayBeNode, neededNow } from './own_services.js';

/** What a node is to become, besides what `snapshot` takes. */
export interface PreflightOptions extends Omit<SnapshotOptions, 'allNetns' | 'probe'> {
  /** Whether it joins a cluster; default: it makes one. */
  readonly join?: boolean | undefined;
  /** Path of the configuration for bootstrap or join-cluster (YAML). */
  readonly config?: string | null | undefined;
}

/** Of one address. */
const MAX_HOLDERS = 16;

const KEYS: Readonly<Record<keyof PreflightOptions, true>> = (({ allNetns: _, probe: _1, ...keys }) => ({
  ...keys,
  join: true as const,
  config: true as const,
}))(SNAPSHOT_KEYS);

/**
 * Whether Canonical Kubernetes will start on this machine, and what is in the way.
 * @throws SockwatchError as `snapshot` does, and ERR_INPUT for a configuration that cannot be read or understood
 */
export async function preflight(options: PreflightOptions = {}): Promise<PreflightDocument> {
  const { join, config: file, ...rest } = options;
  const valid = validateOptions(rest);
  assertKeys(options, KEYS);
  assertBoolean('join', join);
  assertPath('config', file);
  const config =
    file == null ? DEFAULT_BOOTSTRAP : await (await import('../../node/bootstrap_file.js')).readBootstrapConfig(file);
  const netns = openNetns(valid.netns);
  try {
    const firstPass = startOwnerPass(valid.target.owners, Number(identifyNetns(netns)));
    const deadline = readingDeadline(valid);
    const capture = await evaluateNode({ ...valid.target, netns }, valid.expectation, deadline, new Memo(), firstPass);
    return await look({ valid, netns, config, join: join ?? false, capture, deadline, firstPass });
  } finally {
    netns?.close();
  }
}

interface Look {
  readonly valid: ValidOptions;
  readonly netns: Netns | null;
  readonly config: BootstrapConfig;
  readonly join: boolean;
  readonly capture: EvaluatedCapture;
  readonly deadline: Deadline;
  readonly firstPass: Promise<OwnerPass> | undefined;
}

async function look(context: Look): Promise<PreflightDocument> {
  const { valid, netns, config, join, capture, deadline } = context;
  const { node, role: answer, spec } = capture;
  const state = stateOf(capture);
  const role = answer.role === 'unknown' ? 'control-plane' : answer.role;
  const plan: Plan = { spec, role, join, config };
  const wanted = state === 'running' ? neededNow(capture) : neededAddresses(plan);
  const containerdSocket =
    wanted.find(({ service, path }) => service === 'containerd' && path !== null)?.path ?? config.containerdSocket;
  const [needs, machine] = await Promise.all([
    answered(wanted, state, context),
    readMachine(netns, capture.hostFiles, config.containerdDirectory, deadline.step()),
  ]);
  const isNetworkRead = capture.coverage.sources.some(({ name, status }) => name === 'network' && status === 'ok');
  const found = obstaclesIn({
    needs,
    machine,
    state,
    isRouteless: isNetworkRead && node.defaultAddresses.length === 0,
    ephemeralPorts: node.ephemeralPorts,
    tunnelPort: config.tunnelPort,
    hasNetwork: state === 'running' ? node.networkFeature !== 'off' : config.hasNetwork,
    containerdSocket,
    leftState: leftState(capture, state),
  });
  const obstacles = found
    .map(
      (one): Obstacle => ({
        ...one,
        severity: OBSTACLE_CODES[one.code].severity,
        ...obstacleText(one, needs, { isNode: isOrMayBeNode(state), netns: node.netns }),
      }),
    )
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const coverage = coverageOf([...capture.coverage.sources, renderSource(machine.source)]);
  const isSeen = needs.every((need) => need.unknown.length === 0 && need.state !== 'unknown');
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version: version() },
    capturedAt: capture.capturedAt,
    node: {
      hostname: node.hostname,
      netns: node.netns,
      state,
      release: node.release,
      defaultAddresses: node.defaultAddresses,
    },
    plan: {
      role,
      roleSource: valid.expectation.role !== 'auto' ? 'flag' : answer.role === 'unknown' ? 'assumed' : 'node',
      join,
      config: config.file,
      release: spec.release,
      page: spec.source,
    },
    result: obstacles.some(({ severity }) => isDrift(severity, valid.failOn))
      ? 'in-the-way'
      : isSeen && coverage.complete && state !== 'unknown'
        ? 'clear'
        : 'incomplete',
    failOn: valid.failOn,
    obstacles,
    needs,
    coverage,
  };
}

/** A node of a cluster has markers and the snap, or services of it that listen; `unknown` where its files cannot be read. */
function stateOf({ node, evaluation, coverage }: EvaluatedCapture): NodeState {
  const isServed = evaluation.findings.some(
    ({ verdict, matchedBy, expected }) =>
      (verdict === 'ok' || verdict === 'configured') &&
      matchedBy !== null &&
      matchedBy !== 'device' &&
      !isName(matchedBy) &&
      expected !== null,
  );
  if (isServed) return 'running';
  if (node.isInstalled === null) return 'unknown';
  if (!node.isInstalled) return 'absent';
  const isRead = coverage.sources.some(({ name, status }) => name === 'configuration' && status === 'ok');
  if (node.isBootstrapped === null && !isRead) return 'unknown';
  const isThere = node.release !== null || (node.services?.length ?? 0) > 0;
  return node.isBootstrapped === true && isThere ? 'running' : 'installed';
}

/** Markers or an address of k8sd on a machine that is no node. */
function leftState({ node }: EvaluatedCapture, state: NodeState): string | null {
  if (state === 'running') return null;
  const address = node.configuration?.find(({ service, flag }) => service === 'k8sd' && flag === 'address');
  return node.markedRole?.file ?? address?.source.path ?? null;
}

async function answered(
  needs: readonly Need[],
  state: NodeState,
  { valid, netns, config, capture, deadline, firstPass }: Look,
): Promise<AnsweredNeed[]> {
  const asks = needs.flatMap((need, index) =>
    questionsOf(need, state, config, capture).map((question) => ({ index, question })),
  );
  const { hostFiles, network, node } = capture;
  const { allowModuleLoad, owners: mode } = valid.target;
  const wanted = asks.map(({ question }) => ({ listener: wantedSocket(question), pid: 0 }));
  const found = await findAddressSockets(wanted, {
    access: { netns, allowModuleLoad, deadline },
    context: { netns: node.netns, devices: network.deviceNames },
    pass: firstPass,
    deadline,
    fileAt: async (path, _, within) => hostFiles?.socketFile(path, within) ?? unreadFile(path),
    limit: MAX_HOLDERS,
  });
  const known = new Map(capture.sockets.map((socket) => [socket.id, socket]));
  const place = { wanted, found, tunnels: network.tunnels, known };
  const [owners = []] = await ownersOf([place], { mode, netns: node.netns, firstPass, deadline });
  const questions = asks.map(({ question }) => question);
  const facts = await readHolderFacts(owners, questions, hostFiles, deadline);
  return needs.map((need, index) => {
    const own = owners.filter((_, at) => asks[at]?.index === index);
    const all = own.flatMap(({ holders }) => holders.map((one) => holderOf(one, node.netns, need.path, facts)));
    const holders = [...new Map(all.map((one) => [one.socket ?? `${one.kind} ${one.place}`, one])).values()];
    const unknown = own.flatMap((one) => one.unknown ?? []);
    const answer = answerOf(need, holders, unknown, state, capture);
    // A stranger may be among those that were left out.
    const isCut = answer.state === 'own' && own.some(({ omitted }) => omitted > 0);
    return { ...need, ...answer, state: isCut ? 'unknown' : answer.state, unknown };
  });
}

/** Where the service, or the check of bootstrap, wants to listen; null: on all addresses of both families, or a unix socket. */
function addressesOf({ host, checkedAs }: Need, { node }: EvaluatedCapture): readonly (string | null)[] {
  if (checkedAs !== null || host === null) return [null];
  switch (host) {
    case 'localhost':
      return ['127.0.0.1', '::1'];
    case 'default':
      return node.defaultAddresses.length === 0 ? [null] : node.defaultAddresses;
    case '*':
      return [null];
    default:
      // A literal address of a page of one's own; a network may be any address.
      return [isIP(host) === 0 ? null : host];
  }
}

/** The addresses of a need; on a machine that is no node also all sockets in containerd's directory, which must not exist. */
function questionsOf(need: Need, state: NodeState, config: BootstrapConfig, capture: EvaluatedCapture): Question[] {
  const own = addressesOf(need, capture).map((address) => questionOf(need, address));
  const isInside = (path: string | null): path is string => path?.startsWith(`${config.containerdDirectory}/`) === true;
  if (isOrMayBeNode(state) || !isInside(need.path)) return own;
  const paths = new Set(capture.sockets.map(({ path }) => path).filter(isInside));
  paths.delete(need.path);
  return [...own, ...[...paths].slice(0, MAX_HOLDERS).map((path) => ({ ...questionOf(need, null), path }))];
}

function questionOf({ protocol, port, path, abstract }: Need, address: string | null): Question {
  return { what: '', protocol, address, port, path, abstract };
}
