import type { OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Finding } from '../../verdict/finding.js';
import { adviceFor } from '../../verdict/text/advice.js';
import { listenerText, ownersText, programName, unknownOwnerText } from '../../verdict/text/format.js';
import { endpointOf, messageOf, nameOfEvent } from '../change_words.js';
import { placeText, reachText, severityStyle } from '../facts.js';
import type { Glyphs } from '../glyphs.js';
import type { Socket, Subject } from '../item.js';
import { EMPTY, type Line, line, type Style, segment } from '../line.js';
import { type State, shownData } from '../state.js';
import { ageText, wrap } from '../text.js';
import type { Entry } from '../timeline.js';
import { timeOf } from './list_view.js';

/** A heading, or something with its name; names of 0 length carry on what stands above. */
type Part =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string; readonly text: string; readonly style: Style };

/** The longest name, and a space. */
const NAME_WIDTH = 13;

/** Everything about the thing that is open, in as many lines as it takes at that width. */
export function detailLines(state: State, width: number, glyphs: Glyphs): Line[] {
  const { detail } = state;
  if (detail === null) return [];
  const context = { now: timeOf(state), state };
  const gone: Part[] = detail.gone ? [field('', 'It is gone. This is how it was last seen.', 'warning')] : [];
  return [...gone, ...partsOf(detail.item.subject, context)].flatMap((part) => linesOf(part, width, glyphs));
}

function linesOf(part: Part, width: number, glyphs: Glyphs): Line[] {
  if (part.kind === 'heading') {
    return [EMPTY, ...wrap(part.text, width, glyphs).map((text) => line(segment(text, 'accent')))];
  }
  const room = width - NAME_WIDTH;
  return wrap(part.text, room, glyphs).map((text, at) =>
    line(segment((at === 0 ? part.name : '').padEnd(NAME_WIDTH), 'dim'), segment(text, part.style)),
  );
}

interface Context {
  readonly now: number;
  readonly state: State;
}

function heading(text: string): Part {
  return { kind: 'heading', text };
}

function field(name: string, text: string, style: Style = 'plain'): Part {
  return { kind: 'field', name, text, style };
}

function optional(name: string, text: string | null | undefined): Part[] {
  return text === null || text === undefined || text === '' ? [] : [field(name, text)];
}

function partsOf(subject: Subject, context: Context): Part[] {
  switch (subject.kind) {
    case 'finding':
      return [...findingParts(subject.finding, subject.sockets), ...socketParts(subject.sockets, context)];
    case 'socket':
      return [...explanationParts(subject.socket, context), ...socketParts([subject.socket], context)];
    case 'entry':
      return entryParts(subject.entry);
  }
}

function findingParts(finding: Finding, sockets: readonly OwnedListener[]): Part[] {
  return [...verdictParts(finding), field('next', adviceFor(finding, sockets), 'bold')];
}

function verdictParts(finding: Finding): Part[] {
  const { verdict, severity, message, reason, expected, matchedBy } = finding;
  const place = expected === null ? 'no row, no note' : `${expected.service} on ${placeText(expected)}`;
  const transport = expected === null || expected.path !== null ? '' : `, ${expected.protocol.toUpperCase()}`;
  const role = expected === null ? '' : `, ${expected.role ?? 'all'} nodes`;
  return [
    field('verdict', severity === 'none' ? verdict : `${verdict} (${severity})`, severityStyle(severity)),
    field('page', `${place}${transport}${role}`),
    field('why', message),
    ...(reason === null || message.includes(reason) ? [] : [field('', reason)]),
    ...(matchedBy === null ? [] : [field('matched by', MATCHED_BY[matchedBy])]),
  ];
}

const MATCHED_BY = {
  unit: 'its systemd unit',
  exe: 'the file it runs',
  argv0: 'argv[0], the name it was started under',
  comm: 'comm, which any process can choose',
  device: 'the kernel device',
} as const;

/** What the page, a note, or nothing says of a listener; where there is a finding about it, that. */
function explanationParts(socket: Socket, { state }: Context): Part[] {
  const { document } = shownData(state);
  const findings = document?.findings.filter(({ sockets }) => sockets.includes(socket.id)) ?? [];
  const { by, text } = socket.explainedBy;
  const isJudged = document === null || socket.netns === document.node.netns;
  const nothing = isJudged ? 'nothing: neither the page nor a note knows it' : 'not judged: another network namespace';
  const unix = 'not judged: the page names no such unix socket';
  const explained =
    by === 'page'
      ? `the page: ${text}`
      : by === null
        ? socket.protocol === 'unix'
          ? unix
          : nothing
        : `${by}: ${text}`;
  return [field('explained by', explained), ...findings.flatMap((finding) => findingParts(finding, [socket]))];
}

function socketParts(sockets: readonly Socket[], context: Context): Part[] {
  return sockets.flatMap((socket, at) => [
    heading(`Socket ${at + 1} of ${sockets.length}: ${listenerText(socket)}/${socket.protocol}`),
    field('reach', reachOf(socket)),
    ...optional('device', socket.device),
    field('queue', queueText(socket)),
    ...optional('drops', socket.drops === null || socket.drops === 0 ? null : `${socket.drops} packets`),
    field(
      'inode',
      `${socket.inode}   cookie ${socket.cookie ?? 'unknown'}   uid ${socket.uid ?? 'unknown'}   netns ${socket.netns}`,
    ),
    ...ownerParts(socket, context.now),
  ]);
}

function reachOf(socket: Socket): string {
  if (socket.protocol === 'unix') return `this machine (${socket.type ?? 'unknown type'}, ${socket.state})`;
  const v6only =
    socket.family !== 'ipv6'
      ? ''
      : socket.v6only === null
        ? ', v6only unknown'
        : socket.v6only
          ? ', IPv6 only'
          : ', IPv4 as well';
  return `${reachText(socket)} (${socket.family}, ${socket.state}${v6only})`;
}

function queueText({ backlog, protocol }: Socket): string {
  if (backlog !== null) return `${backlog.current} waiting of ${backlog.max} that may`;
  return protocol === 'udp' ? 'none: UDP accepts no connections' : 'unknown, or none';
}

function ownerParts(socket: OwnedListener, now: number): Part[] {
  if (socket.owners.length === 0) {
    const { origin } = socket;
    return [
      field('holder', `unknown: ${unknownOwnerText(socket)}`, 'unknown'),
      ...optional('made in', origin?.cgroup),
      ...optional('pod', origin?.pod),
      ...optional('container', origin?.container),
    ];
  }
  return socket.owners.flatMap((owner, at) => holderParts(owner, socket.owners.length, at, now));
}

function holderParts(owner: Owner, count: number, at: number, now: number): Part[] {
  const name = count > 1 ? `holder ${at + 1}/${count}` : 'holder';
  if (owner.kind === 'kernel') return [field(name, `the kernel, for its device ${owner.device} (${owner.deviceKind})`)];
  return [
    field(name, `${programName(owner)}   pid ${owner.pid}${owner.fd === null ? '' : `   fd ${owner.fd}`}`, 'bold'),
    ...optional('exe', owner.exe),
    ...optional('argv[0]', owner.argv0),
    ...optional('comm', owner.comm),
    ...optional('started', startText(owner, now)),
    ...optional('unit', owner.unit),
    ...optional('cgroup', owner.cgroup),
    ...optional('pod', owner.pod),
    ...optional('container', owner.container),
  ];
}

function startText({ startedAt }: ProcessOwner, now: number): string | null {
  return startedAt === null ? null : `${startedAt} (${ageText(now - Date.parse(startedAt))} ago)`;
}

function entryParts(entry: Entry): Part[] {
  const { change } = entry;
  const at = Date.parse(entry.at);
  const repeated = entry.count > 1 ? `, ${entry.count} times in a row` : '';
  const common: Part[] = [
    field('event', `${nameOfEvent(change)}${repeated}`, 'bold'),
    field('at', entry.at),
    ...optional('where', endpointOf(entry)),
    field('what', messageOf(entry)),
  ];
  switch (change.event) {
    case 'bind-failed':
      return [
        ...common,
        field('error', `${change.code} (${change.errno}) from ${change.call}`),
        ...holderParts(change.process, 1, 0, at),
        heading('In the way'),
        ...(change.holders.length === 0
          ? [field('', 'nobody who could be seen; whoever it was may be gone by now')]
          : change.holders.flatMap(({ place, owners, kind }) => [
              field(kind, place),
              ...owners.flatMap((owner, nth) => holderParts(owner, owners.length, nth, at)),
            ])),
      ];
    case 'verdict': {
      const { before, after } = change;
      return [
        ...common,
        ...(before === null ? [] : [heading('Before'), ...verdictParts(before)]),
        ...(after === null ? [] : [heading('After'), ...findingParts(after, entry.about)]),
        ...entry.about.flatMap((socket) => [
          heading(`${listenerText(socket)}/${socket.protocol}`),
          ...ownerParts(socket, at),
        ]),
        ...(entry.moreAbout === 0 ? [] : [heading(`and ${entry.moreAbout} more`)]),
      ];
    }
    case 'restarted':
      return [
        ...common,
        ...[change, ...entry.restarts].flatMap(({ place, protocol, downMs, before, after }): Part[] => [
          heading(`${place}/${protocol}`),
          field('closed for', `${downMs} ms`),
          field('before', ownersText([before])),
          field('after', ownersText([after])),
        ]),
        ...(entry.moreRestarts === 0 ? [] : [heading(`and ${entry.moreRestarts} more`)]),
      ];
    case 'opened':
    case 'closed':
      return [
        ...common,
        field('seen by', change.seenBy === 'kernel' ? 'the kernel, as it happened' : 'comparing the tables'),
        ...ownerParts(change.socket, at),
      ];
    case 'started':
    case 'lost':
    case 'network':
    case 'coverage':
      return common;
  }
}
