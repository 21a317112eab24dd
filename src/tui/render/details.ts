import { isDeepStrictEqual } from 'node:util';
import { printable } from '../../base/text.js';
import type { Origin, OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Finding } from '../../verdict/finding.js';
import { settingText } from '../../verdict/text/configuration.js';
import { listenerText, ownersText, programName, unknownOwnerText } from '../../verdict/text/format.js';
import { endpointOf } from '../../verdict/text/sentences.js';
import { adviceOf } from '../advice_of.js';
import { reachText, SEVERITY_STYLE } from '../cells.js';
import { eventEndpoint, eventName, eventText } from '../event_text.js';
import type { Glyphs } from '../glyphs.js';
import type { Socket, Subject } from '../item.js';
import { type Line, type Style, segment } from '../line.js';
import { type State, shownData, shownTime } from '../state.js';
import { ageText, dateText, escaped, widthOf, wrap } from '../text.js';
import type { TimelineEntry } from '../timeline.js';

/** A field without a name continues the one above it. */
type Part =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'commands'; readonly texts: readonly string[] }
  | { readonly kind: 'field'; readonly name: string; readonly text: string; readonly style: Style };

/** Fits the longest field name and a space. */
const NAME_WIDTH = 13;
const COMMAND_INDENT = 2;

/** Everything about the item whose details are open. */
export function detailLines(state: State, width: number): Line[] {
  const { details, glyphs } = state;
  if (details === null) return [];
  const removed = details.removed ? [field('', 'It is gone. This is its last known state.', 'warning')] : [];
  return [...removed, ...partsOf(details.item.subject, state)].flatMap((part) => linesOf(part, width, glyphs));
}

function linesOf(part: Part, width: number, glyphs: Glyphs): Line[] {
  if (part.kind === 'heading') {
    return [[], ...wrap(part.text, width, glyphs).map((text) => [segment(text, 'accent')])];
  }
  if (part.kind === 'commands') {
    const longest = Math.max(...part.texts.map((text) => widthOf(escaped(text, glyphs))));
    // Further to the left where that keeps each on one line, so that the mouse can copy it.
    const indent = longest > width - NAME_WIDTH && longest <= width - COMMAND_INDENT ? COMMAND_INDENT : NAME_WIDTH;
    const lines = part.texts.flatMap((text) => wrap(text, width - indent, glyphs));
    return lines.map((text) => [segment(' '.repeat(indent)), segment(text)]);
  }
  return wrap(part.text, width - NAME_WIDTH, glyphs).map((text, at) => [
    segment((at === 0 ? part.name : '').padEnd(NAME_WIDTH), 'dim'),
    segment(text, part.style),
  ]);
}

function heading(text: string): Part {
  return { kind: 'heading', text };
}

function field(name: string, text: string, style: Style = 'plain'): Part {
  return { kind: 'field', name, text, style };
}

function commandsPart(texts: readonly string[]): Part {
  return { kind: 'commands', texts };
}

function optional(name: string, text: string | null | undefined): Part[] {
  return text === null || text === undefined || text === '' ? [] : [field(name, text)];
}

function partsOf(subject: Subject, state: State): Part[] {
  switch (subject.kind) {
    case 'finding':
      return [
        ...findingParts(subject.finding, subject.sockets),
        ...claimParts(subject.finding, state),
        ...socketParts(subject.sockets, shownTime(state)),
      ];
    case 'socket':
      return [...explanationParts(subject.socket, state), ...socketParts([subject.socket], shownTime(state))];
    case 'event':
      return eventParts(subject.entry);
  }
}

function findingParts(finding: Finding, sockets: readonly OwnedListener[]): Part[] {
  return [...verdictParts(finding), ...adviceParts(finding, sockets)];
}

/** What the listener answered when it was asked what the page claims of it. */
function claimParts({ expected }: Finding, state: State): Part[] {
  const { document } = shownData(state);
  const claims = document?.claims ?? state.asked?.claims ?? [];
  const ofRow = claims.filter(({ row }) => isDeepStrictEqual(row, expected));
  if (ofRow.length === 0) return [];
  const at = document?.claims === undefined ? state.asked?.at : document.capturedAt;
  return [
    heading(`What the page claims, asked ${at === undefined ? '' : dateText(at)}`),
    ...ofRow.map(({ claim, result, severity, message }) =>
      field(result, `${claim}: ${message}`, SEVERITY_STYLE[severity]),
    ),
  ];
}

function adviceParts(finding: Finding, sockets: readonly OwnedListener[]): Part[] {
  const advice = adviceOf(finding, sockets);
  if (advice === null) return finding.severity === 'none' ? [field('next', 'Nothing to do.')] : [];
  return [field('next', advice.text, 'bold'), ...(advice.commands.length === 0 ? [] : [commandsPart(advice.commands)])];
}

function verdictParts(finding: Finding): Part[] {
  const { verdict, severity, message, matchedBy } = finding;
  return [
    field('verdict', severity === 'none' ? verdict : `${verdict} (${severity})`, SEVERITY_STYLE[severity]),
    field('page', pageText(finding)),
    field('why', message),
    ...configurationParts(finding),
    ...(matchedBy === null ? [] : [field('matched by', MATCHED_BY[matchedBy])]),
  ];
}

function configurationParts({ configuration, params }: Finding): Part[] {
  if (configuration === null) return [];
  const setting = field('configured', settingText(configuration));
  const { running } = params;
  if (running === undefined) return [setting];
  return [setting, field('', printable(`the process still runs with ${running}`), 'warning')];
}

function pageText({ expected }: Finding): string {
  if (expected === null) return 'not in the page or notes';
  return `${expected.service} on ${endpointOf(expected)}, ${expected.role ?? 'all'} nodes`;
}

const MATCHED_BY = {
  unit: 'systemd unit',
  pod: 'pod, and name',
  path: 'name, at a path that only root can change',
  exe: 'name of the executable, which any user can choose',
  argv0: 'argv[0], which the caller of exec can choose',
  comm: 'comm, which any process can choose',
  device: 'kernel device',
} as const;

/** What explains a listener, and the findings about it. */
function explanationParts(socket: Socket, state: State): Part[] {
  const { document } = shownData(state);
  const findings = document?.findings.filter(({ sockets }) => sockets.includes(socket.id)) ?? [];
  const isEvaluated = document === null || socket.netns === document.node.netns;
  return [
    field('explained by', explanationText(socket, isEvaluated)),
    ...findings.flatMap((finding) => findingParts(finding, [socket])),
  ];
}

function explanationText({ explainedBy: { by, text }, protocol }: Socket, isEvaluated: boolean): string {
  if (by === 'page') return `the page: ${text}`;
  if (by !== null) return `${by}: ${text}`;
  if (protocol === 'unix') return 'not evaluated: no row of the page names this unix socket';
  return isEvaluated ? 'nothing: not in the page or notes' : 'not evaluated: another network namespace';
}

function socketParts(sockets: readonly Socket[], now: number): Part[] {
  return sockets.flatMap((socket, at) => {
    const { device, drops, inode, cookie, uid, netns } = socket;
    return [
      heading(`Socket ${at + 1} of ${sockets.length}: ${listenerText(socket)}/${socket.protocol}`),
      field('reach', reachDetails(socket)),
      ...optional('device', device),
      field('queue', queueText(socket)),
      ...optional('drops', drops === null || drops === 0 ? null : `${drops} packets`),
      field('inode', `${inode}   cookie ${cookie ?? 'unknown'}   uid ${uid ?? 'unknown'}   netns ${netns}`),
      ...ownersParts(socket, now),
    ];
  });
}

function reachDetails(socket: Socket): string {
  const { protocol, type, state, family, v6only } = socket;
  if (protocol === 'unix') return `this machine (${type ?? 'unknown type'}, ${state})`;
  const families = v6only === null ? 'v6only unknown' : v6only ? 'IPv6 only' : 'IPv4 as well';
  return `${reachText(socket)} (${family}, ${state}${family === 'ipv6' ? `, ${families}` : ''})`;
}

function queueText({ backlog, protocol }: Socket): string {
  if (backlog !== null) return `${backlog.current} waiting, at most ${backlog.max}`;
  return protocol === 'udp' ? 'none: UDP accepts no connections' : 'unknown, or none';
}

function ownersParts(socket: OwnedListener, now: number): Part[] {
  const { owners, origin } = socket;
  if (owners.length > 0) return owners.flatMap((owner, at) => ownerParts(owner, owners.length, at, now));
  return [
    field('owner', `unknown: ${unknownOwnerText(socket)}`, 'unknown'),
    ...optional('created in', origin?.cgroup),
    ...(origin === null ? [] : podParts(origin)),
  ];
}

function ownerParts(owner: Owner, count: number, at: number, now: number): Part[] {
  const name = count > 1 ? `owner ${at + 1}/${count}` : 'owner';
  if (owner.kind === 'kernel') return [field(name, `the kernel, for device ${owner.device} (${owner.deviceKind})`)];
  return [
    field(name, `${programName(owner)}   pid ${owner.pid}${owner.fd === null ? '' : `   fd ${owner.fd}`}`, 'bold'),
    ...optional('exe', owner.exe),
    ...optional('argv[0]', owner.argv0),
    ...optional('comm', owner.comm),
    ...optional('started', startText(owner, now)),
    ...optional('unit', owner.unit),
    ...optional('cgroup', owner.cgroup),
    ...podParts(owner),
  ];
}

function podParts({ pod, container, podNamespace, podName, containerName }: Omit<Origin, 'cgroup' | 'unit'>): Part[] {
  return [
    ...optional('pod', podName === undefined ? pod : `${podNamespace}/${podName}   ${pod}`),
    ...optional('container', containerName === undefined ? container : `${containerName}   ${container ?? ''}`),
  ];
}

function startText({ startedAt }: ProcessOwner, now: number): string | null {
  return startedAt === null ? null : `${dateText(startedAt)} (${ageText(now - Date.parse(startedAt))} ago)`;
}

function eventParts(entry: TimelineEntry): Part[] {
  const { change, count } = entry;
  return [
    field('event', `${eventName(change)}${count > 1 ? `, ${count} times in a row` : ''}`, 'bold'),
    field('at', dateText(entry.at)),
    ...optional('where', eventEndpoint(entry)),
    field('what', eventText(entry)),
    ...changeParts(entry),
  ];
}

function changeParts(entry: TimelineEntry): Part[] {
  const { change } = entry;
  const at = Date.parse(entry.at);
  switch (change.event) {
    case 'bind-failed': {
      const { code, errno, call, process, holders } = change;
      const inUse = holders.flatMap(({ place, owners, kind }) => [
        field(kind, place),
        ...owners.flatMap((owner, nth) => ownerParts(owner, owners.length, nth, at)),
      ]);
      return [
        field('error', `${code} (${errno}) from ${call}`),
        ...ownerParts(process, 1, 0, at),
        heading('In use by'),
        ...(inUse.length === 0 ? [field('', 'nothing that could be seen; it may be gone already')] : inUse),
      ];
    }
    case 'verdict': {
      const { before, after } = change;
      return [
        ...(before === null ? [] : [heading('Before'), ...verdictParts(before)]),
        ...(after === null ? [] : [heading('After'), ...findingParts(after, entry.listeners)]),
        ...entry.listeners.flatMap((socket) => [
          heading(`${listenerText(socket)}/${socket.protocol}`),
          ...ownersParts(socket, at),
        ]),
        ...moreParts(entry.moreListeners),
      ];
    }
    case 'restarted':
      return [
        ...[change, ...entry.restarts].flatMap(({ place, protocol, downMs, before, after }) => [
          heading(`${place}/${protocol}`),
          field('closed for', `${downMs} ms`),
          field('before', ownersText([before])),
          field('after', ownersText([after])),
        ]),
        ...moreParts(entry.moreRestarts),
      ];
    case 'opened':
    case 'closed':
      return [
        field('seen by', change.seenBy === 'kernel' ? 'a kernel event' : 'comparing the tables'),
        ...ownersParts(change.socket, at),
      ];
    case 'started':
    case 'lost':
    case 'network':
    case 'coverage':
      return [];
  }
}

function moreParts(count: number): Part[] {
  return count === 0 ? [] : [heading(`and ${count} more`)];
}
