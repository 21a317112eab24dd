import { setImmediate } from 'node:timers/promises';
import type { Test } from 'tap';
import type { CoverageFault } from '../../src/base/coverage_codes.js';
import { Memo } from '../../src/base/memo.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { CountersByInode, Poll } from '../../src/kernel/sockets/table_poller.js';
import type { Change } from '../../src/snapshot/document/change.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import type { EvaluatedCapture } from '../../src/snapshot/evaluate_node.js';
import { toDocument } from '../../src/snapshot/to_document.js';
import type { AddressOwners } from '../../src/snapshot/who/address_owners.js';
import type { WantedAddress } from '../../src/snapshot/who/address_sockets.js';
import type { FailedCall } from '../../src/watch/changes/bind_failure.js';
import type { WatchSources } from '../../src/watch/sources.js';
import { Watcher, type WatchOptions, type WatchUpdate } from '../../src/watch/watcher.js';
import { held, row, spec } from '../verdict/factory.js';
import { evaluated } from './evaluated.js';
import { FakeClock } from './fake_clock.js';

export const PAGE = spec([row('localhost:10248', 'kubelet')]);
export const KUBELET = held('kubelet', '127.0.0.1', 10248);
export const BACKDOOR = held('nc', '0.0.0.0', 31337);
export const HEALTHY = evaluated([KUBELET], PAGE);

/** A node that a test changes: what the next capture returns, and what the kernel reports. */
export class FakeNode implements WatchSources {
  /** Where a promise is given, the capture waits for it. */
  next: EvaluatedCapture | Promise<EvaluatedCapture> = HEALTHY;
  refusal: CoverageFault | null = null;
  captures = 0;
  /** Sockets that opened, and how many events were lost, since they were last taken. */
  opened: OwnedListener[] = [];
  lost = 0;
  /** Calls that failed since events were last taken, and what looking for owners answers. */
  failed: FailedCall[] = [];
  owners: AddressOwners | Promise<AddressOwners> = { holders: [], omitted: 0, unknown: null };
  readonly lookups: number[] = [];
  hasClosedSockets = false;
  counters: CountersByInode = new Map();
  paths: readonly string[] = [];
  readonly open = new Set<string>();
  report = { events: (): void => {}, network: (): void => {}, files: (): void => {} };

  async capture(): Promise<EvaluatedCapture> {
    this.captures += 1;
    return this.next;
  }

  async toDocument(capture: EvaluatedCapture) {
    return toDocument(capture, null, 'warning', new Memo());
  }

  async openEvents(onReady: () => void) {
    if (this.refusal !== null) return this.refusal;
    this.report.events = onReady;
    return {
      method: 'fexit' as const,
      take: () => ({ events: [], lost: this.lost > 0 ? this.lost-- : 0, suppressed: 0 }),
      close: this.#opened('events'),
    };
  }

  async *resolveEvents(...[, , tracker]: Parameters<WatchSources['resolveEvents']>) {
    for (const socket of this.opened.splice(0)) {
      const change = tracker.opened(socket, new Date(0).toISOString(), 0);
      if (change !== null) yield change;
    }
    yield* this.failed.splice(0);
  }

  async findOwners(wanted: readonly WantedAddress[]) {
    this.lookups.push(wanted.length);
    const owners = await this.owners;
    return wanted.map(() => owners);
  }

  watchNetwork(onChange: () => void): () => void {
    this.report.network = onChange;
    return this.#opened('network');
  }

  watchFiles(onChange: () => void) {
    this.report.files = onChange;
    const close = this.#opened('files');
    return {
      follow: (paths: readonly string[]) => {
        this.paths = paths;
      },
      close,
    };
  }

  close(): void {}

  readonly tables = {
    costMs: 1,
    compareWith: (): void => {},
    poll: async (withCounters: boolean): Promise<Poll> => ({
      hasChanged: this.hasClosedSockets,
      counters: withCounters ? this.counters : null,
    }),
  };

  #opened(what: string): () => void {
    this.open.add(what);
    return () => void this.open.delete(what);
  }
}

/** A watcher of a fake node, and what it has yielded since it was last asked, in short. */
export function watch(t: Test, node: FakeNode, options: Partial<WatchOptions> = {}) {
  const clock = new FakeClock();
  const watcher = new Watcher({ spec: PAGE, ...options }, node, clock);
  const updates: WatchUpdate[] = [];
  let ended = 'running';
  const running = (async () => {
    for await (const update of watcher.updates()) updates.push(update);
  })().then(
    () => {
      ended = 'ended';
    },
    (error: unknown) => {
      ended = String(error);
    },
  );
  t.teardown(() => watcher.close());
  const seen = async (ms = 0): Promise<string[]> => {
    clock.advance(ms);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    return updates
      .splice(0)
      .map((update) => (update.kind === 'snapshot' ? snapshotInShort(update.document) : inShort(update.change)));
  };
  return { clock, watcher, seen, running, state: () => ended };
}

function snapshotInShort({ coverage }: SnapshotDocument): string {
  return coverage.complete ? 'snapshot' : 'snapshot incomplete';
}

export function inShort(change: Change): string {
  switch (change.event) {
    case 'opened':
    case 'closed':
      return `${change.event} ${change.socket.port} by ${change.seenBy}`;
    case 'verdict':
      return `verdict ${change.before?.verdict ?? 'none'} ${change.after?.verdict ?? 'none'}`;
    case 'lost':
      return `lost ${change.count}`;
    case 'started':
      return `started ${change.mode}`;
    case 'bind-failed':
      return `bind-failed ${change.place} ${change.holdersUnknown?.code ?? change.holders.length}`;
    case 'coverage':
      return `coverage ${change.complete} ${change.errors.join()}`;
    default:
      return change.event;
  }
}
