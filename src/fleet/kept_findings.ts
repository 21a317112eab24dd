import { paramsOfKind } from '../base/coded.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { FINDING_CODES } from '../verdict/codes.js';
import type { FindingFacts } from '../verdict/finding.js';
import { keyOf } from '../verdict/key.js';
import type { FindingContext } from '../verdict/text/finding.js';
import { Interned } from './interned.js';

/** A finding with the sockets that it refers to. */
export interface KeptFinding {
  readonly facts: FindingFacts;
  readonly sockets: FindingContext['sockets'];
}

/** The pid means nothing without a process. */
export type Single = readonly [key: string, address: string | null, pid: number];

/**
 * Findings as what text is made of, in a few numbers each: nodes of a cluster look alike but for addresses and pids, so that
 * everything else is kept once. Most text of a fleet is never shown.
 */
export class KeptFindings {
  readonly #facts = new Interned<FindingFacts>();
  readonly #listeners = new Interned<OwnedListener>();
  readonly #addresses = new Interned<string | null>();

  /**
   * Appends a finding to `numbers`: its own, how many sockets it has, and of each the listener, its address and pids.
   * @returns The number of the listener, if there is exactly one.
   */
  keep(facts: FindingFacts, sockets: ReadonlyMap<string, OwnedListener>, numbers: number[]): number | null {
    let number: number | null = null;
    const ids = idsIn(facts).filter((id) => sockets.has(id));
    numbers.push(
      this.#facts.add(factsKey(facts, ids), () => Object.assign({}, facts, withPositions(facts, ids))),
      ids.length,
    );
    for (const id of ids) {
      const listener = sockets.get(id);
      if (listener === undefined) continue;
      const { address, owners } = listener;
      number = this.#listeners.add(listenerKey(listener), () => listener);
      numbers.push(
        number,
        this.#addresses.add(address ?? '', () => address),
      );
      for (const owner of owners) if (owner.kind === 'process') numbers.push(owner.pid);
    }
    return ids.length === 1 ? number : null;
  }

  /** Gives up the values that are new since the last time. Nothing can be recalled here any more. */
  take(): NewlyKept {
    return { facts: this.#facts.take(), listeners: this.#listeners.take(), addresses: this.#addresses.take() };
  }

  /** Takes what another one gave up, with the same numbers. */
  append({ facts, listeners, addresses }: NewlyKept): void {
    this.#facts.append(facts);
    this.#listeners.append(listeners);
    this.#addresses.append(addresses);
  }

  /**
   * Of one finding about one listener with one process at most, which no setting explains: what it differs in from others with the
   * same key. null: it is not like that.
   */
  single(numbers: Float64Array, from: number, to: number): Single | null {
    const [facts = Number.NaN, count, listener, address = Number.NaN, pid = 0] = numbers.subarray(from, to);
    if (count !== 1 || to - from > 5 || this.#facts.get(facts).configuration !== null) return null;
    return [`${facts} ${listener}`, this.#addresses.get(address), pid];
  }

  /** The findings in `numbers`, from one index to another. */
  *recall(numbers: Float64Array, from: number, to: number): Generator<KeptFinding> {
    let at = from;
    const next = (): number => numbers[at++] ?? Number.NaN;
    while (at < to) {
      const facts = this.#facts.get(next());
      const count = next();
      const sockets = Array.from({ length: count }, (_, id): [string, OwnedListener] => {
        const listener = this.#listeners.get(next());
        const address = this.#addresses.get(next());
        const owners = listener.owners.map((owner) => (owner.kind === 'process' ? { ...owner, pid: next() } : owner));
        return [`${id}`, { ...listener, address, owners }];
      });
      yield { facts, sockets: new Map(sockets) };
    }
  }
}

/** Values that another `KeptFindings` does not have yet. */
export interface NewlyKept {
  readonly facts: readonly FindingFacts[];
  readonly listeners: readonly OwnedListener[];
  readonly addresses: readonly (string | null)[];
}

/** Equal for findings that say the same of the sockets in `ids`. Those about listeners that nothing explains are by far the most. */
function factsKey(facts: FindingFacts, ids: readonly string[]): string {
  const { code, verdict, severity, matchedBy, expected, configuration, causedBy } = facts;
  if (code === 'not-in-spec') return `${severity} ${ids.length}`;
  const { sockets, params } = withPositions(facts, ids);
  return JSON.stringify([code, verdict, severity, sockets, matchedBy, params, expected, configuration, causedBy]);
}

/** What text says of a listener, but for its address and pids. One text of all parts: JSON.stringify() takes twice as long. */
function listenerKey(listener: OwnedListener): string {
  const { protocol, port, device, path, abstract, uid, ownersUnknown, origin, owners } = listener;
  const created = origin === null ? null : JSON.stringify(origin);
  const parts = [protocol, `${port}`, device, path, abstract, `${uid}`, ownersUnknown, created];
  for (const owner of owners) {
    if (owner.kind === 'kernel') {
      parts.push(JSON.stringify(owner));
      continue;
    }
    const { comm, exe, argv0, isArgv0Cut, cgroup, unit, pod, container, podNamespace, podName } = owner;
    parts.push(comm, exe, argv0, `${isArgv0Cut}`, cgroup, unit, pod, container, podNamespace ?? null, podName ?? null);
  }
  return keyOf(parts);
}

/** Names of parameters with ids of sockets. */
const SOCKET_PARAMS = paramsOfKind(FINDING_CODES, 'socketIds');

function idsIn({ code, params, sockets }: FindingFacts): readonly string[] {
  const names = SOCKET_PARAMS.get(code);
  if (names === undefined) return sockets;
  const others = names.flatMap((name) => (params as Readonly<Record<string, readonly string[]>>)[name] ?? []);
  return [...new Set([...sockets, ...others])];
}

/** Sockets by their positions in `ids`, which are the same on all nodes. */
function withPositions(
  { code, params, sockets }: FindingFacts,
  ids: readonly string[],
): Pick<FindingFacts, 'sockets' | 'params'> {
  const positions = (some: readonly string[]): string[] =>
    some.flatMap((id) => (ids.includes(id) ? `${ids.indexOf(id)}` : []));
  const names = SOCKET_PARAMS.get(code);
  if (names === undefined) return { sockets: positions(sockets), params };
  const own = params as Readonly<Record<string, readonly string[]>>;
  return {
    sockets: positions(sockets),
    params: { ...params, ...Object.fromEntries(names.map((name) => [name, positions(own[name] ?? [])])) },
  };
}
