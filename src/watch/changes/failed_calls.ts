import { faultOf } from '../../base/coverage.js';
import type { BindFailed } from '../../snapshot/document/change.js';
import type { AddressOwners } from '../../snapshot/who/address_owners.js';
import type { WantedAddress } from '../../snapshot/who/address_sockets.js';
import { listenerText } from '../../verdict/text/format.js';
import { bindFailure, type FailedCall, isInUse } from './bind_failure.js';

/** Failed calls that wait for a look-up; further ones are reported without. */
const MAX_WAITING = 4_000;
/** Different addresses in one look-up. */
const MAX_ADDRESSES = 250;

const NO_OWNERS: AddressOwners = { holders: [], omitted: 0, unknown: null };
const UNKNOWN: AddressOwners = { ...NO_OWNERS, unknown: { code: 'lookups-limited', params: {} } };

/** Calls that failed because their address is in use, until its owners have been looked up. */
export class FailedCalls {
  #waiting: FailedCall[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The change that reports it, where nothing is to be looked up; else null, and it waits. */
  add(call: FailedCall): BindFailed | null {
    if (!isInUse(call)) return failureOf(call, NO_OWNERS);
    if (this.#waiting.length >= MAX_WAITING) return failureOf(call, UNKNOWN);
    this.#waiting.push(call);
    return null;
  }

  /** Reports all that wait, without a look-up. */
  giveUp(): BindFailed[] {
    return this.#take().map((call) => failureOf(call, UNKNOWN));
  }

  /** Reports all that wait, with the owners of their addresses, each of which is looked up once. Never throws. */
  async resolve(find: (wanted: readonly WantedAddress[]) => Promise<readonly AddressOwners[]>): Promise<BindFailed[]> {
    const calls = this.#take();
    const wanted = new Map<string, WantedAddress>();
    for (const call of calls) {
      const key = keyOf(call);
      if (wanted.size < MAX_ADDRESSES || wanted.has(key))
        wanted.set(key, { listener: call.cause.listener, pid: call.cause.pid });
    }
    const addresses = [...wanted];
    const failed = (error: unknown): AddressOwners[] =>
      addresses.map(() => ({ ...NO_OWNERS, unknown: faultOf(error) }));
    const found = await find([...wanted.values()]).catch(failed);
    const owners = new Map(addresses.map(([key], at) => [key, found[at]]));
    return calls.map((call) => failureOf(call, owners.get(keyOf(call)) ?? UNKNOWN));
  }

  #take(): FailedCall[] {
    const calls = this.#waiting;
    this.#waiting = [];
    return calls;
  }
}

function failureOf({ cause, process }: FailedCall, owners: AddressOwners): BindFailed {
  return bindFailure(cause, process, owners);
}

/** A path may be another file to another process. */
function keyOf({ cause: { listener, pid } }: FailedCall): string {
  return JSON.stringify([listener.protocol, listenerText(listener), listener.protocol === 'unix' ? pid : null]);
}
