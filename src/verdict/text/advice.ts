import type { Coverage } from '../../base/coverage.js';
import { printable } from '../../base/text.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { K8SD_STATE } from '../../node/state_files.js';
import { stateOf } from '../absence.js';
import type { NodeFacts } from '../capture.js';
import type { CodedFinding } from '../codes.js';
import type { Advice, Expected, FindingFacts, FindingFields } from '../finding.js';
import { advice, look, restart, revive, shellWord, start } from './commands.js';
import { configurationAdvice, exposureAdvice } from './configuration.js';
import { listenersText } from './format.js';
import { seeOwners } from './see_owners.js';
import { closeOrStop, confirmProcess, replaceInstallation, stop, stopBeside, stopForeign } from './stop.js';
import { ciliumLog, findTunnel, moveDevice } from './tunnel.js';

/** What advice refers to, besides the finding. */
export interface AdviceContext {
  readonly sockets: ReadonlyMap<string, OwnedListener>;
  readonly coverage: Coverage;
  readonly node: Pick<NodeFacts, 'defaultAddresses' | 'services'>;
}

/** What to do about a finding; null: nothing. `sockets` are those of the document, by id. Pure. */
export function adviceFor(facts: FindingFacts, context: AdviceContext): Advice | null {
  const [first, then] = [exposureAdvice(facts, context.node.defaultAddresses), adviceOnCode(facts, context)];
  if (first === null || then === null) return then;
  return advice(`${first.text} ${then.text}`, ...first.commands, ...then.commands);
}

function adviceOnCode(facts: FindingFacts, { sockets, node, coverage }: AdviceContext): Advice | null {
  const configured = configurationAdvice(facts, node.defaultAddresses);
  const { expected, matchedBy } = facts;
  const of = (ids: readonly string[]): OwnedListener[] => ids.flatMap((id) => sockets.get(id) ?? []);
  const service = printable(expected?.service ?? 'the service');
  const revival = revive(service, stateOf(service, node));
  switch (facts.code) {
    case 'listens':
    case 'listens-at-noted-path':
      if (facts.params.running !== undefined) return configured;
      return matchedBy === 'comm' ? confirmProcess(of(facts.sockets)) : null;
    case 'configured-place':
      return facts.params.running === undefined ? null : configured;
    case 'row-not-for-role':
    case 'row-not-on-page-of-node':
    case 'condition-not-met':
    case 'replaced-by-service':
    case 'unit-not-enabled':
    case 'network-feature-off':
    case 'other-datastore':
      return null;
    case 'unreachable-address':
    case 'serves-ipv4-only':
      return (
        configured ??
        advice(
          `Configure ${service} to listen on ${hostText(expected)}: its clients cannot reach it.`,
          ...look(service),
        )
      );
    case 'stricter-address':
    case 'serves-ipv6-only':
      return advice(
        `Nothing, if this is intended hardening; otherwise configure ${service} to listen on ${hostText(expected)}.`,
      );
    case 'v6only-unknown':
      return advice('Check whether v6only is set on the socket.', 'ss -lnpe');
    case 'wider-address':
      return (
        configured ??
        advice(
          `Bind ${service} to ${hostText(expected)} and restart it; until then, block access to the port with a firewall.`,
          ...look(service),
        )
      );
    case 'other-address':
      return (
        configured ??
        advice(
          `Configure ${service} to listen on ${hostText(expected)} instead of ${listenersText(of(facts.params.elsewhere))}.`,
          'ip route show default',
          ...look(service),
        )
      );
    case 'held-by-another':
      return stopForeign('If it does not belong there, ', of(facts.params.foreign), revival);
    case 'not-its-unit': {
      const path = facts.params.path ?? expected?.path ?? null;
      return (
        replaceInstallation(of(facts.params.foreign), service, path, revival) ??
        stopForeign('If it does not belong there, ', of(facts.params.foreign), revival)
      );
    }
    case 'shared-with-another':
      return stopBeside(of(facts.params.foreign), service);
    case 'kernel-device-instead':
      return moveDevice(of(facts.params.foreign), service);
    case 'owner-unseen':
    case 'noted-if-owner-seen':
      return seeOwners(of(facts.sockets), coverage);
    case 'no-default-route':
    case 'no-default-address':
    case 'default-route-unread':
      return advice(
        'Restore the default route, or the state of k8sd: until one of them tells the addresses of this node, the rows of "default" cannot be judged, and their services may be right.',
        'ip route show default',
        'ip -6 route show default',
        `sudo grep -n ^address: ${K8SD_STATE}`,
      );
    case 'table-incomplete':
    case 'wider-address-unread':
      return advice('Fix what kept the table from being read, which `coverage` names, and run again.');
    case 'not-bootstrapped':
      return advice(
        'Bootstrap this node, or join it to a cluster with a token that a control plane of it gives (k8s get-join-token NAME, with --worker for a worker).',
        'sudo k8s bootstrap',
        'sudo k8s join-cluster TOKEN',
      );
    case 'node-unknown':
    case 'place-unknown':
      return advice(
        'Name where the file system of the node is seen, unless that is / (--host-root); else fix what kept the configuration from being read, which `coverage` names.',
      );
    case 'in-the-way': {
      const { text, commands } = stop(of(facts.sockets)) ?? { text: 'find its owner', commands: [] };
      return advice(
        `Before bootstrapping this node, ${text}; k8s-sockwatch preflight says what else is in the way.`,
        ...commands,
      );
    }
    case 'not-a-node':
      return advice('See what would be in the way of making this machine a node.', 'sudo k8s-sockwatch preflight');
    case 'role-unknown':
    case 'role-unknown-and-held':
      return advice(
        'Say which role this node has.',
        'k8s-sockwatch --role control-plane',
        'k8s-sockwatch --role worker',
      );
    case 'condition-undecided':
      return advice('Run again as root, so that the owners of all ports are known.', 'sudo k8s-sockwatch');
    case 'condition-unknown':
      return advice('Run on the node as root, so that its units can be seen.', 'sudo k8s-sockwatch');
    case 'unit-not-running':
      return startUnit(service, facts.params.state);
    case 'unit-still-starting':
      if (facts.params.waitsFor !== null) {
        const cause = printable(facts.params.waitsFor);
        return advice(`See to ${cause} first: ${service} starts by itself once that answers.`);
      }
      return advice(
        `Look at what ${service} waits for; it starts by itself once that answers.`,
        `sudo journalctl -u ${shellWord(facts.params.unit)}`,
      );
    case 'bound-not-listening':
      return advice(
        `Look at the log of ${service}, and restart it if it does not recover.`,
        ...look(service),
        ...restart(service),
      );
    case 'runs-but-not-here':
      if (service === 'cilium-agent' && expected?.protocol === 'udp') return findTunnel(of(facts.params.others));
      return advice(
        `Look at the log of ${service} for why it does not listen there, and at how it is configured.`,
        ...(service.startsWith('cilium') ? [ciliumLog(service, of(facts.params.others))] : look(service)),
      );
    case 'no-listener':
      return advice(`Check whether ${service} is running, and its log.`, ...look(service));
    case 'only-others-listen':
      return advice(`Check which address ${service} is configured to listen on.`, ...look(service));
    case 'not-a-socket':
      return advice(
        `Find out what put the file there: it is not a socket, and ${service} cannot listen in its place.`,
        ...(expected?.path == null ? [] : [`ls -ld -- ${shellWord(expected.path)}`]),
        ...look(service),
      );
    case 'socket-file-replaced':
      return advice(`Restart ${service}, which makes its socket file again.`, ...restart(service));
    case 'stale-socket-file':
    case 'no-socket-file':
      return advice(
        `Check whether ${service} is running, and restart it to recreate its socket.`,
        ...look(service),
        ...restart(service),
      );
    case 'path-not-protected': {
      const path = printable(facts.params.path);
      return advice(`Let only root write to the directories of ${path}.`, `namei -l ${shellWord(facts.params.path)}`);
    }
    case 'several-named':
      return advice('Run again with --allow-module-load: the table of unix_diag has the files of sockets.');
    case 'file-unchecked':
    case 'no-listener-file-unchecked':
    case 'no-listener-file-unreadable':
      return advice('Run again on the host as root, so that the socket file can be checked.', 'sudo k8s-sockwatch');
    case 'not-in-spec':
    case 'not-in-spec-link-local': {
      const { text, commands } = closeOrStop(of(facts.sockets)) ?? { text: 'find its owner', commands: [] };
      return advice(`If it belongs here, describe it in a notes file (--notes); otherwise ${text}.`, ...commands);
    }
    case 'noted-by-name-only': {
      const { text, commands } = closeOrStop(of(facts.sockets)) ?? { text: 'find its owner', commands: [] };
      const lead = 'If it belongs here, name its systemd unit in a notes file (services, units)';
      return advice(`${lead}; otherwise ${text}.`, ...commands);
    }
    case 'ephemeral-range-unknown':
      return advice('Compare the port with the ephemeral port range.', 'sysctl net.ipv4.ip_local_port_range');
  }
}

const NO_COVERAGE: Coverage = { complete: false, sources: [] };

/** The same for a document written before there were codes: advice that fits most findings of the verdict. */
export function adviceForUncoded(fields: FindingFields, sockets: ReadonlyMap<string, OwnedListener>): Advice | null {
  const coded = commonCode(
    fields,
    fields.sockets.flatMap((id) => sockets.get(id) ?? []),
  );
  return coded === null
    ? null
    : adviceFor(
        { ...fields, ...coded },
        { sockets, coverage: NO_COVERAGE, node: { defaultAddresses: [], services: null } },
      );
}

function commonCode(
  { verdict, severity, expected, sockets: ids }: FindingFields,
  sockets: readonly OwnedListener[],
): CodedFinding | null {
  const service = expected?.service ?? '';
  switch (verdict) {
    case 'ok':
    case 'configured':
      return { code: 'listens', params: {} };
    case 'missing':
      return { code: expected?.path == null ? 'no-listener' : 'no-socket-file', params: { service } };
    case 'exposed':
      return { code: 'wider-address', params: { wider: ids, unseen: [] } };
    case 'wrong-owner': {
      const isDevice = sockets.some(({ owners }) => owners.some(({ kind }) => kind === 'kernel'));
      if (isDevice) return { code: 'kernel-device-instead', params: { service, foreign: ids } };
      return { code: 'held-by-another', params: { service, foreign: ids, path: null } };
    }
    case 'wrong-address':
      return { code: 'other-address', params: { elsewhere: ids } };
    case 'narrowed':
      if (severity === 'warning') return { code: 'unreachable-address', params: {} };
      return { code: 'stricter-address', params: { hardening: null } };
    case 'unverified': {
      const hasUnknownOwner = sockets.some(({ ownersUnknown }) => ownersUnknown !== null);
      return hasUnknownOwner ? { code: 'owner-unseen', params: { service, unseen: ids, path: null } } : null;
    }
    case 'not-applicable':
      return null;
    case 'unexpected':
      return { code: 'not-in-spec', params: {} };
  }
}

function hostText(expected: Expected | null): string {
  switch (expected?.host) {
    case 'localhost':
      return 'loopback';
    case 'default':
      return 'the default interface';
    case '*':
      return 'all addresses';
    default:
      return printable(expected?.host ?? expected?.path ?? 'the address in the page');
  }
}

function startUnit(service: string, state: string): Advice {
  return advice(
    state === 'disabled'
      ? `Enable and start ${service}, if this node needs it.`
      : `Read the log of ${service} for why it does not run, and start it.`,
    ...look(service),
    ...start(service, state === 'disabled'),
  );
}
