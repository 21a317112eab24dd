import { isDeepStrictEqual } from 'node:util';
import { printable } from '../../base/text.js';
import type { Claim } from '../../verdict/claim.js';
import type { Finding } from '../../verdict/finding.js';
import { ownersText } from '../../verdict/text/format.js';
import { placeWithProtocol, reachText, SEVERITY_STYLE } from '../cells.js';
import { isByNameOnly } from '../finding_item.js';
import type { Glyphs } from '../glyphs.js';
import { historyOf } from '../history.js';
import type { Socket, Subject } from '../item.js';
import { type Line, segment } from '../line.js';
import { type State, shownData, shownTime } from '../state.js';
import { dateText, escaped, widthOf, wrap } from '../text.js';
import { eventParts } from './event_parts.js';
import { findingParts } from './finding_parts.js';
import { ownersParts } from './owner_parts.js';
import { field, heading, optional, type Part } from './part.js';

/** Fits the longest field name and a space. */
const NAME_WIDTH = 13;
const COMMAND_INDENT = 2;

/** Everything about the item whose details are open. */
export function detailLines(state: State, width: number): Line[] {
  const { details, glyphs } = state;
  if (details === null) return [];
  const removed = details.removed ? [field('', 'It is gone. This is its last known state.', 'warning')] : [];
  return [...removed, ...partsOf(details.item.subject, details.removed, state)].flatMap((part) =>
    linesOf(part, width, glyphs),
  );
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

function partsOf(subject: Subject, isGone: boolean, state: State): Part[] {
  switch (subject.kind) {
    case 'finding':
      return [
        ...findingParts(subject.finding, isGone ? null : subject.sockets, hasBroken(subject.finding, state)),
        ...historyParts(subject.finding, state),
        ...roleParts(subject.finding, state),
        ...claimParts(subject.finding, state),
        ...socketParts(subject.sockets, state),
      ];
    case 'socket':
      return [...explanationParts(subject.socket, isGone, state), ...socketParts([subject.socket], state)];
    case 'event':
      return eventParts(subject.entry);
  }
}

function historyParts(finding: Finding, state: State): Part[] {
  return historyOf(finding, shownData(state)).map((text, at) => field(at === 0 ? 'last held' : '', text));
}

/** What the role of the node was read from, since it decides which rows apply. */
function roleParts({ expected }: Finding, state: State): Part[] {
  const { document } = shownData(state);
  if (document === null || expected === null) return [];
  const { role, roleSource, roleReason } = document.node;
  const isFile = roleReason?.code === 'marker-file';
  return [field('role', printable(`${role}: ${roleSource}${isFile ? ' exists' : ''}`))];
}

/** What the listener answered when it was probed for what the page claims of it. */
function claimParts(finding: Finding, state: State): Part[] {
  const { probed } = shownData(state);
  const ofRow = claimsOf(finding, state);
  if (ofRow.length === 0) return [];
  // A snapshot does not say when its listeners were probed.
  const time = probed === null ? '' : `, probed ${dateText(probed.capturedAt)}`;
  return [
    heading(`Claims of the page${time}`),
    ...ofRow.map(({ claim, result, severity, message }) =>
      field(result, `${claim}: ${message}`, SEVERITY_STYLE[severity]),
    ),
  ];
}

function claimsOf({ expected }: Finding, state: State): readonly Claim[] {
  return shownData(state).document?.claims?.filter(({ row }) => isDeepStrictEqual(row, expected)) ?? [];
}

function hasBroken(finding: Finding, state: State): boolean {
  return claimsOf(finding, state).some(({ result }) => result === 'broken');
}

/** What explains a listener, and the findings about it. */
function explanationParts(socket: Socket, isGone: boolean, state: State): Part[] {
  const { document } = shownData(state);
  const findings = document?.findings.filter(({ sockets }) => sockets.includes(socket.id)) ?? [];
  const isEvaluated = document === null || socket.netns === document.node.netns;
  return [
    field('explained by', explanationText(socket, isEvaluated)),
    ...findings.flatMap((finding) => [
      ...findingParts(finding, isGone ? null : [socket], hasBroken(finding, state)),
      ...claimParts(finding, state),
    ]),
  ];
}

function explanationText({ explainedBy: { by, text }, protocol }: Socket, isEvaluated: boolean): string {
  if (by === 'page') return `the page: ${text}`;
  if (by !== null) return `${by}: ${text}`;
  if (protocol === 'unix') return 'not evaluated: no row of the page names this unix socket';
  return isEvaluated ? 'nothing: not in the page or notes' : 'not evaluated: another network namespace';
}

function socketParts(sockets: readonly Socket[], state: State): Part[] {
  const now = shownTime(state);
  const findings = shownData(state).document?.findings ?? [];
  return sockets.flatMap((socket, at) => {
    const { device, drops, inode, cookie, uid, netns } = socket;
    const isNameOnly = findings.some((finding) => isByNameOnly(finding) && finding.sockets.includes(socket.id));
    return [
      heading(`Socket ${at + 1} of ${sockets.length}: ${placeWithProtocol(socket)}`),
      field('reach', reachDetails(socket)),
      ...optional('device', device),
      ...optional('shared with', sharingText(socket, state)),
      field('queue', queueText(socket)),
      ...optional('drops', drops === null || drops === 0 ? null : `${drops} packets`),
      ...ownersParts(socket, now, state.processes, isNameOnly),
      field('inode', `${inode}   cookie ${cookie ?? 'unknown'}   uid ${uid ?? 'unknown'}   netns ${netns}`),
    ];
  });
}

/** Sockets with the same address (SO_REUSEPORT); null: there are none. */
function sharingText(socket: Socket, state: State): string | null {
  const others = (shownData(state).document?.sockets ?? []).filter(
    (one) => one.id !== socket.id && isSame(one, socket),
  );
  return others.length === 0 ? null : ownersText(others);
}

function isSame(one: Socket, other: Socket): boolean {
  return (
    one.port !== null &&
    one.port === other.port &&
    one.address === other.address &&
    one.device === other.device &&
    one.protocol === other.protocol &&
    one.netns === other.netns
  );
}

function reachDetails(socket: Socket): string {
  const { protocol, type, state, family, v6only } = socket;
  if (protocol === 'unix') return `this machine (${type ?? 'unknown type'}, ${state})`;
  const families = v6only === null ? 'v6only unknown' : v6only ? 'IPv6 only' : 'IPv4 as well';
  return `${reachText(socket)} (${family}, ${state}${family === 'ipv6' ? `, ${families}` : ''})`;
}

function queueText({ backlog, protocol }: Socket): string {
  if (backlog !== null) return `${backlog.current} waiting, at most ${backlog.max}`;
  return protocol === 'udp' ? 'none: UDP accepts no connections' : 'none, or not reported';
}
