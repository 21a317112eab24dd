import type { CoverageFault } from '../../base/coverage_codes.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { type Finding, VERDICTS, type Verdict } from '../../verdict/finding.js';
import { faultsText } from '../../verdict/text/coverage.js';
import { bindFailureText, missesText, restartText } from '../../verdict/text/event.js';
import type { FindingContext } from '../../verdict/text/finding.js';
import { listenerText } from '../../verdict/text/format.js';
import type { SavedEvent } from '../document/document.js';
import { faultsOf, findingOf } from './findings.js';
import type { Redaction } from './redaction.js';
import { addressOwnerOf, ownedOf, placeOf, processOf } from './sockets.js';

/** The listeners that an event has, which may be in no list of sockets any more. */
export function listenersOf(event: SavedEvent): readonly OwnedListener[] {
  const { listeners = [] } = event;
  switch (event.event) {
    case 'opened':
    case 'closed':
      return [event.socket];
    case 'restarted':
      return [event.before, event.after];
    default:
      return listeners;
  }
}

/** `context` has the listeners of all events as well. */
export function eventOf(event: SavedEvent, to: Redaction, context: FindingContext): SavedEvent {
  const { times, omitted, listeners } = event;
  return {
    ...changeOf(event, to, context),
    at: to.time(event.at) ?? '',
    ...(times === undefined ? {} : { times }),
    ...(omitted === undefined ? {} : { omitted }),
    ...(listeners === undefined ? {} : { listeners: listeners.map((listener) => ownedOf(listener, to)) }),
  };
}

function changeOf(event: SavedEvent, to: Redaction, context: FindingContext): SavedEvent {
  const { at } = event;
  const finding = (one: Finding | null): Finding | null => (one === null ? null : findingOf(one, to, context));
  switch (event.event) {
    case 'started': {
      const { mode, method, intervalMs, netns, role, verdicts } = event;
      const refusal = faultOf(event.refusal, to);
      const counts = Object.fromEntries(VERDICTS.map((one) => [one, verdicts[one]])) as Record<Verdict, number>;
      const misses = refusal === null || intervalMs === null ? null : missesText(intervalMs, refusal);
      const hostname = to.host(event.hostname);
      return {
        event: 'started',
        at,
        mode,
        method,
        misses,
        refusal,
        intervalMs,
        hostname,
        netns,
        role,
        verdicts: counts,
      };
    }
    case 'opened':
    case 'closed':
      return { event: event.event, at, seenBy: event.seenBy, socket: ownedOf(event.socket, to) };
    case 'bind-failed': {
      const { call, code, errno, protocol, process, holders, holdersOmitted, holdersUnknown } = event;
      const failure = {
        call,
        code,
        protocol,
        place: placeOf(event.place, to),
        process: processOf(process, to),
        holders: holders.map((holder) => addressOwnerOf(holder, to)),
        holdersOmitted,
        holdersUnknown: faultOf(holdersUnknown, to),
      };
      return { event: 'bind-failed', at, errno, ...failure, message: bindFailureText(failure) };
    }
    case 'verdict':
      return { event: 'verdict', at, before: finding(event.before), after: finding(event.after) };
    case 'restarted': {
      const { protocol, downMs } = event;
      const [before, after] = [ownedOf(event.before, to), ownedOf(event.after, to)];
      const [from, place] = [listenerText(before), placeOf(event.place, to)];
      const process = after.owners.find((owner) => owner.kind === 'process');
      const message = process?.kind === 'process' ? restartText(process, place, downMs, from) : place;
      return { event: 'restarted', at, place, protocol, downMs, before, after, message };
    }
    case 'lost':
      return { event: 'lost', at, count: event.count, suppressed: event.suppressed };
    case 'network':
      return { event: 'network', at };
    case 'coverage': {
      const { complete, method } = event;
      const faults = event.faults.map(({ source, errors }) => ({
        source: to.sourceWord(source),
        errors: faultsOf(errors, to),
      }));
      const errors = faults.map((one) => `${one.source}: ${faultsText(one.errors)}`);
      return { event: 'coverage', at, complete, method, errors, faults };
    }
  }
}

function faultOf(fault: CoverageFault | null, to: Redaction): CoverageFault | null {
  return fault === null ? null : (faultsOf([fault], to)[0] ?? null);
}
