import type { Coverage } from '../../base/coverage.js';
import { printable } from '../../base/text.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { NodeFacts } from '../capture.js';
import type { Expected, Finding, FindingFacts } from '../finding.js';
import { absenceSentences } from './absence.js';
import { adviceFor } from './advice.js';
import { configurationReason, settingText } from './configuration.js';
import { listed, listenersText, ownersText, strangersText, unknownOwnerText } from './format.js';
import { because, endpointOf, listening, plain, type Sentences, socketsOf } from './sentences.js';

/** What findings refer to, besides the row. */
export interface FindingContext {
  /** By id. */
  readonly sockets: ReadonlyMap<string, OwnedListener>;
  readonly coverage: Coverage;
  readonly node: Pick<NodeFacts, 'defaultAddresses' | 'services'>;
}

/** A finding with the text rendered from its data. Pure. */
export function renderFinding(facts: FindingFacts, context: FindingContext): Finding {
  return { ...facts, ...findingText(facts, context), advice: adviceFor(facts, context) };
}

/** The text of a finding without the advice. Pure. */
export function findingText(facts: FindingFacts, context: FindingContext): Sentences {
  const own = sentences(facts, context);
  const why = configurationReason(facts, socketsOf(facts.sockets, context.sockets));
  const { message, reason } = why === null ? own : because(own.message, why, own.reason);
  return { message: printable(message), reason: reason === null ? null : printable(reason) };
}

function sentences(facts: FindingFacts, { sockets, coverage }: FindingContext): Sentences {
  const { expected } = facts;
  const members = socketsOf(facts.sockets, sockets);
  const place = endpointOf(expected);
  // Unix sockets of another network namespace are not listed, so one of them may be behind the path.
  const none = expected?.path == null ? 'nothing' : 'no process in this network namespace';
  const nothing = `${none} is listening on ${place}`;
  const errorOf = (name: string): string =>
    coverage.sources.find((one) => one.name === name)?.error ?? 'it was not read';
  switch (facts.code) {
    case 'listens':
      return plain(listening(members));
    case 'listens-at-noted-path': {
      const { service, path } = facts.params;
      return because(listening(members, path), `the notes allow ${service} to use this path instead of ${place}`);
    }
    case 'configured-place': {
      const { flag, value } = facts.params;
      const setting = facts.configuration === null ? `${flag}: ${value}` : settingText(facts.configuration);
      return because(`${listening(members)} instead of ${place}`, `because of ${setting}`);
    }
    case 'stricter-address': {
      const { hardening } = facts.params;
      const message = `${listening(members)} only; the page says ${place}`;
      return hardening === null ? plain(message) : because(message, hardening.replace(/\.$/, ''));
    }
    case 'unreachable-address':
      return because(`${listening(members)} only; the page says ${place}`, 'clients of other machines cannot reach it');
    case 'serves-ipv4-only':
      return because(listening(members), 'IPv4 only, but all addresses of this node are IPv6 addresses');
    case 'serves-ipv6-only':
      return because(listening(members), `IPv6 only (v6only is set), but the page says ${place}`);
    case 'v6only-unknown':
      return because(
        listening(members),
        'whether it serves IPv4 as well is unknown: the kernel did not report whether v6only is set',
      );
    case 'wider-address': {
      const [unseen] = socketsOf(facts.params.unseen, sockets);
      const message = `${listening(socketsOf(facts.params.wider, sockets))}, which is wider than ${place} in the page`;
      return unseen === undefined
        ? plain(message)
        : because(message, `too wide for any owner, but ${unknownOwnerText(unseen)}`);
    }
    case 'other-address':
      return plain(`${listening(socketsOf(facts.params.elsewhere, sockets))}; the page says ${place}`);
    case 'held-by-another':
    case 'not-its-unit':
    case 'kernel-device-instead': {
      const { service, foreign } = facts.params;
      const listeners = socketsOf(foreign, sockets);
      const path = 'path' in facts.params ? facts.params.path : null;
      const held = path ?? expected?.path ?? listenersText(listeners);
      const inSpec = held === place ? '' : ` (${place} in the page)`;
      const who = facts.code === 'not-its-unit' ? strangersText(listeners) : ownersText(listeners);
      const holds = `${who} holds ${held}, which belongs to ${service}`;
      if (facts.code === 'not-its-unit') {
        const { units } = facts.params;
        const home = units.length === 0 ? 'a pod' : units.join(' or ');
        return because(`${holds} in ${home}${inSpec}`, 'it has that name, which any program can have');
      }
      const message = `${holds}${inSpec}`;
      return path === null ? plain(message) : because(message, `the notes allow this path instead of ${place}`);
    }
    case 'shared-with-another': {
      const { service } = facts.params;
      const foreign = socketsOf(facts.params.foreign, sockets);
      const own = socketsOf(facts.params.own, sockets);
      if (own.length === 0) {
        return because(
          `${ownersText(foreign)} have the same socket, ${expected?.path ?? listenersText(foreign)} (${place} in the page)`,
          `not all of them are ${service}, and each can take its connections`,
        );
      }
      return because(
        `${strangersText(foreign)} is listening on ${listenersText(foreign)} beside ${ownersText(own)} (${place} in the page)`,
        `both serve, and connections are shared between them, so some of those for ${service} go to the other`,
      );
    }
    case 'owner-unseen': {
      const { service } = facts.params;
      const unseen = socketsOf(facts.params.unseen, sockets);
      const where = facts.params.path ?? expected?.path ?? listenersText(unseen);
      return because(
        `whether ${service} is listening on ${where} is unknown (${place} in the page)`,
        whyUnknown(unseen),
      );
    }
    case 'no-default-route':
      return withoutDefault('this node has no default route, and no address of k8sd is known', expected, members);
    case 'no-default-address':
      return withoutDefault(
        'no interface of the default route has an address, and no address of k8sd is known',
        expected,
        members,
      );
    case 'default-route-unread':
      return withoutDefault(`the default route could not be read: ${errorOf('network')}`, expected, members);
    case 'table-incomplete': {
      const table = expected?.protocol ?? 'socket';
      return because('no listener was seen', `the ${table} table was not read completely: ${errorOf(table)}`);
    }
    case 'wider-address-unread': {
      const table = expected?.protocol ?? 'socket';
      return because(
        `${listening(members)}; whether on ${place} too is unknown`,
        `the ${table} table was not read completely: ${errorOf(table)}`,
      );
    }
    case 'role-unknown':
      return because(nothing, roleUnknown(facts.params.roles));
    case 'role-unknown-and-held': {
      const foreign = socketsOf(facts.params.foreign, sockets);
      return because(`${ownersText(foreign)} holds ${listenersText(foreign)}`, roleUnknown(facts.params.roles));
    }
    case 'row-not-for-role':
    case 'row-not-on-page-of-node':
    case 'condition-not-met':
    case 'condition-undecided':
    case 'condition-unknown':
    case 'unit-not-enabled':
    case 'network-feature-off':
    case 'other-datastore':
    case 'replaced-by-service':
    case 'not-a-node':
    case 'not-bootstrapped':
    case 'node-unknown':
    case 'no-listener':
    case 'place-unknown':
    case 'unit-not-running':
    case 'unit-still-starting':
    case 'bound-not-listening':
    case 'runs-but-not-here':
    case 'only-others-listen':
    case 'stale-socket-file':
    case 'not-a-socket':
    case 'no-socket-file':
    case 'socket-file-replaced':
      return absenceSentences(facts, sockets);
    case 'path-not-protected':
      return because(
        listening(members, facts.params.path),
        'users other than root can replace the file, so what answers there may change',
      );
    case 'file-unchecked': {
      const path = facts.params.path ?? expected?.path ?? '';
      const reason = 'whether the socket file still exists was not checked; a listener keeps its name without it';
      return because(listening(members, path), reason);
    }
    case 'several-named': {
      const foreign = ownersText(socketsOf(facts.params.foreign, sockets));
      const own = ownersText(socketsOf(facts.params.own, sockets));
      return because(
        `${own} and ${foreign} are listening on ${facts.params.path ?? expected?.path ?? ''}`,
        'in a mount namespace of its own, a process can have the same name; which of them has the file is unknown',
      );
    }
    case 'no-listener-file-unchecked':
      return because(
        `no listener is named ${place}`,
        'its file was not checked, and may belong to a listener of another name',
      );
    case 'no-listener-file-unreadable':
      return because(
        `no listener is named ${place}`,
        'its file could not be read, and may belong to a listener of another name',
      );
    case 'not-in-spec': {
      const reach = facts.severity === 'info' ? 'on loopback only' : 'reachable from outside';
      return plain(`${listening(members)}/${protocolOf(members)}, ${reach}; not in the page or notes`);
    }
    case 'not-in-spec-link-local':
      return plain(
        `${listening(members)}/${protocolOf(members)}, reachable on the local link only; not in the page or notes`,
      );
    case 'in-the-way': {
      const where = `${listening(members)}/${protocolOf(members)}`;
      return because(where, `${facts.params.service} needs the port once this node is bootstrapped`);
    }
    case 'noted-by-name-only': {
      const { owners, purpose } = facts.params;
      const reason = `the notes allow ${owners.join(' or ')} here (${purpose}), but only its name says that it is that`;
      const where = `${listenersText(members)}/${protocolOf(members)}`;
      return because(`${strangersText(members)} is listening on ${where}`, reason);
    }
    case 'noted-if-owner-seen': {
      const { owners, devices, purpose } = facts.params;
      const allowed = `the notes allow ${[...owners, ...devices].join(' or ')} here (${purpose})`;
      const reason = whyUnknown(members.slice(0, 1));
      return { message: `${listenersText(members)}/${protocolOf(members)}: ${allowed}, but ${reason}`, reason };
    }
    case 'ephemeral-range-unknown':
      return because(
        `${ownersText(members)} is bound to ${listenersText(members)}/udp`,
        'the ephemeral port range is unknown, so this may be a client',
      );
  }
}

function protocolOf([first]: readonly OwnedListener[]): string {
  return first?.protocol ?? '';
}

function whyUnknown(listeners: readonly OwnedListener[]): string {
  return listed(listeners.map(unknownOwnerText), '; ');
}

function roleUnknown(roles: readonly string[]): string {
  return `the row is for ${roles.join(' and ')} nodes only, and the role of this node is unknown (use --role)`;
}

function withoutDefault(reason: string, expected: Expected | null, members: readonly OwnedListener[]): Sentences {
  const where = `${expected?.port}/${expected?.protocol}`;
  const seen = members.length === 0 ? `nothing is listening on port ${where}` : listening(members);
  return { message: `${reason}, so the address of "${expected?.host}" is unknown; ${seen}`, reason };
}
