import type { SockwatchError } from '../base/errors.js';
import { type Holders, holdersOfNode } from '../evidence/seen_snapshots.js';
import { snapshotIn } from '../evidence/snapshot_in.js';
import { FleetBuilder, type FleetPart } from './fleet.js';
import type { FleetOptions } from './reduce.js';

export interface SnapshotPart extends FleetPart {
  readonly holders: Holders;
}

/** Evaluates snapshots for the builder of the whole fleet. */
export class PartMaker {
  readonly #builder = new FleetBuilder();

  constructor(readonly options: FleetOptions) {}

  partOf(
    source: string,
    bytes: Uint8Array,
  ): SnapshotPart | { readonly source: string; readonly error: SockwatchError } {
    const one = snapshotIn(source, bytes);
    if ('error' in one) return one;
    this.#builder.add(source, one.document, this.options);
    return { ...this.#builder.takePart(), holders: holdersOfNode(one.document) };
  }
}
