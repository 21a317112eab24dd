import type { CoverageSource } from '../../base/coverage.js';
import { printable } from '../../base/text.js';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import type { Finding } from '../../verdict/finding.js';
import { podText, unknownOwnerText } from '../../verdict/text/format.js';
import type { SnapshotDocument } from '../document/document.js';
import type { DifferenceCode } from './codes.js';
import type {
  ClaimDifference,
  CoverageDifference,
  Difference,
  Facts,
  ListenerDifference,
  ListenerSide,
  VerdictDifference,
} from './difference.js';
import { identityOf } from './identity.js';
import { endpointText, unique } from './sides.js';

const FACTS: Readonly<Record<DifferenceCode<'fact'>, string>> = {
  'host-changed': 'different hosts',
  'role-changed': 'role of the node',
  'default-interface-changed': 'default interface',
  'page-changed': 'page and notes',
  'kernel-changed': 'kernel',
  'version-changed': 'version of k8s-sockwatch',
};

/** Renders the messages of differences between two snapshots. */
export class DifferenceText {
  readonly #before: Side;
  readonly #after: Side;

  constructor(before: SnapshotDocument, after: SnapshotDocument) {
    this.#before = new Side(before);
    this.#after = new Side(after);
  }

  render(facts: Facts): Difference {
    return { ...facts, message: printable(this.#sentence(facts)) } as Difference;
  }

  #sentence(facts: Facts): string {
    switch (facts.kind) {
      case 'fact':
        return `${FACTS[facts.code]}: ${facts.before ?? 'none'} → ${facts.after ?? 'none'}`;
      case 'coverage':
        return this.#coverage(facts);
      case 'verdict':
        return verdict(facts);
      case 'claim':
        return claim(facts);
      default:
        return this.#listener(facts);
    }
  }

  #coverage({ source }: Facts<CoverageDifference>): string {
    return `${source}: ${statusText(this.#before.source(source))} → ${statusText(this.#after.source(source))}`;
  }

  #listener(facts: Facts<ListenerDifference>): string {
    const [old, now] = [this.#before.members(facts.before), this.#after.members(facts.after)];
    const one = now.isEmpty ? old : now;
    switch (facts.code) {
      case 'listener-added': {
        const beside = this.#after.membersOf(facts.params.beside);
        const shared = beside.isEmpty ? '' : `, in addition to ${beside.who} on ${beside.endpoints()}`;
        return `${one.who} is now listening on ${one.endpoints()}${shared}`;
      }
      case 'listener-removed':
        return `${one.who} is no longer listening on ${one.endpoints()}`;
      case 'table-unread': {
        const isAfter = facts.params.side === 'after';
        const why = (isAfter ? this.#after : this.#before).source(facts.params.source)?.error;
        const [has, lacks] = isAfter ? ['earlier', 'later'] : ['later', 'earlier'];
        const reason = why ?? `${facts.params.source} was not read`;
        return `${one.who} on ${one.endpoints()} is in the ${has} snapshot; the ${lacks} one cannot tell: ${reason}`;
      }
      case 'owner-changed': {
        const [was, is] = [old.endpoints(), now.endpoints()];
        return `${was === is ? is : `${was} → ${is}`}: the owner was ${old.who} and is now ${now.who}`;
      }
      case 'owner-unknown': {
        const isAfter = facts.params.side === 'after';
        const [known, unknown] = isAfter ? [old, now] : [now, old];
        const [listener] = unknown.listeners;
        const why = listener === undefined ? '' : `: ${unknownOwnerText(listener)}`;
        const [verb, when] = isAfter ? ['owned', 'later'] : ['owns', 'earlier'];
        return `${known.who} ${verb} ${known.endpoints()}; the owner in the ${when} snapshot is unknown${why}`;
      }
      case 'port-changed':
      case 'ephemeral-port-changed': {
        const ephemeral = facts.code === 'ephemeral-port-changed' ? ' (an ephemeral port)' : '';
        return `${now.who} is listening on ${now.endpoints()} instead of ${old.endpoints()}${ephemeral}`;
      }
      case 'address-widened':
      case 'address-narrowed':
      case 'address-changed': {
        const how = { 'address-widened': 'a wider', 'address-narrowed': 'a stricter', 'address-changed': 'another' };
        const withFamilies = old.endpoints() === now.endpoints();
        const [was, is] = [old.endpoints(withFamilies), now.endpoints(withFamilies)];
        return `${now.who} is listening on ${how[facts.code]} address: ${is} instead of ${was}`;
      }
      case 'restarted':
        return `${now.who} was restarted (${old.pids} → ${now.pids}), listening on ${now.endpoints()}`;
      case 'backlog-changed': {
        const { before, after } = facts.params;
        return `${now.who} on ${now.endpoints()}: the limit of pending connections is ${after} instead of ${before}`;
      }
    }
  }
}

/** One of the snapshots, indexed. */
class Side {
  readonly #sockets: ReadonlyMap<string, OwnedListener>;
  readonly #sources: ReadonlyMap<string, CoverageSource>;
  readonly #netns: string;

  constructor({ sockets, coverage, node }: SnapshotDocument) {
    this.#sockets = new Map(sockets.map((socket) => [socket.id, socket]));
    this.#sources = new Map(coverage.sources.map((source) => [source.name, source]));
    this.#netns = node.netns;
  }

  source(name: string): CoverageSource | undefined {
    return this.#sources.get(name);
  }

  members(side: ListenerSide | null): Members {
    return this.membersOf(side?.sockets ?? []);
  }

  membersOf(ids: readonly string[]): Members {
    return new Members(
      ids.flatMap((id) => this.#sockets.get(id) ?? []),
      this.#netns,
    );
  }
}

/** More would make the line too long. */
const MAX_SHOWN = 4;

/** The listeners on one side of a difference. */
class Members {
  constructor(
    readonly listeners: readonly OwnedListener[],
    private readonly netns: string,
  ) {}

  get isEmpty(): boolean {
    return this.listeners.length === 0;
  }

  /** The owners without what changes with a restart: `kubelet (snap.k8s.kubelet.service)`. */
  get who(): string {
    const [first] = this.listeners;
    if (first === undefined) return '';
    const { program } = identityOf(first);
    const facts = unique(
      this.listeners.flatMap(({ owners }) => owners),
      (owner) => {
        if (owner.kind === 'kernel') return `kernel device, ${owner.deviceKind}`;
        return owner.unit ?? podText(owner) ?? owner.exe;
      },
    );
    const shown = facts.filter((fact) => fact !== null).slice(0, 2);
    return shown.length === 0 ? program : `${program} (${shown.join(', ')})`;
  }

  get pids(): string {
    const owners = this.listeners.flatMap(({ owners }) => owners.filter((owner) => owner.kind === 'process'));
    const pids = unique(owners, ({ pid }: ProcessOwner) => pid).sort((a, b) => a - b);
    return `pid ${pids.slice(0, MAX_SHOWN).join(', ')}${pids.length > MAX_SHOWN ? ', …' : ''}`;
  }

  /** `127.0.0.1:22/tcp and [::1]:22/tcp`. */
  endpoints(withFamilies = false): string {
    const texts = unique(this.listeners, withFamilies ? familyText : endpointText);
    const more = texts.length > MAX_SHOWN ? ` and ${texts.length - MAX_SHOWN} more` : '';
    const isElsewhere = this.listeners.some(({ netns }) => netns !== this.netns);
    return `${texts.slice(0, MAX_SHOWN).join(' and ')}${more}${isElsewhere ? ' in another network namespace' : ''}`;
  }
}

function familyText(listener: Listener): string {
  if (listener.address !== '::' || listener.v6only === null) return endpointText(listener);
  return `${endpointText(listener)} (${listener.v6only ? 'IPv6 only' : 'dual-stack'})`;
}

function verdict({ code, subject, before, after }: Facts<VerdictDifference>): string {
  const withSeverity = code === 'severity-changed';
  const why = after === null ? '' : `: ${after.message}`;
  return `${subject}: ${verdictText(before, false)} → ${verdictText(after, withSeverity)}${why}`;
}

function claim({ code, subject, before, after }: Facts<ClaimDifference>): string {
  const isSeverity = code === 'claim-severity-changed';
  const [was, is] = isSeverity ? [before.severity, after.severity] : [before.result, after.result];
  return `${subject}: ${was} → ${is}: ${after.message}`;
}

function verdictText(finding: Finding | null, withSeverity: boolean): string {
  if (finding === null) return 'none';
  return withSeverity ? `${finding.verdict} (${finding.severity})` : finding.verdict;
}

function statusText(source: CoverageSource | undefined): string {
  if (source === undefined) return 'not read';
  return source.error === null ? source.status : `${source.status} (${source.error})`;
}
