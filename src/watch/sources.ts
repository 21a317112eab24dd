import type { CoverageFault } from '../base/coverage_codes.js';
import { Deadline } from '../base/deadline.js';
import { SockwatchError } from '../base/errors.js';
import { Memo } from '../base/memo.js';
import { type EventStream, isKernelError, type KernelEvent, type Netns, native } from '../kernel/addon.js';
import { identifyNetns, openNetns } from '../kernel/netns.js';
import { explainRefusal } from '../kernel/owners/bpf_refusal.js';
import { SocketFileWatch } from '../kernel/sockets/socket_file_watch.js';
import { TablePoller } from '../kernel/sockets/table_poller.js';
import { namedOwner, podsOf } from '../node/pod_names.js';
import { type CaptureTarget, namesOf } from '../snapshot/capture.js';
import type { Closed, Opened } from '../snapshot/document/change.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type EvaluatedCapture, evaluateNode } from '../snapshot/evaluate_node.js';
import type { ValidOptions } from '../snapshot/options.js';
import { toDocument } from '../snapshot/to_document.js';
import { type AddressOwners, findAddressOwners } from '../snapshot/who/address_owners.js';
import type { WantedAddress } from '../snapshot/who/address_sockets.js';
import type { FailedCall } from './changes/bind_failure.js';
import { fileAt } from './changes/bound_file.js';
import { boundOwner } from './changes/bound_names.js';
import { readEventProcesses } from './changes/event_processes.js';
import type { ListenerTracker } from './changes/listener_tracker.js';
import { resolveEvents } from './changes/resolve_events.js';

/** A step that hangs is given up on after two thirds of this. */
const CAPTURE_MS = 15_000;
/** An event is reported without what has not been read by then, so that others need not wait for it. */
const EVENT_MS = 2_000;
/** Of one address that a call failed to get. */
const MAX_HOLDERS = 16;

/** What a watcher learns of a node, and from where. */
export interface WatchSources {
  capture(): Promise<EvaluatedCapture>;
  toDocument(capture: EvaluatedCapture): Promise<SnapshotDocument>;
  /** A reason instead of a stream where there are no kernel events. */
  openEvents(onReady: () => void): Promise<EventStream | CoverageFault>;
  resolveEvents(
    events: readonly KernelEvent[],
    capture: EvaluatedCapture,
    tracker: ListenerTracker,
  ): AsyncIterable<Opened | Closed | FailedCall>;
  findOwners(wanted: readonly WantedAddress[], capture: EvaluatedCapture): Promise<readonly AddressOwners[]>;
  /** Returns a function that ends it. */
  watchNetwork(onChange: () => void): () => void;
  watchFiles(onChange: () => void): Pick<SocketFileWatch, 'follow' | 'close'>;
  readonly tables: Pick<TablePoller, 'poll' | 'compareWith' | 'costMs'>;
  /** Releases what it holds open. */
  close(): void;
}

/** A real node. What hangs is waited for once, by the first reading. */
export function nodeSources({ netns: path, target: valid, expectation, allNetns, failOn }: ValidOptions): WatchSources {
  const netns = new OpenNetns(path);
  const target: CaptureTarget = {
    ...valid,
    get netns() {
      return netns.get();
    },
  };
  const memo = new Memo();
  const abandoned = new WeakSet<Promise<unknown>>();
  const captureDeadline = (): Deadline => new Deadline(CAPTURE_MS, { abandoned });
  const eventDeadline = (): Deadline => new Deadline(EVENT_MS, { abandoned });
  return {
    capture: async () => evaluateNode({ ...target }, expectation, captureDeadline(), memo),
    toDocument: async (capture) => {
      const others = allNetns
        ? await (await import('../snapshot/namespaces.js')).captureOtherNamespaces(
            capture.node.netns,
            target,
            capture.hostFiles,
            captureDeadline(),
          )
        : null;
      return toDocument(capture, others, failOn, memo);
    },
    openEvents: async (onReady) => {
      const { openEvents } = native();
      if (openEvents === undefined) return { code: 'bpf-left-out', params: {} };
      const inode = allNetns ? null : Number(identifyNetns(target.netns));
      try {
        return openEvents(onReady, inode);
      } catch (error) {
        return explainRefusal(error);
      }
    },
    resolveEvents: (events, capture, tracker) =>
      resolveEvents(events, capture, tracker, async (wanted) => {
        const deadline = eventDeadline();
        const processes = await readEventProcesses(wanted, deadline);
        const names = await namesOf(capture.hostFiles, podsOf([{ owners: processes }]), deadline);
        return processes.map((process) => namedOwner(process, names));
      }),
    findOwners: async (wanted, capture) => {
      const found = await findAddressOwners(wanted, target, capture, eventDeadline(), { fileAt, limit: MAX_HOLDERS });
      return found.map((one) => ({
        ...one,
        holders: one.holders.map((holder) => ({ ...holder, owners: holder.owners.map(boundOwner) })),
      }));
    },
    watchNetwork: (onChange) => watchRoutes(target.netns, onChange),
    watchFiles: (onChange) => new SocketFileWatch(onChange),
    tables: new TablePoller(target),
    close: () => netns.close(),
  };
}

/** @throws SockwatchError ERR_KERNEL where the kernel or a seccomp filter refuses the subscription */
function watchRoutes(netns: Netns | null, onChange: () => void): () => void {
  try {
    return native().watchRoutes(netns, onChange);
  } catch (error) {
    if (!isKernelError(error)) throw error;
    throw new SockwatchError('ERR_KERNEL', `changes of the network cannot be watched: ${error.message}`, {
      hint: 'one snapshot, without what could not be read, is possible with --once',
      syscall: error.syscall,
      errno: error.errno,
      cause: error,
    });
  }
}

/** Opens the namespace when it is first needed, so that a watcher can be created without errors, and keeps it until `close`. */
class OpenNetns {
  readonly #path: string | null;
  #netns: Netns | null = null;
  #isClosed = false;

  constructor(path: string | null) {
    this.#path = path;
  }

  /** @throws SockwatchError ERR_NETNS */
  get(): Netns | null {
    this.#netns ??= openNetns(this.#path);
    if (this.#isClosed) this.#netns?.close();
    return this.#netns;
  }

  close(): void {
    this.#isClosed = true;
    this.#netns?.close();
  }
}
