import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Expected } from '../finding.js';
import { listenersText, ownersText } from './format.js';

/** The sockets of some ids, as far as they are known. */
export function socketsOf(ids: readonly string[], sockets: ReadonlyMap<string, OwnedListener>): OwnedListener[] {
  return ids.flatMap((id) => sockets.get(id) ?? []);
}

export interface Sentences {
  /** The whole finding, with the reason. */
  readonly message: string;
  readonly reason: string | null;
}

/** `subject`, and why. */
export function because(subject: string, reason: string, before: string | null = null): Sentences {
  return { message: `${subject}; ${reason}`, reason: before === null ? reason : `${before}; ${reason}` };
}

export function plain(message: string): Sentences {
  return { message, reason: null };
}

/** The row's endpoint as the page has it: `localhost:10248/tcp`, or a path. */
export function endpointOf(expected: Expected | null): string {
  if (expected === null) return '';
  return expected.path ?? `${expected.host}:${expected.port}/${expected.protocol}`;
}

export function listening(listeners: readonly OwnedListener[], path: string | null = null): string {
  return `${ownersText(listeners)} is listening on ${path ?? listenersText(listeners)}`;
}
