import { messageOf } from '../../base/errors.js';
import { toPrometheus } from '../../report/prometheus.js';
import type { SnapshotDocument } from '../../snapshot/document/document.js';
import { withClaims } from '../../snapshot/document/with_claims.js';
import type { WatchUpdate } from '../../watch/watcher.js';

/** A capture gives up on what hangs within 15 seconds; one that takes longer than this hangs where nothing can be given up on. */
const STUCK_MS = 20_000;

/** Whether captures succeed, and a line that says so. */
export interface Health {
  readonly isHealthy: boolean;
  readonly text: string;
}

/** What is known of a node that is watched: the last capture, and whether captures go on. */
export class NodeState {
  readonly #version: string;
  readonly #now: () => number;
  #document: SnapshotDocument | null = null;
  /** What was asked last; empty: nothing was. */
  #claims: Pick<SnapshotDocument, 'claims' | 'unasked'> = {};
  /** When its capture started. */
  #since = 0;
  /** When the capture in progress started; null: there is none. */
  #runningSince: number | null = null;
  /** Why the last capture failed; null: it did not. */
  #failure: string | null = null;
  #durationMs = 0;
  /** null: no kernel events are observed. */
  #eventsLost: number | null = null;
  #metrics: { readonly key: string; readonly text: Promise<Buffer> } | null = null;
  #onFirst: () => void = () => {};
  /** Resolves with the first capture. */
  readonly first = new Promise<void>((resolve) => {
    this.#onFirst = resolve;
  });

  /** @param now Milliseconds of a clock that is never set. */
  constructor(version: string, now: () => number = () => performance.now()) {
    this.#version = version;
    this.#now = now;
  }

  /** The same captures, timed. */
  timed<Captured>(capture: () => Promise<Captured>): () => Promise<Captured> {
    return async () => {
      const start = this.#now();
      this.#runningSince = start;
      const captured = await capture()
        .catch((error: unknown) => {
          this.#failure = messageOf(error);
          throw error;
        })
        .finally(() => {
          this.#runningSince = null;
        });
      this.#failure = null;
      this.#since = start;
      this.#durationMs = this.#now() - start;
      return captured;
    };
  }

  add(update: WatchUpdate): void {
    if (update.kind === 'snapshot') {
      this.#document = withClaims(update.document, this.#claims);
      this.#metrics = null;
      this.#onFirst();
    } else if (update.change.event === 'started' && update.change.mode === 'ebpf') {
      this.#eventsLost = 0;
    } else if (update.change.event === 'lost') {
      this.#eventsLost = (this.#eventsLost ?? 0) + update.change.count;
    }
  }

  /** What listeners answered, in the documents from now on; null: nothing is known of that any more. */
  setClaims(asked: SnapshotDocument | null): void {
    this.#claims = asked?.claims === undefined ? {} : { claims: asked.claims, unasked: asked.unasked ?? [] };
    if (this.#document !== null) this.#document = withClaims(this.#document, this.#claims);
    this.#metrics = null;
  }

  /** null: there has been no capture yet. */
  get document(): SnapshotDocument | null {
    return this.#document;
  }

  /** Seconds since the last capture; null: there is none. */
  get ageSeconds(): number | null {
    return this.#document === null ? null : (this.#now() - this.#since) / 1000;
  }

  get #stuckMs(): number | null {
    const ms = this.#runningSince === null ? 0 : this.#now() - this.#runningSince;
    return ms > STUCK_MS ? ms : null;
  }

  get health(): Health {
    const [age, stuckMs] = [this.ageSeconds, this.#stuckMs];
    const last = age === null ? 'there has been none before' : `the last is ${age.toFixed(1)} s old`;
    if (stuckMs !== null) {
      return { isHealthy: false, text: `a capture hangs since ${(stuckMs / 1000).toFixed(0)} s; ${last}\n` };
    }
    if (this.#failure !== null) return { isHealthy: false, text: `captures fail: ${this.#failure}; ${last}\n` };
    return age === null ? { isHealthy: false, text: 'no capture yet\n' } : { isHealthy: true, text: `ok; ${last}\n` };
  }

  /** In Prometheus' text format, rendered once for each capture. */
  metrics(): Promise<Buffer> {
    const isStuck = this.#stuckMs !== null;
    const key = `${isStuck} ${this.#eventsLost}`;
    if (this.#metrics?.key !== key) this.#metrics = { key, text: this.#render(isStuck) };
    return this.#metrics.text;
  }

  async #render(isStuck: boolean): Promise<Buffer> {
    const document = this.#document;
    const capture = document === null ? null : { document, durationMs: this.#durationMs };
    const [eventsLost, version] = [this.#eventsLost, this.#version];
    return Buffer.from(await toPrometheus({ capture, isStuck, eventsLost, version }));
  }
}
