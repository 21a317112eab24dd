import { messageOf } from '../../src/base/errors.js';
import type { Lab } from '../lab/lab.js';
import { TOGGLES } from './toggles.js';

/** A request from the process with the screen to the one with the lab: toggle a fault. */
export interface Request {
  readonly id: number;
  readonly fault: string;
}

/** `error`: why the fault could not be toggled. */
export type Reply = { readonly id: number; readonly isOn: boolean } | { readonly id: number; readonly error: string };

/** Toggles the faults of a lab one at a time, however fast keys are pressed. */
export class Switches {
  readonly #lab: Lab;
  #last: Promise<unknown> = Promise.resolve();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  answer(message: unknown): Promise<Reply> {
    const reply = this.#last.then(() => this.#switch(requestIn(message)));
    this.#last = reply;
    return reply;
  }

  async #switch({ id, fault }: Request): Promise<Reply> {
    try {
      const isOn = !this.#lab.faults.some(({ name }) => name === fault);
      await (isOn ? this.#lab.apply(fault) : this.#lab.clear(fault));
      return { id, isOn };
    } catch (error) {
      return { id, error: messageOf(error) };
    }
  }
}

function requestIn(message: unknown): Request {
  if (typeof message === 'object' && message !== null && 'id' in message && 'fault' in message) {
    const { id, fault } = message;
    if (typeof id === 'number' && TOGGLES.some((toggle) => toggle.fault === fault)) return { id, fault: String(fault) };
  }
  throw new Error(`not a request to toggle a fault: ${JSON.stringify(message)}`);
}
