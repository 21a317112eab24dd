import { readCodes } from '../../base/coded.js';
import { COVERAGE_CODES, type CoverageFault } from '../../base/coverage_codes.js';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Finding } from '../../verdict/finding.js';
import type { AddressOwner } from '../../verdict/text/event.js';
import type { BindFailed, CoverageChanged, Lost, Restarted, Started, VerdictChanged } from './change.js';
import {
  completeCounts,
  completeFinding,
  completeListener,
  completeOwner,
  type Optional,
  type StoredCode,
  type StoredFinding,
  type StoredSocket,
} from './complete_parts.js';
import type { SavedEvent } from './document.js';

type StoredListener = Omit<StoredSocket, 'explainedBy'>;
type StoredOwner = StoredSocket['owners'][number];

interface More {
  readonly at: string;
  readonly times?: number;
  readonly omitted?: number;
  readonly listeners?: readonly StoredListener[];
}

type StoredHolder = Omit<
  Optional<AddressOwner, 'ownersUnknown' | 'socket' | 'uid' | 'state' | 'remainingMs'>,
  'owners'
> & {
  readonly owners: readonly StoredOwner[];
};

/** An event as the schema guarantees it. One of a later version may have any other name. */
export type StoredEvent = More &
  (
    | { readonly event: 'opened' | 'closed'; readonly seenBy: 'kernel' | 'table'; readonly socket: StoredListener }
    | (Omit<Started, 'method' | 'refusal' | 'intervalMs' | 'verdicts'> &
        Partial<Pick<Started, 'method' | 'intervalMs'>> & {
          readonly refusal?: StoredCode | null;
          readonly verdicts: Readonly<Record<string, number>>;
        })
    | (Omit<BindFailed, 'process' | 'holders' | 'holdersOmitted' | 'holdersUnknown'> & {
        readonly process: Optional<ProcessOwner, 'startedAt'>;
        readonly holders: readonly StoredHolder[];
        readonly holdersOmitted?: number;
        readonly holdersUnknown?: StoredCode | null;
      })
    | (Omit<VerdictChanged, 'before' | 'after'> & {
        readonly before: StoredFinding | null;
        readonly after: StoredFinding | null;
      })
    | (Omit<Restarted, 'before' | 'after'> & { readonly before: StoredListener; readonly after: StoredListener })
    | Optional<Lost, 'suppressed'>
    | { readonly event: 'network' }
    | (Omit<CoverageChanged, 'method' | 'faults'> &
        Partial<Pick<CoverageChanged, 'method'>> & {
          readonly faults?: readonly { readonly source: string; readonly errors: readonly StoredCode[] }[];
        })
  );

/** Nothing for an event of a later version. */
export function completeEvents({ listeners, ...event }: StoredEvent): SavedEvent[] {
  const more = listeners === undefined ? {} : { listeners: listeners.map(listenerOf) };
  switch (event.event) {
    case 'opened':
    case 'closed':
      return [{ ...event, ...more, socket: listenerOf(event.socket) }];
    case 'started': {
      const { method = null, intervalMs = null, refusal, verdicts } = event;
      return [{ ...event, ...more, method, intervalMs, refusal: faultOf(refusal), verdicts: completeCounts(verdicts) }];
    }
    case 'bind-failed': {
      const { holdersOmitted = 0, holdersUnknown } = event;
      const process = { ...event.process, startedAt: event.process.startedAt ?? null };
      const holders = event.holders.map(holderOf);
      return [{ ...event, ...more, process, holders, holdersOmitted, holdersUnknown: faultOf(holdersUnknown) }];
    }
    case 'verdict': {
      const { before, after } = event;
      const complete = (one: StoredFinding | null): Finding | null => (one === null ? null : completeFinding(one));
      return [{ ...event, ...more, before: complete(before), after: complete(after) }];
    }
    case 'restarted':
      return [{ ...event, ...more, before: listenerOf(event.before), after: listenerOf(event.after) }];
    case 'lost':
      return [{ ...event, ...more, suppressed: event.suppressed ?? 0 }];
    case 'network':
      return [{ ...event, ...more }];
    case 'coverage': {
      const { method = null, faults = [] } = event;
      const read = faults.map(({ source, errors }) => ({ source, errors: readCodes(COVERAGE_CODES, errors) }));
      return [{ ...event, ...more, method, faults: read }];
    }
    default:
      return [];
  }
}

function faultOf(stored: StoredCode | null | undefined): CoverageFault | null {
  return readCodes(COVERAGE_CODES, [stored ?? {}])[0] ?? null;
}

function listenerOf(stored: StoredListener): OwnedListener {
  return completeListener(stored);
}

function holderOf(stored: StoredHolder): AddressOwner {
  const { ownersUnknown = null, socket = null, uid = null, state = null, remainingMs = null } = stored;
  return { ...stored, owners: stored.owners.flatMap(completeOwner), ownersUnknown, socket, uid, state, remainingMs };
}
